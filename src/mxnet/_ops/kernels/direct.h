// A plain C entry beside the handlers of a library: they are called on arrays in memory, by whoever
// has no XLA program around them.
//
// It builds the frame that XLA would hand to the handler. The handler's threads are some of its own,
// started at the first call that asks for more than one.

#ifndef MXNET_XLA_DIRECT_H_
#define MXNET_XLA_DIRECT_H_

#include <algorithm>
#include <condition_variable>
#include <cstdint>
#include <cstring>
#include <deque>
#include <memory>
#include <mutex>
#include <new>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "xla/ffi/api/c_api.h"

namespace mxnet_xla {

// Threads that take what is scheduled; made once, and there to the end of the process.
class Helpers {
 public:
  static Helpers& Get() {
    static Helpers* helpers = new Helpers;
    return *helpers;
  }

  // Where no thread can be started, the task is this thread's.
  void Schedule(int64_t threads, XLA_FFI_Task* task, void* data) {
    std::unique_lock<std::mutex> lock(guard_);
    while (started_ < threads && Start()) ++started_;
    if (started_ == 0) {
      lock.unlock();
      return task(data);
    }
    tasks_.emplace_back(task, data);
    some_.notify_one();
  }

 private:
  bool Start() {
    try {
      std::thread([this] { Work(); }).detach();
      return true;
    } catch (const std::system_error&) {
      return false;
    }
  }

  void Work() {
    for (;;) {
      std::unique_lock<std::mutex> lock(guard_);
      some_.wait(lock, [this] { return !tasks_.empty(); });
      const auto next = tasks_.front();
      tasks_.pop_front();
      lock.unlock();
      next.first(next.second);
    }
  }

  std::mutex guard_;
  std::condition_variable some_;
  std::deque<std::pair<XLA_FFI_Task*, void*>> tasks_;
  int64_t started_ = 0;
};

struct DirectError {
  int code;  // XLA_FFI_Error_Code
  std::string what;
};

// What a handler asks XLA for. Its context is the number of threads.
inline const XLA_FFI_Api* DirectApi() {
  static const XLA_FFI_Api* api = [] {
    auto* made = new XLA_FFI_Api();
    made->struct_size = XLA_FFI_Api_STRUCT_SIZE;
    made->api_version.struct_size = XLA_FFI_Api_Version_STRUCT_SIZE;
    made->api_version.major_version = XLA_FFI_API_MAJOR;
    made->api_version.minor_version = XLA_FFI_API_MINOR;
    made->XLA_FFI_Error_Create = [](XLA_FFI_Error_Create_Args* given) {
      return reinterpret_cast<XLA_FFI_Error*>(new DirectError{given->errc, given->message});
    };
    made->XLA_FFI_Error_GetMessage = [](XLA_FFI_Error_GetMessage_Args* given) {
      given->message = reinterpret_cast<DirectError*>(given->error)->what.c_str();
    };
    made->XLA_FFI_Error_Destroy = [](XLA_FFI_Error_Destroy_Args* given) {
      delete reinterpret_cast<DirectError*>(given->error);
    };
    made->XLA_FFI_ThreadPool_Schedule = [](XLA_FFI_ThreadPool_Schedule_Args* given) {
      Helpers::Get().Schedule(*reinterpret_cast<int64_t*>(given->ctx) - 1, given->task,
                              given->data);
      return static_cast<XLA_FFI_Error*>(nullptr);
    };
    made->XLA_FFI_ThreadPool_NumThreads = [](XLA_FFI_ThreadPool_NumThreads_Args* given) {
      *given->num_threads = *reinterpret_cast<int64_t*>(given->ctx);
      return static_cast<XLA_FFI_Error*>(nullptr);
    };
    return made;
  }();
  return api;
}

}  // namespace mxnet_xla

