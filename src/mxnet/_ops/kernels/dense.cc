// Products of matrices, and of batches of them.

#include <cstdint>

#include "handler.h"
#include "product.h"
#include "xla/ffi/api/ffi.h"

namespace {

namespace ffi = xla::ffi;
using Buffer = ffi::Buffer<ffi::F32>;
using Result = ffi::Result<Buffer>;

// c = a' b' of the last two axes, where a' is `a` or its transpose, and b' likewise.
ffi::Error Product(ffi::ThreadPool pool, Buffer a, Buffer b, Result c, bool transpose_a,
                   bool transpose_b) {
  const auto out = c->dimensions();
  const int64_t last = out.size() - 1, inner = a.dimensions()[transpose_a ? last - 1 : last];
  int64_t matrices = 1;
  for (int64_t i = 0; i < last - 1; ++i) matrices *= out[i];
  mxnet_xla::Products(pool, matrices, transpose_a, transpose_b, out[last - 1], out[last], inner,
                      a.typed_data(), b.typed_data(), c->typed_data());
  return ffi::Error::Success();
}

}  // namespace

MXNET_KERNEL(product, Product,
             mxnet_xla::Bind<2, 1>().Attr<bool>("transpose_a").Attr<bool>("transpose_b"));
