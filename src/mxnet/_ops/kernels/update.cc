// One optimizer step of many parameters in one call.
//
// A call costs XLA nothing to compile, whereas it makes one to three kernels for each parameter.

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

#include "handler.h"
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

// Elements that one thread takes at a time: some 10 us of work, many times what it costs to share.
constexpr int64_t kPart = 32768;

inline float Clipped(float g, float limit) {  // not-a-number stays
  g = g > limit ? limit : g;
  return g < -limit ? -limit : g;
}

constexpr int kStates = 3;  // at most

// The arrays of one parameter, from some element on.
struct At {
  const float *w, *g, *s[kStates];  // weight, gradient, states
  float *new_w, *new_s[kStates];
};

// One step of one element by each rule, with the numbers that all elements share.

struct Descent {
  float rescale, limit, lr, keep;
  void operator()(const At& p, int64_t i) const {
    p.new_w[i] = keep * p.w[i] - lr * Clipped(rescale * p.g[i], limit);
  }
};

struct Momentum {
  float rescale, limit, momentum, lr, decay;
  void operator()(const At& p, int64_t i) const {
    const float m = momentum * p.s[0][i] - decay * p.w[i] - lr * Clipped(rescale * p.g[i], limit);
    p.new_w[i] = p.w[i] + m;
    p.new_s[0][i] = m;
  }
};

struct Nesterov {
  float rescale, limit, momentum, lr, wd;
  void operator()(const At& p, int64_t i) const {
    const float g = Clipped(rescale * p.g[i], limit);
    const float step = lr * (g + wd * p.w[i]);
    const float m = momentum * p.s[0][i];
    const float w = p.w[i] + momentum * (m - step) - step;
    p.new_w[i] = w;
    p.new_s[0][i] = m - lr * (g + wd * w);
  }
};

struct Adam {
  float rescale, limit, beta1, beta2, epsilon, lr, wd;
  void operator()(const At& p, int64_t i) const {
    const float g = Clipped(rescale * p.g[i] + wd * p.w[i], limit);
    const float m = beta1 * p.s[0][i] + (1.0f - beta1) * g;
    const float v = beta2 * p.s[1][i] + (1.0f - beta2) * g * g;
    p.new_w[i] = p.w[i] - lr * m / (std::sqrt(v) + epsilon);
    p.new_s[0][i] = m;
    p.new_s[1][i] = v;
  }
};

struct AdaGrad {
  float rescale, limit, epsilon, lr, wd;
  void operator()(const At& p, int64_t i) const {
    const float g = Clipped(rescale * p.g[i], limit);
    const float h = p.s[0][i] + g * g;
    p.new_w[i] = p.w[i] - lr * (g / std::sqrt(h + epsilon) + wd * p.w[i]);
    p.new_s[0][i] = h;
  }
};

struct RmsProp {
  float rescale, limit, gamma, epsilon, of_weights, lr, wd;
  void operator()(const At& p, int64_t i) const {
    const float g = Clipped(rescale * p.g[i] + wd * p.w[i], limit);
    const float n = (1.0f - gamma) * g * g + gamma * p.s[0][i];
    p.new_w[i] = Clipped(p.w[i] - lr * g / std::sqrt(n + epsilon), of_weights);
    p.new_s[0][i] = n;
  }
};

struct CentredRmsProp {
  float rescale, limit, gamma1, gamma2, epsilon, of_weights, lr, wd;
  void operator()(const At& p, int64_t i) const {
    const float x = Clipped(rescale * p.g[i] + wd * p.w[i], limit);
    const float n = (1.0f - gamma1) * x * x + gamma1 * p.s[0][i];
    const float g = (1.0f - gamma1) * x + gamma1 * p.s[1][i];
    const float delta = gamma2 * p.s[2][i] - lr * x / std::sqrt(n - g * g + epsilon);
    p.new_w[i] = Clipped(p.w[i] + delta, of_weights);
    p.new_s[0][i] = n;
    p.new_s[1][i] = g;
    p.new_s[2][i] = delta;
  }
};

