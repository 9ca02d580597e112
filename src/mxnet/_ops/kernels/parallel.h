// A loop over parts on XLA's thread pool.

#ifndef MXNET_XLA_PARALLEL_H_
#define MXNET_XLA_PARALLEL_H_

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <new>

#include "direct.h"
#include "xla/ffi/api/ffi.h"

namespace mxnet_xla {

// f(0) ... f(parts - 1), each once, by this thread and by whoever of the pool is free.
//
// Parts are claimed one by one, and the caller claims too: it only ever waits for parts that another
// thread is working on. So a pool whose threads all stand in such loops still goes on, and a helper
// that comes too late finds nothing to do.
//
// The first exception of a part is thrown here, when no thread is working any more.
template <typename F>
void Parallel(xla::ffi::ThreadPool& pool, int64_t parts, const F& f) {
  if (parts <= 1) {
    if (parts == 1) f(0);
    return;
  }
  struct State {
    std::atomic<int64_t> next{0}, done{0};
    std::mutex guard;
    std::condition_variable all;
    std::exception_ptr error;
  };
  auto state = std::make_shared<State>();
  const F* body = &f;  // alive until all parts are done
  auto work = [state, body, parts] {
    for (;;) {
      const int64_t i = state->next.fetch_add(1);
      if (i >= parts) return;
      try {
        (*body)(i);
      } catch (...) {
        std::lock_guard<std::mutex> lock(state->guard);
        if (!state->error) state->error = std::current_exception();
      }
      if (state->done.fetch_add(1) + 1 == parts) {
        std::lock_guard<std::mutex> lock(state->guard);
        state->all.notify_all();
      }
    }
  };
  const int64_t helpers = std::min<int64_t>(parts, std::max<int64_t>(1, pool.num_threads())) - 1;
  try {
    for (int64_t i = 0; i < helpers; ++i) pool.Schedule(std::function<void()>(work));
  } catch (const std::bad_alloc&) {  // as many as there are: they have begun, and need `f`
  }
  work();
  std::unique_lock<std::mutex> lock(state->guard);
  state->all.wait(lock, [&] { return state->done.load() == parts; });
  if (state->error) std::rethrow_exception(state->error);
}

}  // namespace mxnet_xla

#endif  // MXNET_XLA_PARALLEL_H_
