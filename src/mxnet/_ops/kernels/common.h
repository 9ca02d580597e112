// What the kernels that use oneDNN share.

#ifndef MXNET_XLA_COMMON_H_
#define MXNET_XLA_COMMON_H_

#include <new>

#include "oneapi/dnnl/dnnl.hpp"

// Of the OpenMP runtime that oneDNN itself is linked with: its header would choose the compiler's.
extern "C" int omp_get_max_threads();
extern "C" void omp_set_num_threads(int);

namespace mxnet_xla {

inline dnnl::engine& Cpu() {
  static dnnl::engine engine(dnnl::engine::kind::cpu, 0);
  return engine;
}

// f() with oneDNN as its thread alone: what it finds in this thread's OpenMP settings, put back at the
// end. Its want of memory is that of C++.
template <typename F>
void Alone(const F& f) {
  struct Sequential {
    const int before = omp_get_max_threads();
    Sequential() {
      if (before != 1) omp_set_num_threads(1);
    }
    ~Sequential() {
      if (before != 1) omp_set_num_threads(before);
    }
  } sequential;
  try {
    f();
  } catch (const dnnl::error& error) {
    if (error.status == dnnl_out_of_memory) throw std::bad_alloc();
    throw;
  }
}

}  // namespace mxnet_xla

#endif  // MXNET_XLA_COMMON_H_