template <typename Rule>
__attribute__((noinline)) void Step(int64_t n, At p, Rule rule) {
  EACH
  for (int64_t i = 0; i < n; ++i) rule(p, i);
}

// Whether there is nothing but +0.
inline bool Empty(int64_t n, const float* g) {
  uint32_t any = 0;
  for (int64_t i = 0; i < n; ++i) {
    uint32_t bits;
    std::memcpy(&bits, g + i, 4);
    any |= bits;
  }
  return any == 0;
}

// A step along +0 leaves every number as it is, if nothing decays. So weights that are in place need
// not even be read: most rows of an embedding, whose update is bound by memory. Where a gradient
// begins with other numbers, it is not looked through.
void DescendWhereNotEmpty(int64_t n, At p, Descent rule) {
  constexpr int64_t kGlance = 16, kFine = 256, kCoarse = 4096;
  for (int64_t begin = 0; begin < n;) {
    const bool full = !Empty(std::min(kGlance, n - begin), p.g + begin);
    const int64_t m = std::min(full ? kCoarse : kFine, n - begin);
    if (full || !Empty(m, p.g + begin)) {
      At here = p;
      here.w += begin, here.g += begin, here.new_w += begin;
      Step(m, here, rule);
    }
    begin += m;
  }
}

ffi::Error Invalid(const std::string& what) {
  return ffi::Error(ffi::ErrorCode::kInvalidArgument, "update: " + what);
}

// How many states each rule has, and how many numbers besides rescale_grad and clip_gradient: in the
// order of RULES in update.py.
struct Form {
  int64_t states, numbers;
};
constexpr Form kForms[] = {{0, 0}, {1, 1}, {2, 3}, {1, 1}, {1, 1}, {1, 4}, {3, 4}};
enum { kDescent, kMomentum, kAdam, kNesterov, kAdaGrad, kRmsProp, kCentredRmsProp };

// Packed states of a parameter begin at multiples of so many elements.
constexpr int64_t kAligned = 16;

