// Sums over windows and their gradients, and gradients of window maxima.

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <vector>

#include "handler.h"
#include "parallel.h"
#include "xla/ffi/api/ffi.h"

namespace {

namespace ffi = xla::ffi;
using Array = ffi::Buffer<ffi::F32>;
using Numbers = ffi::Span<const int64_t>;

// x is (outer, in[0], in[1], in[2], inner), y the same with out; a place in x of a window's first
// element is out * stride - low.
struct Windows {
  int64_t outer, inner;
  const int64_t *in, *out, *kernel, *stride, *low;
};

// The windows along the last axis whose element at this offset lies inside: begin ... end - 1.
inline void Inside(int64_t size, int64_t windows, int64_t stride, int64_t offset, int64_t& begin,
                   int64_t& end) {
  begin = offset >= 0 ? 0 : std::min(windows, (-offset + stride - 1) / stride);
  end = offset >= size ? 0 : std::min(windows, (size - 1 - offset) / stride + 1);
  end = std::max(end, begin);
}

// Functions of their own, so that the compiler believes that the arrays do not overlap, and
// vectorises; the steps that networks use are known to it.

// Where the element wins or is not a number, its place; later calls overrule earlier ones.
template <int kStride>
__attribute__((noinline)) void Look(int64_t n, int64_t stride, const float* __restrict x,
                                    const float* __restrict y, int32_t first,
                                    int32_t* __restrict place) {
  const int64_t step = kStride ? kStride : stride;
  for (int64_t j = 0; j < n; ++j) {
    const float v = x[j * step];
    const bool wins = (v == y[j]) | (v != v);
    place[j] = wins ? first + static_cast<int32_t>(j * step) : place[j];
  }
}

// The same across channels that lie side by side; the number of the element instead of its place.
__attribute__((noinline)) void LookAcross(int64_t n, const float* __restrict x,
                                          const float* __restrict y, int32_t tap,
                                          int32_t* __restrict found) {
  for (int64_t c = 0; c < n; ++c) {
    const bool wins = (x[c] == y[c]) | (x[c] != x[c]);
    found[c] = wins ? tap : found[c];
  }
}

__attribute__((noinline)) void AddAcross(int64_t n, const float* __restrict g,
                                         const int32_t* __restrict found, int32_t tap,
                                         float* __restrict dx) {
  for (int64_t c = 0; c < n; ++c) dx[c] += found[c] == tap ? g[c] : 0.0f;
}

// 2 x 2 windows side by side: nothing to look up, and everything is written once.
__attribute__((noinline)) void Quarter(int64_t n, const float* __restrict x0,
                                       const float* __restrict x1, const float* __restrict y,
                                       const float* __restrict g, float* __restrict d0,
                                       float* __restrict d1) {
  for (int64_t j = 0; j < n; ++j) {
    const float a = x0[2 * j], b = x0[2 * j + 1], c = x1[2 * j], d = x1[2 * j + 1];
    const float top = y[j], share = g[j];
    const bool at_a = (a == top) | (a != a);
    const bool at_b = ((b == top) | (b != b)) & !at_a;
    const bool at_c = ((c == top) | (c != c)) & !at_a & !at_b;
    const bool at_d = ((d == top) | (d != d)) & !at_a & !at_b & !at_c;
    d0[2 * j] = at_a ? share : 0.0f;
    d0[2 * j + 1] = at_b ? share : 0.0f;
    d1[2 * j] = at_c ? share : 0.0f;
    d1[2 * j + 1] = at_d ? share : 0.0f;
  }
}

void Quarters(const Windows& w, const float* x, const float* y, const float* g, float* dx) {
  const int64_t width = w.in[2], even = 2 * w.out[2];
  for (int64_t i = 0; i < w.out[1]; ++i) {
    const int64_t at = 2 * i * width;
    Quarter(w.out[2], x + at, x + at + width, y + i * w.out[2], g + i * w.out[2], dx + at,
            dx + at + width);
    for (int64_t j = even; j < width; ++j) dx[at + j] = dx[at + width + j] = 0.0f;
  }
  const int64_t done = 2 * w.out[1] * width;
  std::memset(dx + done, 0, sizeof(float) * (w.in[1] * width - done));
}

// One plane whose last axis is dense.
void Plane(const Windows& w, const float* x, const float* y, const float* g, float* dx,
           int32_t* place) {
  const int64_t row = w.in[2], slab = w.in[1] * row, n = w.out[2], s = w.stride[2];
  std::memset(dx, 0, sizeof(float) * w.in[0] * slab);
  for (int64_t a = 0; a < w.out[0]; ++a) {
    for (int64_t b = 0; b < w.out[1]; ++b, y += n, g += n) {
      std::fill(place, place + n, -1);
      // last element first, so that the first of equal ones stays
      for (int64_t i = w.kernel[0] - 1; i >= 0; --i) {
        const int64_t u = a * w.stride[0] - w.low[0] + i;
        if (u < 0 || u >= w.in[0]) continue;
        for (int64_t j = w.kernel[1] - 1; j >= 0; --j) {
          const int64_t v = b * w.stride[1] - w.low[1] + j;
          if (v < 0 || v >= w.in[1]) continue;
          for (int64_t k = w.kernel[2] - 1; k >= 0; --k) {
            int64_t begin, end;
            Inside(row, n, s, k - w.low[2], begin, end);
            if (begin == end) continue;
            const int64_t first = u * slab + v * row + begin * s + k - w.low[2];
            const auto look = s == 1 ? Look<1> : s == 2 ? Look<2> : Look<0>;
            look(end - begin, s, x + first, y + begin, static_cast<int32_t>(first),
                 place + begin);
          }
        }
      }
      for (int64_t j = 0; j < n; ++j) {
        if (place[j] >= 0) dx[place[j]] += g[j];
      }
    }
  }
}

// f(place in x, number) for the elements of the window at these places, the last one first.
template <typename F>
inline void EachBack(const Windows& w, int64_t a, int64_t b, int64_t c, const F& f) {
  const int64_t row = w.in[2] * w.inner, slab = w.in[1] * row;
  int32_t tap = static_cast<int32_t>(w.kernel[0] * w.kernel[1] * w.kernel[2]);
  for (int64_t i = w.kernel[0] - 1; i >= 0; --i) {
    for (int64_t j = w.kernel[1] - 1; j >= 0; --j) {
      for (int64_t k = w.kernel[2] - 1; k >= 0; --k) {
        --tap;
        const int64_t p = a * w.stride[0] - w.low[0] + i, q = b * w.stride[1] - w.low[1] + j;
        const int64_t r = c * w.stride[2] - w.low[2] + k;
        if (p < 0 || q < 0 || r < 0 || p >= w.in[0] || q >= w.in[1] || r >= w.in[2]) continue;
        f(p * slab + q * row + r * w.inner, tap);
      }
    }
  }
}

// f(a, b, c) for each window.
template <typename F>
inline void EachWindow(const Windows& w, const F& f) {
  for (int64_t a = 0; a < w.out[0]; ++a)
    for (int64_t b = 0; b < w.out[1]; ++b)
      for (int64_t c = 0; c < w.out[2]; ++c) f(a, b, c);
}

// One example whose channels lie side by side.
void Channels(const Windows& w, const float* x, const float* y, const float* g, float* dx,
              int32_t* found) {
  const int64_t n = w.inner;
  std::memset(dx, 0, sizeof(float) * w.in[0] * w.in[1] * w.in[2] * n);
  EachWindow(w, [&](int64_t a, int64_t b, int64_t c) {
    std::fill(found, found + n, -1);
    EachBack(w, a, b, c, [&](int64_t p, int32_t tap) { LookAcross(n, x + p, y, tap, found); });
    EachBack(w, a, b, c, [&](int64_t p, int32_t tap) { AddAcross(n, g, found, tap, dx + p); });
    y += n, g += n;
  });
}

__attribute__((noinline)) void Add(int64_t n, const float* __restrict from, float* __restrict to) {
  for (int64_t i = 0; i < n; ++i) to[i] += from[i];
}

constexpr int64_t kFew = 8;  // windows along a row

// Each number to all of its window's places in a line that begins with the first window; and back.
template <int kStride>
__attribute__((noinline)) void SpreadLine(int64_t n, int64_t stride, int64_t kernel,
                                          const float* __restrict from, float* __restrict line) {
  const int64_t step = kStride ? kStride : stride;
  for (int64_t k = 0; k < kernel; ++k) {
    for (int64_t j = 0; j < n; ++j) line[j * step + k] += from[j];
  }
}

template <int kStride>
__attribute__((noinline)) void GatherLine(int64_t n, int64_t stride, int64_t kernel,
                                          const float* __restrict line, float* __restrict to) {
  const int64_t step = kStride ? kStride : stride;
  for (int64_t j = 0; j < n; ++j) to[j] = line[j * step];
  for (int64_t k = 1; k < kernel; ++k) {
    for (int64_t j = 0; j < n; ++j) to[j] += line[j * step + k];
  }
}

// Where windows are few, one after the other.
__attribute__((noinline)) void SpreadFew(int64_t n, int64_t stride, int64_t kernel,
                                         const float* __restrict from, float* __restrict line) {
  for (int64_t j = 0; j < n; ++j, line += stride) {
    for (int64_t k = 0; k < kernel; ++k) line[k] += from[j];
  }
}

__attribute__((noinline)) void GatherFew(int64_t n, int64_t stride, int64_t kernel,
                                         const float* __restrict line, float* __restrict to) {
  for (int64_t j = 0; j < n; ++j, line += stride) {
    float sum = 0;
    for (int64_t k = 0; k < kernel; ++k) sum += line[k];
    to[j] = sum;
  }
}

// The same line to several rows that follow each other.
__attribute__((noinline)) void AddToRows(int64_t rows, int64_t n, const float* __restrict line,
                                         float* __restrict x) {
  for (int64_t r = 0; r < rows; ++r) {
    for (int64_t i = 0; i < n; ++i) x[r * n + i] += line[i];
  }
}

// Rows of x summed up, the columns of a block side by side in registers.
template <int kBlock>
inline void SumBlock(int64_t slabs, int64_t slab, int64_t rows, int64_t n, const float* __restrict x,
                     float* __restrict line) {
  float sums[kBlock] = {};
  for (int64_t a = 0; a < slabs; ++a) {
    for (int64_t r = 0; r < rows; ++r) {
      const float* from = x + a * slab + r * n;
      for (int i = 0; i < kBlock; ++i) sums[i] += from[i];
    }
  }
  for (int i = 0; i < kBlock; ++i) line[i] = sums[i];
}

__attribute__((noinline)) void SumRows(int64_t slabs, int64_t slab, int64_t rows, int64_t n,
                                       const float* __restrict x, float* __restrict line) {
  int64_t i = 0;
  for (; i + 16 <= n; i += 16) SumBlock<16>(slabs, slab, rows, n, x + i, line + i);
  for (; i + 4 <= n; i += 4) SumBlock<4>(slabs, slab, rows, n, x + i, line + i);
  if (i == n) return;
  if (n >= 4) return SumBlock<4>(slabs, slab, rows, n, x + n - 4, line + n - 4);  // some again
  for (; i < n; ++i) SumBlock<1>(slabs, slab, rows, n, x + i, line + i);
}

// The part of a window inside an axis.
struct Part {
  int64_t begin, size;
};

inline Part Clipped(const Windows& w, int axis, int64_t window) {
  const int64_t first = window * w.stride[axis] - w.low[axis];
  const int64_t begin = std::max<int64_t>(first, 0);
  return {begin, std::max<int64_t>(std::min(first + w.kernel[axis], w.in[axis]) - begin, 0)};
}

// How long a line is that holds both a row and all windows along it.
inline int64_t Length(const Windows& w) {
  const int64_t covered = w.out[2] ? (w.out[2] - 1) * w.stride[2] + w.kernel[2] : 0;
  return std::max(covered, w.low[2] + w.in[2]);
}

// One plane: along the rows first, then whole rows.
void SpreadPlane(const Windows& w, const float* g, float* dx, float* line) {
  const int64_t row = w.in[2], n = w.out[2], s = w.stride[2];
  const auto spread = n < kFew ? SpreadFew : s == 1 ? SpreadLine<1> : SpreadLine<0>;
  std::memset(dx, 0, sizeof(float) * w.in[0] * w.in[1] * row);
  for (int64_t a = 0; a < w.out[0]; ++a) {
    for (int64_t b = 0; b < w.out[1]; ++b, g += n) {
      std::fill(line, line + Length(w), 0.0f);
      spread(n, s, w.kernel[2], g, line);
      const Part slabs = Clipped(w, 0, a), rows = Clipped(w, 1, b);
      for (int64_t i = slabs.begin; i < slabs.begin + slabs.size; ++i) {
        AddToRows(rows.size, row, line + w.low[2], dx + (i * w.in[1] + rows.begin) * row);
      }
    }
  }
}

// One plane the other way round: whole rows first.
void SumPlane(const Windows& w, const float* x, float* y, float* line) {
  const int64_t row = w.in[2], n = w.out[2], s = w.stride[2];
  const auto gather = n < kFew ? GatherFew : s == 1 ? GatherLine<1> : GatherLine<0>;
  std::fill(line, line + Length(w), 0.0f);  // what lies beside a row stays so
  for (int64_t a = 0; a < w.out[0]; ++a) {
    for (int64_t b = 0; b < w.out[1]; ++b, y += n) {
      const Part slabs = Clipped(w, 0, a), rows = Clipped(w, 1, b);
      const float* from = x + (slabs.begin * w.in[1] + rows.begin) * row;
      SumRows(slabs.size, w.in[1] * row, rows.size, row, from, line + w.low[2]);
      gather(n, s, w.kernel[2], line, y);
    }
  }
}

// f(number of the plane or example, a buffer as long as a row or a line, or as all channels) on all
// threads.
template <typename T, typename F>
void OverPlanes(ffi::ThreadPool& pool, const Windows& w, const F& f) {
  const int64_t parts = std::min(w.outer, 2 * std::max<int64_t>(1, pool.num_threads()));
  mxnet_xla::Parallel(pool, parts, [&](int64_t part) {
    std::vector<T> buffer(w.inner == 1 ? std::max(Length(w), w.out[2]) : w.inner);
    const int64_t end = w.outer * (part + 1) / parts;
    for (int64_t i = w.outer * part / parts; i < end; ++i) f(i, buffer.data());
  });
}

inline int64_t Product(const int64_t* n) { return n[0] * n[1] * n[2]; }

// Whether the arrays of the sizes of x, and those of the sizes of y, have them.
bool Fits(const Windows& w, Numbers (&numbers)[5], std::initializer_list<int64_t> xs,
          std::initializer_list<int64_t> ys) {
  for (const Numbers& n : numbers) {
    if (n.size() != 3) return false;
  }
  const int64_t of_x = w.outer * Product(w.in) * w.inner, of_y = w.outer * Product(w.out) * w.inner;
  return std::all_of(xs.begin(), xs.end(), [&](int64_t n) { return n == of_x; }) &&
         std::all_of(ys.begin(), ys.end(), [&](int64_t n) { return n == of_y; });
}

ffi::Error Unfit() {
  return ffi::Error(ffi::ErrorCode::kInvalidArgument, "pool: sizes do not fit each other");
}

template <typename A>
int64_t Count(A& array) {
  return static_cast<int64_t>(array.element_count());
}

ffi::Error WindowSpread(ffi::ThreadPool pool, Array g, ffi::Result<Array> dx, Numbers in,
                        Numbers out, Numbers kernel, Numbers stride, Numbers low, int64_t outer,
                        int64_t inner) {
  const Windows w{outer, inner, in.begin(), out.begin(), kernel.begin(), stride.begin(),
                  low.begin()};
  Numbers numbers[] = {in, out, kernel, stride, low};
  if (!Fits(w, numbers, {Count(*dx)}, {Count(g)})) return Unfit();
  const int64_t of_x = Product(w.in) * inner, of_y = Product(w.out) * inner;
  OverPlanes<float>(pool, w, [&](int64_t i, float* line) {
    const float* from = g.typed_data() + i * of_y;
    float* to = dx->typed_data() + i * of_x;
    if (inner == 1) return SpreadPlane(w, from, to, line);
    std::memset(to, 0, sizeof(float) * of_x);
    EachWindow(w, [&](int64_t a, int64_t b, int64_t c) {
      EachBack(w, a, b, c, [&](int64_t p, int32_t) { Add(inner, from, to + p); });
      from += inner;
    });
  });
  return ffi::Error::Success();
}

ffi::Error WindowSum(ffi::ThreadPool pool, Array x, ffi::Result<Array> y, Numbers in, Numbers out,
                     Numbers kernel, Numbers stride, Numbers low, int64_t outer, int64_t inner) {
  const Windows w{outer, inner, in.begin(), out.begin(), kernel.begin(), stride.begin(),
                  low.begin()};
  Numbers numbers[] = {in, out, kernel, stride, low};
  if (!Fits(w, numbers, {Count(x)}, {Count(*y)})) return Unfit();
  const int64_t of_x = Product(w.in) * inner, of_y = Product(w.out) * inner;
  OverPlanes<float>(pool, w, [&](int64_t i, float* line) {
    const float* from = x.typed_data() + i * of_x;
    float* to = y->typed_data() + i * of_y;
    if (inner == 1) return SumPlane(w, from, to, line);
    std::memset(to, 0, sizeof(float) * of_y);
    EachWindow(w, [&](int64_t a, int64_t b, int64_t c) {
      EachBack(w, a, b, c, [&](int64_t p, int32_t) { Add(inner, from + p, to); });
      to += inner;
    });
  });
  return ffi::Error::Success();
}

// The gradient goes to the first of equal elements, or to the first one that is not a number.
// Overlapping windows add up in their order.
ffi::Error MaxBack(ffi::ThreadPool pool, Array x, Array y, Array g, ffi::Result<Array> dx,
                   Numbers in, Numbers out, Numbers kernel, Numbers stride, Numbers low,
                   int64_t outer, int64_t inner) {
  const Windows w{outer, inner, in.begin(), out.begin(), kernel.begin(), stride.begin(),
                  low.begin()};
  Numbers numbers[] = {in, out, kernel, stride, low};
  if (!Fits(w, numbers, {Count(x), Count(*dx)}, {Count(y), Count(g)})) return Unfit();
  const int64_t of_x = Product(w.in) * inner, of_y = Product(w.out) * inner;
  const bool quarters = inner == 1 && kernel[0] == 1 && in[0] == 1 && out[0] == 1 &&
                        kernel[1] == 2 && kernel[2] == 2 && stride[1] == 2 && stride[2] == 2 &&
                        low[0] == 0 && low[1] == 0 && low[2] == 0 && 2 * out[1] <= in[1] &&
                        2 * out[2] <= in[2];
  OverPlanes<int32_t>(pool, w, [&](int64_t i, int32_t* marks) {
    const float *xi = x.typed_data() + i * of_x, *yi = y.typed_data() + i * of_y;
    const float* gi = g.typed_data() + i * of_y;
    float* to = dx->typed_data() + i * of_x;
    if (quarters) {
      Quarters(w, xi, yi, gi, to);
    } else if (inner == 1) {
      Plane(w, xi, yi, gi, to, marks);
    } else {
      Channels(w, xi, yi, gi, to, marks);
    }
  });
  return ffi::Error::Success();
}

}  // namespace

#define WINDOWS                    \
  .Attr<Numbers>("in")             \
      .Attr<Numbers>("out")        \
      .Attr<Numbers>("kernel")     \
      .Attr<Numbers>("stride")     \
      .Attr<Numbers>("low")        \
      .Attr<int64_t>("outer")      \
      .Attr<int64_t>("inner")

MXNET_KERNEL(max_back, MaxBack, mxnet_xla::Bind<3, 1>() WINDOWS);
MXNET_KERNEL(window_spread, WindowSpread, mxnet_xla::Bind<1, 1>() WINDOWS);
MXNET_KERNEL(window_sum, WindowSum, mxnet_xla::Bind<1, 1>() WINDOWS);
