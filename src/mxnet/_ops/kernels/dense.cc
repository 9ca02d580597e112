// Products of matrices, each thread some rows or columns of the result.

#include <algorithm>
#include <cstdint>
#include <new>
#include <stdexcept>

#include "common.h"
#include "handler.h"
#include "oneapi/dnnl/dnnl.h"
#include "parallel.h"
#include "xla/ffi/api/ffi.h"

namespace {

namespace ffi = xla::ffi;
using Buffer = ffi::Buffer<ffi::F32>;
using Result = ffi::Result<Buffer>;

constexpr int64_t kUnit = 16;  // of rows and columns, which the vector units take together

// c = a' b', where a' is `a` or its transpose (`left`), and b' likewise (`right`).
ffi::Error Product(ffi::ThreadPool pool, Buffer a, Buffer b, Result c, bool left, bool right) {
  const int64_t rows = c->dimensions()[0], columns = c->dimensions()[1];
  const int64_t inner = a.dimensions()[left ? 0 : 1];
  const int64_t a_step = a.dimensions()[1], b_step = b.dimensions()[1];
  const bool by_rows = rows >= columns;
  const int64_t length = by_rows ? rows : columns, units = (length + kUnit - 1) / kUnit;
  // A part is worth a thread from about 20 us on.
  const double work = 2.0 * rows * columns * inner;
  const int64_t parts = std::max<int64_t>(
      1, std::min({pool.num_threads(), units, static_cast<int64_t>(work / 2e6) + 1}));
  mxnet_xla::Parallel(pool, parts, [&](int64_t i) {
    const int64_t begin = std::min(units * i / parts * kUnit, length);
    const int64_t n = std::min(units * (i + 1) / parts * kUnit, length) - begin;
    const float* from = a.typed_data() + (by_rows ? begin * (left ? 1 : a_step) : 0);
    const float* with = b.typed_data() + (by_rows ? 0 : begin * (right ? b_step : 1));
    float* to = c->typed_data() + begin * (by_rows ? columns : 1);
    mxnet_xla::Alone([&] {
      const dnnl_status_t status =
          dnnl_sgemm(left ? 'T' : 'N', right ? 'T' : 'N', by_rows ? n : rows, by_rows ? columns : n,
                     inner, 1.0f, from, a_step, with, b_step, 0.0f, to, columns);
      if (status == dnnl_out_of_memory) throw std::bad_alloc();
      if (status != dnnl_success) throw std::runtime_error("oneDNN refused the product");
    });
  });
  return ffi::Error::Success();
}

}  // namespace

MXNET_KERNEL(product, Product,
             mxnet_xla::Bind<2, 1>().Attr<bool>("left").Attr<bool>("right"));
