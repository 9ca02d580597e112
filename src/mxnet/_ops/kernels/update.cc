// One optimizer step of many parameters in one call.
//
// A call costs XLA nothing to compile, whereas it makes one to three kernels for each parameter.

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "parallel.h"
#include "xla/ffi/api/ffi.h"

namespace {

namespace ffi = xla::ffi;
using Array = ffi::Buffer<ffi::F32>;
using Numbers = ffi::Buffer<ffi::F64>;

// A result is either the very memory of what it replaces or lies apart from everything else. So the
// elements do not depend on each other, which the compiler cannot know.
#if defined(__clang__)
#define EACH _Pragma("clang loop vectorize(assume_safety)")
#else
#define EACH _Pragma("GCC ivdep")
#endif
#define LOOP __attribute__((noinline)) void

// Elements that one thread takes at a time: some 10 us of work, many times what it costs to share.
constexpr int64_t kPart = 32768;

inline float Clipped(float g, float limit) {  // not-a-number stays
  g = g > limit ? limit : g;
  return g < -limit ? -limit : g;
}

// The arrays of one parameter, from some element on.
struct At {
  const float *w, *g, *a, *b;   // weight, gradient, up to two states
  float *new_w, *new_a, *new_b;
};

LOOP Descend(int64_t n, At p, float rescale, float limit, float lr, float wd) {
  const float keep = 1.0f - lr * wd;
  EACH
  for (int64_t i = 0; i < n; ++i)
    p.new_w[i] = keep * p.w[i] - lr * Clipped(rescale * p.g[i], limit);
}

// Whether there is nothing but +0.
inline bool Empty(int64_t n, const float* g) {
  const auto* bits = reinterpret_cast<const uint32_t*>(g);
  uint32_t any = 0;
  for (int64_t i = 0; i < n; ++i) any |= bits[i];
  return any == 0;
}

// A step along +0 leaves every number as it is, if nothing decays. So weights that are in place need
// not even be read: most rows of an embedding, whose update is bound by memory. Where a gradient
// begins with other numbers, it is not looked through.
void DescendWhereNotEmpty(int64_t n, At p, float rescale, float limit, float lr) {
  constexpr int64_t kGlance = 16, kFine = 256, kCoarse = 4096;
  for (int64_t begin = 0; begin < n;) {
    const bool full = !Empty(std::min(kGlance, n - begin), p.g + begin);
    const int64_t m = std::min(full ? kCoarse : kFine, n - begin);
    if (full || !Empty(m, p.g + begin)) {
      At here = p;
      here.w += begin, here.g += begin, here.new_w += begin;
      Descend(m, here, rescale, limit, lr, 0.0f);
    }
    begin += m;
  }
}

LOOP DescendWithMomentum(int64_t n, At p, float rescale, float limit, float momentum, float lr,
                         float wd) {
  const float decay = lr * wd;
  EACH
  for (int64_t i = 0; i < n; ++i) {
    const float m =
        momentum * p.a[i] - decay * p.w[i] - lr * Clipped(rescale * p.g[i], limit);
    p.new_w[i] = p.w[i] + m;
    p.new_a[i] = m;
  }
}

LOOP Adam(int64_t n, At p, float rescale, float limit, float beta1, float beta2, float epsilon,
          float lr, float wd) {
  const float rest1 = 1.0f - beta1, rest2 = 1.0f - beta2;
  EACH
  for (int64_t i = 0; i < n; ++i) {
    const float g = Clipped(rescale * p.g[i] + wd * p.w[i], limit);
    const float m = beta1 * p.a[i] + rest1 * g;
    const float v = beta2 * p.b[i] + rest2 * g * g;
    p.new_w[i] = p.w[i] - lr * m / (std::sqrt(v) + epsilon);
    p.new_a[i] = m;
    p.new_b[i] = v;
  }
}

ffi::Error Invalid(const std::string& what) {
  return ffi::Error(ffi::ErrorCode::kInvalidArgument, "update: " + what);
}

// numbers: rescale_grad, clip_gradient (negative: none), those of the rule, and for each parameter
// its rate and decay. arrays: for each parameter weight, gradient, states; results: weight, states.
// states: how many a parameter has, which is also the rule: 0 descent, 1 with momentum, 2 Adam.
ffi::Error Update(ffi::ThreadPool pool, int64_t states, Numbers numbers, ffi::RemainingArgs arrays,
                  ffi::RemainingRets results) {
  if (states < 0 || states > 2) return Invalid("no such rule");
  const int64_t inputs = 2 + states, outputs = 1 + states;
  const int64_t shared = states == 0 ? 2 : states == 1 ? 3 : 5;
  const int64_t many = static_cast<int64_t>(results.size()) / outputs;
  if (static_cast<int64_t>(results.size()) != many * outputs ||
      static_cast<int64_t>(arrays.size()) != many * inputs ||
      static_cast<int64_t>(numbers.element_count()) != shared + 2 * many)
    return Invalid("numbers and arrays do not fit each other");

  std::vector<At> all(many);
  std::vector<int64_t> ends(many);  // of each parameter, in the sequence of all elements
  int64_t total = 0;
  for (int64_t k = 0; k < many; ++k) {
    const float* in[4] = {};
    float* out[3] = {};
    int64_t size = 0;
    for (int64_t i = 0; i < inputs; ++i) {
      auto array = arrays.get<Array>(k * inputs + i);
      if (array.has_error()) return array.error();
      in[i] = array->typed_data();
      const int64_t found = static_cast<int64_t>(array->element_count());
      if (i == 0) size = found;
      if (found != size) return Invalid("sizes differ");
    }
    for (int64_t i = 0; i < outputs; ++i) {
      auto array = results.get<Array>(k * outputs + i);
      if (array.has_error()) return array.error();
      out[i] = (*array)->typed_data();
      if (static_cast<int64_t>((*array)->element_count()) != size) return Invalid("sizes differ");
    }
    all[k] = {in[0], in[1], in[2], in[3], out[0], out[1], out[2]};
    ends[k] = total += size;
  }

  const double* number = numbers.typed_data();
  const auto f = [number](int64_t i) { return static_cast<float>(number[i]); };
  const float rescale = f(0);
  const float limit = number[1] < 0 ? std::numeric_limits<float>::infinity() : f(1);

  const auto part = [&](int64_t i) {
    int64_t begin = i * kPart;
    const int64_t last = std::min(begin + kPart, total);
    int64_t k = std::upper_bound(ends.begin(), ends.end(), begin) - ends.begin();
    for (; begin < last; ++k) {
      const int64_t first = k == 0 ? 0 : ends[k - 1];
      const int64_t n = std::min(ends[k], last) - begin;
      if (n == 0) continue;  // a parameter without elements
      const int64_t from = begin - first;
      At p = all[k];
      p.w += from, p.g += from, p.new_w += from;
      if (states > 0) p.a += from, p.new_a += from;
      if (states > 1) p.b += from, p.new_b += from;
      const float lr = f(shared + 2 * k), wd = f(shared + 2 * k + 1);
      // of positive finite numbers lr * Clipped(rescale * 0) is +0
      const bool still = wd == 0 && std::isfinite(lr) && std::isfinite(rescale) && limit >= 0 &&
                         !std::signbit(lr) && !std::signbit(rescale);
      if (states == 0 && still && p.w == p.new_w) {
        DescendWhereNotEmpty(n, p, rescale, limit, lr);
      } else if (states == 0) {
        Descend(n, p, rescale, limit, lr, wd);
      }
      if (states == 1) DescendWithMomentum(n, p, rescale, limit, f(2), lr, wd);
      if (states == 2) Adam(n, p, rescale, limit, f(2), f(3), f(4), lr, wd);
      begin += n;
    }
  };
  mxnet_xla::Parallel(pool, (total + kPart - 1) / kPart, part);
  return ffi::Error::Success();
}

}  // namespace

XLA_FFI_DEFINE_HANDLER_SYMBOL(update, Update,
                              ffi::Ffi::Bind()
                                  .Ctx<ffi::ThreadPool>()
                                  .Attr<int64_t>("states")
                                  .Arg<Numbers>()
                                  .RemainingArgs()
                                  .RemainingRets());
