// Softmax, its logarithm and layer normalisation along rows, and their gradients.
//
// XLA sums and compares along a row one element after the other; here 16 run side by side.

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include "exp.h"
#include "handler.h"
#include "parallel.h"
#include "xla/ffi/api/ffi.h"

namespace {

namespace ffi = xla::ffi;
using Array = ffi::Buffer<ffi::F32>;
using Result = ffi::Result<Array>;

constexpr int64_t kLanes = 16;

// Functions of their own, so that the compiler believes that the arrays do not overlap, and
// vectorises.
#define LOOP __attribute__((noinline))

// f(total, element number), reduced in 16 lanes; what is left over is taken at the end.
template <typename F, typename G>
inline float Reduced(int64_t n, float start, const F& f, const G& join) {
  float lanes[kLanes];
  for (int64_t l = 0; l < kLanes; ++l) lanes[l] = start;
  int64_t j = 0;
  for (; j + kLanes <= n; j += kLanes) {
    for (int64_t l = 0; l < kLanes; ++l) lanes[l] = f(lanes[l], j + l);
  }
  float total = start;
  for (; j < n; ++j) total = f(total, j);
  for (int64_t l = 0; l < kLanes; ++l) total = join(total, lanes[l]);
  return total;
}

inline float Plus(float a, float b) { return a + b; }
inline float Larger(float a, float b) { return a > b ? a : b; }

LOOP float Peak(int64_t n, const float* __restrict x) {
  const float none = -std::numeric_limits<float>::infinity();
  return Reduced(n, none, [x](float m, int64_t j) { return Larger(m, x[j]); }, Larger);
}

LOOP float Sum(int64_t n, const float* __restrict x) {
  return Reduced(n, 0.0f, [x](float s, int64_t j) { return s + x[j]; }, Plus);
}

LOOP float Dot(int64_t n, const float* __restrict x, const float* __restrict y) {
  return Reduced(n, 0.0f, [x, y](float s, int64_t j) { return s + x[j] * y[j]; }, Plus);
}

LOOP float Spread(int64_t n, const float* __restrict x, float mean) {
  return Reduced(
      n, 0.0f, [x, mean](float s, int64_t j) { return s + (x[j] - mean) * (x[j] - mean); }, Plus);
}

// e^x, and 0 where it is next to nothing: what is masked out has no weight at all.
inline float Weight(float x) { return x < -87.0f ? 0.0f : mxnet_xla::Exp(x); }

LOOP void Exps(int64_t n, const float* __restrict x, float peak, float* __restrict y) {
  for (int64_t j = 0; j < n; ++j) y[j] = Weight(x[j] - peak);
}

LOOP void Scale(int64_t n, float by, float* __restrict y) {
  for (int64_t j = 0; j < n; ++j) y[j] *= by;
}

LOOP void Less(int64_t n, const float* __restrict x, float peak, float rest, float* __restrict y) {
  for (int64_t j = 0; j < n; ++j) y[j] = (x[j] - peak) - rest;
}

LOOP void SoftmaxBack(int64_t n, const float* __restrict y, const float* __restrict g, float mean,
                      float* __restrict dx) {
  for (int64_t j = 0; j < n; ++j) dx[j] = y[j] * (g[j] - mean);
}

LOOP void LogBack(int64_t n, const float* __restrict y, const float* __restrict g, float sum,
                  float* __restrict dx) {
  for (int64_t j = 0; j < n; ++j) dx[j] = g[j] - Weight(y[j]) * sum;
}

LOOP void Normalise(int64_t n, const float* __restrict x, float mean, float scale,
                    const float* __restrict gamma, const float* __restrict beta,
                    float* __restrict y) {
  for (int64_t j = 0; j < n; ++j) y[j] = (x[j] - mean) * scale * gamma[j] + beta[j];
}

// h: the normalised row, d: what reaches it; the gradients of gamma and beta grow.
LOOP void NormaliseBack(int64_t n, const float* __restrict x, const float* __restrict g, float mean,
                        float scale, const float* __restrict gamma, float* __restrict h,
                        float* __restrict d, float* __restrict d_gamma,
                        float* __restrict d_beta) {
  for (int64_t j = 0; j < n; ++j) {
    h[j] = (x[j] - mean) * scale;
    d[j] = g[j] * gamma[j];
    d_gamma[j] += g[j] * h[j];
    d_beta[j] += g[j];
  }
}

LOOP void Combine(int64_t n, const float* __restrict h, const float* __restrict d, float mean,
                  float slope, float scale, float* __restrict dx) {
  for (int64_t j = 0; j < n; ++j) dx[j] = scale * (d[j] - mean - h[j] * slope);
}

struct Rows {
  int64_t many, width;
};

Rows RowsOf(const Array& x) {
  const int64_t width = x.dimensions().back();
  return {width ? static_cast<int64_t>(x.element_count()) / width : 0, width};
}

// Elements that are worth another thread.
constexpr int64_t kPart = 16384;

int64_t Parts(ffi::ThreadPool& pool, Rows rows) {
  const int64_t wanted = rows.many * rows.width / kPart;
  const int64_t most = std::min(rows.many, 4 * std::max<int64_t>(1, pool.num_threads()));
  return std::max<int64_t>(1, std::min(wanted, most));
}

// f(part, first row, end) on all threads.
template <typename F>
void OverRows(ffi::ThreadPool& pool, Rows rows, int64_t parts, const F& f) {
  mxnet_xla::Parallel(pool, parts, [&](int64_t i) {
    f(i, rows.many * i / parts, rows.many * (i + 1) / parts);
  });
}

// A row of nothing but -infinity (all masked) becomes zeros; its logarithm is not a number.
ffi::Error Softmax(ffi::ThreadPool pool, Array x, Result y, bool log) {
  const Rows rows = RowsOf(x);
  const int64_t n = rows.width;
  OverRows(pool, rows, Parts(pool, rows), [&](int64_t, int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      const float* from = x.typed_data() + i * n;
      float* to = y->typed_data() + i * n;
      float peak = Peak(n, from);
      if (peak == -std::numeric_limits<float>::infinity()) peak = 0;
      Exps(n, from, peak, to);
      const float total = Sum(n, to);
      if (log) {
        Less(n, from, peak, std::log(total), to);
      } else {
        Scale(n, total == 0 ? 1.0f : 1.0f / total, to);
      }
    }
  });
  return ffi::Error::Success();
}

