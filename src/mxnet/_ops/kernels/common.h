// What the kernels that use oneDNN share.

#ifndef MXNET_XLA_COMMON_H_
#define MXNET_XLA_COMMON_H_

#include "oneapi/dnnl/dnnl.hpp"

// Of the OpenMP runtime that oneDNN itself is linked with: its header would choose the compiler's.
extern "C" int omp_get_max_threads();
extern "C" void omp_set_num_threads(int);

namespace mxnet_xla {

inline dnnl::engine& Cpu() {
  static dnnl::engine engine(dnnl::engine::kind::cpu, 0);
  return engine;
}

// oneDNN as its thread alone: what it finds in this thread's OpenMP settings, put back at the end.
class Sequential {
 public:
  Sequential() : before_(omp_get_max_threads()) {
    if (before_ != 1) omp_set_num_threads(1);
  }
  ~Sequential() {
    if (before_ != 1) omp_set_num_threads(before_);
  }
  Sequential(const Sequential&) = delete;
  Sequential& operator=(const Sequential&) = delete;

 private:
  int before_;
};

}  // namespace mxnet_xla

#endif  // MXNET_XLA_COMMON_H_
