// The definition of a handler, whose exceptions are errors with a code and the kernel's name. XLA knows
// what is thrown at it as "unknown"; thrown on a thread of its pool, it would end the process.

#ifndef MXNET_XLA_HANDLER_H_
#define MXNET_XLA_HANDLER_H_

#include <exception>
#include <new>
#include <string>
#include <utility>

#include "xla/ffi/api/ffi.h"

namespace mxnet_xla {

// Calls a handler; what it throws becomes an error that names the kernel.
inline XLA_FFI_Error* Guarded(const char* name, XLA_FFI_Handler* handler,
                              XLA_FFI_CallFrame* frame) {
  using xla::ffi::Error;
  using xla::ffi::ErrorCode;
  const auto failed = [&](ErrorCode code, const std::string& what) {
    return xla::ffi::internal::CreateError(frame->api, Error(code, std::string(name) + ": " + what));
  };
  try {
    return handler(frame);
  } catch (const std::bad_alloc&) {
    return failed(ErrorCode::kResourceExhausted, "not enough memory");
  } catch (const std::exception& error) {
    return failed(ErrorCode::kInternal, error.what());
  }
}

template <int args, int rets, typename Array, typename Binding>
auto Bound(Binding&& binding) {
  if constexpr (args > 0) {
    return Bound<args - 1, rets, Array>(std::move(binding).template Arg<Array>());
  } else if constexpr (rets > 1) {
    return Bound<0, rets - 1, Array>(std::move(binding).template Ret<Array>());
  } else {
    return std::move(binding).template Ret<Array>();
  }
}

// What most kernels take: threads, then so many arrays and so many results of one type.
template <int args, int rets, typename Array = xla::ffi::Buffer<xla::ffi::F32>>
auto Bind() {
  return Bound<args, rets, Array>(xla::ffi::Ffi::Bind().Ctx<xla::ffi::ThreadPool>());
}

}  // namespace mxnet_xla

// MXNET_KERNEL(name, function, binding): the C function `name`, which XLA and `mxnet_direct` call.
#define MXNET_KERNEL(name, function, ...)                            \
  extern "C" XLA_FFI_Error* name(XLA_FFI_CallFrame* frame) {         \
    XLA_FFI_DEFINE_HANDLER(handler, function, (__VA_ARGS__));        \
    return mxnet_xla::Guarded(#name, handler, frame);                \
  }                                                                  \
  static_assert(true, "so that a semicolon follows")

#endif  // MXNET_XLA_HANDLER_H_
