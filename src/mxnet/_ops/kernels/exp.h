// An exponential that the compiler vectorises.

#ifndef MXNET_XLA_EXP_H_
#define MXNET_XLA_EXP_H_

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace mxnet_xla {

// e^x: x = k ln 2 + r, Taylor's series of e^r to r^7 (|r| <= 0.35: error 6e-9), times 2^k.
inline float Exp(float x) {
  x = std::min(std::max(x, -87.0f), 88.0f);
  const float k = __builtin_floorf(x * 1.44269504f + 0.5f);
  const float r = (x - k * 0.693145752f) - k * 1.42860677e-6f;
  float p = 1.0f / 5040;
  p = p * r + 1.0f / 720;
  p = p * r + 1.0f / 120;
  p = p * r + 1.0f / 24;
  p = p * r + 1.0f / 6;
  p = p * r + 0.5f;
  p = p * r + 1.0f;
  p = p * r + 1.0f;
  // p is no number where x is none; the conversion has to be of a number all the same
  const uint32_t bits = static_cast<uint32_t>(static_cast<int32_t>(k == k ? k : 0.0f) + 127) << 23;
  float scale;
  std::memcpy(&scale, &bits, 4);
  return p * scale;
}

}  // namespace mxnet_xla

#endif  // MXNET_XLA_EXP_H_
