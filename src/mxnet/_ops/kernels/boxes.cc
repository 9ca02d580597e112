// Greedy suppression of boxes. Compiled without fused multiplications: which boxes overlap by exactly
// the threshold must not depend on the processor.

#include <algorithm>
#include <cstdint>
#include <vector>

#include "handler.h"
#include "parallel.h"
#include "xla/ffi/api/ffi.h"

namespace {

namespace ffi = xla::ffi;
using Array = ffi::Buffer<ffi::F32>;

// As NumPy's: what is not a number stays.
inline float Max(float a, float b) { return a > b || a != a ? a : b; }
inline float Min(float a, float b) { return a < b || a != a ? a : b; }

inline float Area(float width, float height) {
  return width <= 0 || height <= 0 ? 0.0f : width * height;
}

struct Boxes {
  const float *left, *top, *right, *bottom, *kind;
};

// Of `n` boxes, best first: those after `i` that it suppresses are struck from `kept`.
void Strike(int64_t n, int64_t i, const Boxes& b, const float* __restrict areas, float extra,
            float threshold, bool reached, float* __restrict kept) {
  const float left = b.left[i], top = b.top[i], right = b.right[i], bottom = b.bottom[i];
  const float area = areas[i], kind = b.kind[i];
  for (int64_t j = i + 1; j < n; ++j) {
    const float width = Min(right, b.right[j]) - Max(left, b.left[j]) + extra;
    const float height = Min(bottom, b.bottom[j]) - Max(top, b.top[j]) + extra;
    const float common = Area(width, height);
    const float united = area + areas[j] - common;
    const float overlap = united > 0 ? common / united : 0.0f;
    const bool struck = (reached ? overlap >= threshold : overlap > threshold) && kind == b.kind[j];
    kept[j] = struck ? 0.0f : kept[j];
  }
}

// All arrays are (rows, n); `alive` and `kept` are 1 or 0.
ffi::Error Survivors(ffi::ThreadPool pool, Array left, Array top, Array right, Array bottom,
                     Array kind, Array alive, ffi::Result<Array> kept, double threshold,
                     int64_t extra, bool reached) {
  const int64_t n = left.dimensions().back();
  const int64_t rows = static_cast<int64_t>(left.element_count()) / std::max<int64_t>(n, 1);
  mxnet_xla::Parallel(pool, rows, [&](int64_t row) {
    const int64_t at = row * n;
    const Boxes b{left.typed_data() + at, top.typed_data() + at, right.typed_data() + at,
                  bottom.typed_data() + at, kind.typed_data() + at};
    float* out = kept->typed_data() + at;
    std::copy(alive.typed_data() + at, alive.typed_data() + at + n, out);
    std::vector<float> areas(n);
    const float more = static_cast<float>(extra);
    for (int64_t i = 0; i < n; ++i)
      areas[i] = Area(b.right[i] - b.left[i] + more, b.bottom[i] - b.top[i] + more);
    for (int64_t i = 0; i < n; ++i)
      if (out[i] != 0)
        Strike(n, i, b, areas.data(), more, static_cast<float>(threshold), reached, out);
  });
  return ffi::Error::Success();
}

}  // namespace

MXNET_KERNEL(survivors, Survivors,
             mxnet_xla::Bind<6, 1>()
                 .Attr<double>("threshold")
                 .Attr<int64_t>("extra")
                 .Attr<bool>("reached"));