extern "C" {

struct MxnetArray {
  int32_t dtype;  // XLA_FFI_DataType
  int64_t rank;
  int64_t* dims;
};

struct MxnetAttribute {
  const char* name;
  int32_t dtype;
  int64_t size;  // of an array; -1: one number
  void* value;
};

// Calls a handler; 0, or XLA's code of an error, with a message. Attributes come in the order of their
// names.
inline __attribute__((used, visibility("default"))) int mxnet_direct(
    XLA_FFI_Handler* handler, int64_t threads, int64_t n_args, int64_t n_rets,
    const MxnetArray* arrays, void** data, int64_t n_attrs, const MxnetAttribute* attributes,
    char* message, int64_t room) {
  try {
    const int64_t n = n_args + n_rets;
    std::vector<XLA_FFI_Buffer> buffers(n);
    std::vector<void*> pointers(n);
    for (int64_t i = 0; i < n; ++i) {
      buffers[i] = {XLA_FFI_Buffer_STRUCT_SIZE, nullptr,
                    static_cast<XLA_FFI_DataType>(arrays[i].dtype), data[i], arrays[i].rank,
                    arrays[i].dims};
      pointers[i] = &buffers[i];
    }
    std::vector<XLA_FFI_ArgType> arg_types(n_args, XLA_FFI_ArgType_BUFFER);
    std::vector<XLA_FFI_RetType> ret_types(n_rets, XLA_FFI_RetType_BUFFER);
    std::vector<XLA_FFI_Scalar> scalars(n_attrs);
    std::vector<XLA_FFI_Array> lists(n_attrs);
    std::vector<XLA_FFI_ByteSpan> spans(n_attrs);
    std::vector<XLA_FFI_AttrType> types(n_attrs);
    std::vector<XLA_FFI_ByteSpan*> names(n_attrs);
    std::vector<void*> values(n_attrs);
    for (int64_t i = 0; i < n_attrs; ++i) {
      const MxnetAttribute& a = attributes[i];
      const auto dtype = static_cast<XLA_FFI_DataType>(a.dtype);
      scalars[i] = {dtype, a.value};
      lists[i] = {dtype, static_cast<size_t>(std::max<int64_t>(a.size, 0)), a.value};
      spans[i] = {a.name, std::strlen(a.name)};
      names[i] = &spans[i];
      types[i] = a.size < 0 ? XLA_FFI_AttrType_SCALAR : XLA_FFI_AttrType_ARRAY;
      values[i] = a.size < 0 ? static_cast<void*>(&scalars[i]) : static_cast<void*>(&lists[i]);
    }
    XLA_FFI_CallFrame frame{};
    frame.struct_size = XLA_FFI_CallFrame_STRUCT_SIZE;
    frame.api = mxnet_xla::DirectApi();
    frame.ctx = reinterpret_cast<XLA_FFI_ExecutionContext*>(&threads);
    frame.stage = XLA_FFI_ExecutionStage_EXECUTE;
    frame.args = {XLA_FFI_Args_STRUCT_SIZE, nullptr, n_args, arg_types.data(), pointers.data()};
    frame.rets = {XLA_FFI_Rets_STRUCT_SIZE, nullptr, n_rets, ret_types.data(),
                  pointers.data() + n_args};
    frame.attrs = {XLA_FFI_Attrs_STRUCT_SIZE, nullptr, n_attrs, types.data(), names.data(),
                   values.data()};
    XLA_FFI_Error* error = handler(&frame);
    if (error == nullptr) return 0;
    const std::unique_ptr<mxnet_xla::DirectError> told(
        reinterpret_cast<mxnet_xla::DirectError*>(error));
    std::strncpy(message, told->what.c_str(), room - 1);
    return told->code;
  } catch (const std::bad_alloc&) {
    std::strncpy(message, "not enough memory", room - 1);
    return XLA_FFI_Error_Code_RESOURCE_EXHAUSTED;
  }
}

}  // extern "C"

#endif  // MXNET_XLA_DIRECT_H_