// numbers: rescale_grad, clip_gradient (negative: none), those of the rule, and for each parameter
// its rate and decay.
// Not packed: arrays are for each parameter weight, gradient, states; results: weight, states.
// Packed: arrays begin with one for each kind of state, that of all parameters; then follow for each
// weight and gradient. Results: those of the states, then the weights.
ffi::Error Update(ffi::ThreadPool pool, int64_t rule, int64_t packed, Numbers numbers,
                  ffi::RemainingArgs arrays, ffi::RemainingRets results) {
  if (rule < 0 || rule > kCentredRmsProp) return Invalid("no such rule");
  const int64_t states = kForms[rule].states, shared = 2 + kForms[rule].numbers;
  const int64_t packs = packed ? states : 0, own = states - packs;
  const int64_t inputs = 2 + own, outputs = 1 + own;
  const int64_t many = (static_cast<int64_t>(results.size()) - packs) / outputs;
  if (static_cast<int64_t>(results.size()) != packs + many * outputs ||
      static_cast<int64_t>(arrays.size()) != packs + many * inputs ||
      static_cast<int64_t>(numbers.element_count()) != shared + 2 * many)
    return Invalid("numbers and arrays do not fit each other");

  At pack = {};
  int64_t room = 0;  // elements of a pack
  for (int64_t s = 0; s < packs; ++s) {
    auto array = arrays.get<Array>(s);
    auto result = results.get<Array>(s);
    if (array.has_error()) return array.error();
    if (result.has_error()) return result.error();
    const int64_t found = static_cast<int64_t>(array->element_count());
    if (s == 0) room = found;
    if (found != room || static_cast<int64_t>((*result)->element_count()) != room)
      return Invalid("sizes differ");
    pack.s[s] = array->typed_data();
    pack.new_s[s] = (*result)->typed_data();
  }

  std::vector<At> all(many);
  std::vector<int64_t> ends(many);  // of each parameter, in the sequence of all elements
  int64_t total = 0, place = 0;
  for (int64_t k = 0; k < many; ++k) {
    const float* in[2 + kStates] = {};
    float* out[1 + kStates] = {};
    int64_t size = 0;
    for (int64_t i = 0; i < inputs; ++i) {
      auto array = arrays.get<Array>(packs + k * inputs + i);
      if (array.has_error()) return array.error();
      in[i] = array->typed_data();
      const int64_t found = static_cast<int64_t>(array->element_count());
      if (i == 0) size = found;
      if (found != size) return Invalid("sizes differ");
    }
    for (int64_t i = 0; i < outputs; ++i) {
      auto array = results.get<Array>(packs + k * outputs + i);
      if (array.has_error()) return array.error();
      out[i] = (*array)->typed_data();
      if (static_cast<int64_t>((*array)->element_count()) != size) return Invalid("sizes differ");
    }
    At& p = all[k];
    p.w = in[0], p.g = in[1], p.new_w = out[0];
    for (int64_t s = 0; s < states; ++s) {
      p.s[s] = packed ? pack.s[s] + place : in[2 + s];
      p.new_s[s] = packed ? pack.new_s[s] + place : out[1 + s];
    }
    ends[k] = total += size;
    if (packed) place += (size + kAligned - 1) / kAligned * kAligned;
  }
  if (place > room) return Invalid("the packed states are too small");

  const double* number = numbers.typed_data();
  const auto f = [number](int64_t i) { return static_cast<float>(number[i]); };
  const auto bound = [&f](int64_t i) {
    return f(i) < 0 ? std::numeric_limits<float>::infinity() : f(i);
  };
  const float rescale = f(0), limit = bound(1);

  const auto step = [&](int64_t n, const At& p, float lr, float wd) {
    switch (rule) {
      case kDescent: {
        const Descent descent{rescale, limit, lr, 1.0f - lr * wd};
        // of positive finite numbers lr * Clipped(rescale * 0) is +0
        const bool still = wd == 0 && std::isfinite(lr) && std::isfinite(rescale) && limit >= 0 &&
                           !std::signbit(lr) && !std::signbit(rescale);
        if (still && p.w == p.new_w) return DescendWhereNotEmpty(n, p, descent);
        return Step(n, p, descent);
      }
      case kMomentum:
        return Step(n, p, Momentum{rescale, limit, f(2), lr, lr * wd});
      case kAdam:
        return Step(n, p, Adam{rescale, limit, f(2), f(3), f(4), lr, wd});
      case kNesterov:
        return Step(n, p, Nesterov{rescale, limit, f(2), lr, wd});
      case kAdaGrad:
        return Step(n, p, AdaGrad{rescale, limit, f(2), lr, wd});
      case kRmsProp:  // f(3) is the centred form's
        return Step(n, p, RmsProp{rescale, limit, f(2), f(4), bound(5), lr, wd});
      case kCentredRmsProp:
        return Step(n, p, CentredRmsProp{rescale, limit, f(2), f(3), f(4), bound(5), lr, wd});
    }
  };
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
      for (int64_t s = 0; s < states; ++s) p.s[s] += from, p.new_s[s] += from;
      step(n, p, f(shared + 2 * k), f(shared + 2 * k + 1));
      begin += n;
    }
  };
  mxnet_xla::Parallel(pool, (total + kPart - 1) / kPart, part);
  return ffi::Error::Success();
}

}  // namespace

MXNET_KERNEL(update, Update,
             ffi::Ffi::Bind()
                 .Ctx<ffi::ThreadPool>()
                 .Attr<int64_t>("rule")
                 .Attr<int64_t>("packed")
                 .Arg<Numbers>()
                 .RemainingArgs()
                 .RemainingRets());
