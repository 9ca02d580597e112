// What the kernels that use oneDNN share.

#ifndef MXNET_XLA_COMMON_H_
#define MXNET_XLA_COMMON_H_

#include <algorithm>
#include <cstdint>
#include <new>

#include "oneapi/dnnl/dnnl.h"
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

// c (rows, columns) = a' b', where a' is `a` or its transpose, and b' likewise; each has so many
// elements in a row of its memory.
inline void Multiply(bool transpose_a, bool transpose_b, int64_t rows, int64_t columns,
                     int64_t inner, const float* a, int64_t a_step, const float* b, int64_t b_step,
                     float* c, int64_t c_step) {
  const dnnl_status_t status =
      dnnl_sgemm(transpose_a ? 'T' : 'N', transpose_b ? 'T' : 'N', rows, columns, inner, 1.0f, a,
                 a_step, b, b_step, 0.0f, c, c_step);
  if (status == dnnl_success) return;
  if (status == dnnl_out_of_memory) throw std::bad_alloc();
  // oneDNN makes its code at the first product. Where memory was missing then, it refuses all later
  // ones of the process too: they are slow, but there.
  for (int64_t i = 0; i < rows; ++i) {
    float* to = c + i * c_step;
    std::fill(to, to + columns, 0.0f);
    for (int64_t k = 0; k < inner; ++k) {
      const float factor = transpose_a ? a[k * a_step + i] : a[i * a_step + k];
      for (int64_t j = 0; j < columns; ++j)
        to[j] += factor * (transpose_b ? b[j * b_step + k] : b[k * b_step + j]);
    }
  }
}

}  // namespace mxnet_xla

#endif  // MXNET_XLA_COMMON_H_
