// The gradient of a look-up of rows: zeros, to which rows are added.

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "handler.h"
#include "parallel.h"
#include "xla/ffi/api/ffi.h"

namespace {

namespace ffi = xla::ffi;
using Array = ffi::Buffer<ffi::F32>;
using Places = ffi::Buffer<ffi::S32>;

// at: (K), rows: (K, D), sums: (N, D). Every element of sums begins as a zero, with or without sign;
// then rows are added in their order, wherever their place exists. Each thread has places of its own
// and looks through all of the list.
ffi::Error AddRows(ffi::ThreadPool pool, Places at, Array rows, ffi::Result<Array> sums,
                   bool negative) {
  const int64_t many = static_cast<int64_t>(at.element_count());
  const int64_t height = sums->dimensions()[0];
  const int64_t total = static_cast<int64_t>(sums->element_count());
  const int64_t width = height ? total / height : 0;
  if (static_cast<int64_t>(rows.element_count()) != many * width)
    return ffi::Error(ffi::ErrorCode::kInvalidArgument, "rows: places and rows do not fit");
  const int32_t* place = at.typed_data();
  const float* from = rows.typed_data();
  float* to = sums->typed_data();
  const int64_t parts = std::min<int64_t>(height, std::max<int64_t>(1, pool.num_threads()));
  mxnet_xla::Parallel(pool, parts, [&](int64_t part) {
    const int64_t begin = height * part / parts, end = height * (part + 1) / parts;
    if (negative) {
      std::fill(to + begin * width, to + end * width, -0.0f);
    } else {
      // of large blocks the C library writes past the caches
      std::memset(to + begin * width, 0, sizeof(float) * (end - begin) * width);
    }
    for (int64_t k = 0; k < many; ++k) {
      const int64_t i = place[k];
      if (i < begin || i >= end) continue;
      float* __restrict sum = to + i * width;
      const float* __restrict row = from + k * width;
      for (int64_t j = 0; j < width; ++j) sum[j] += row[j];
    }
  });
  return ffi::Error::Success();
}

}  // namespace

MXNET_KERNEL(add_rows, AddRows,
             ffi::Ffi::Bind()
                 .Ctx<ffi::ThreadPool>()
                 .Arg<Places>()
                 .Arg<Array>()
                 .Ret<Array>()
                 .Attr<bool>("negative"));