ffi::Error SoftmaxGradient(ffi::ThreadPool pool, Array y, Array g, Result dx, bool log) {
  const Rows rows = RowsOf(y);
  const int64_t n = rows.width;
  OverRows(pool, rows, Parts(pool, rows), [&](int64_t, int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      const float *yi = y.typed_data() + i * n, *gi = g.typed_data() + i * n;
      float* to = dx->typed_data() + i * n;
      if (log) {
        LogBack(n, yi, gi, Sum(n, gi), to);
      } else {
        SoftmaxBack(n, yi, gi, Dot(n, yi, gi), to);
      }
    }
  });
  return ffi::Error::Success();
}

ffi::Error LayerNorm(ffi::ThreadPool pool, Array x, Array gamma, Array beta, Result y, Result mean,
                     Result scale, double eps) {
  const Rows rows = RowsOf(x);
  const int64_t n = rows.width;
  OverRows(pool, rows, Parts(pool, rows), [&](int64_t, int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      const float* from = x.typed_data() + i * n;
      const float m = Sum(n, from) / n;
      const float s = 1.0f / std::sqrt(Spread(n, from, m) / n + static_cast<float>(eps));
      mean->typed_data()[i] = m;
      scale->typed_data()[i] = s;
      Normalise(n, from, m, s, gamma.typed_data(), beta.typed_data(), y->typed_data() + i * n);
    }
  });
  return ffi::Error::Success();
}

ffi::Error LayerNormGradient(ffi::ThreadPool pool, Array x, Array gamma, Array mean, Array scale,
                             Array g, Result dx, Result d_gamma, Result d_beta) {
  const Rows rows = RowsOf(x);
  const int64_t n = rows.width, parts = Parts(pool, rows);
  std::vector<float> shares(parts * 2 * n, 0.0f);
  OverRows(pool, rows, parts, [&](int64_t part, int64_t begin, int64_t end) {
    std::vector<float> h(n), d(n);
    float* share = shares.data() + part * 2 * n;
    for (int64_t i = begin; i < end; ++i) {
      const float s = scale.typed_data()[i];
      NormaliseBack(n, x.typed_data() + i * n, g.typed_data() + i * n, mean.typed_data()[i], s,
                    gamma.typed_data(), h.data(), d.data(), share, share + n);
      Combine(n, h.data(), d.data(), Sum(n, d.data()) / n, Dot(n, d.data(), h.data()) / n, s,
              dx->typed_data() + i * n);
    }
  });
  for (int64_t j = 0; j < n; ++j) {
    float a = 0, b = 0;
    for (int64_t part = 0; part < parts; ++part) {
      a += shares[part * 2 * n + j];
      b += shares[part * 2 * n + n + j];
    }
    d_gamma->typed_data()[j] = a;
    d_beta->typed_data()[j] = b;
  }
  return ffi::Error::Success();
}

}  // namespace

MXNET_KERNEL(softmax, Softmax, mxnet_xla::Bind<1, 1>().Attr<bool>("log"));
MXNET_KERNEL(softmax_gradient, SoftmaxGradient, mxnet_xla::Bind<2, 1>().Attr<bool>("log"));
MXNET_KERNEL(layer_norm, LayerNorm, mxnet_xla::Bind<3, 3>().Attr<double>("eps"));
MXNET_KERNEL(layer_norm_gradient, LayerNormGradient, mxnet_xla::Bind<5, 3>());
