#pragma once

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

#include <gradus/autograd/kernels/math.hpp>

/// Powers of float32, as `math.hpp` has the other elementary functions: by a logarithm and an exponential
/// function in float64, without branches or calls. 0.6 ulp.
namespace gradus::kernels::math {

namespace detail {

inline double choose(bool condition, double a, double b) { return condition ? a : b; }

/// The logarithm of x > 0 to base 2, to 2^-37 of its value.
inline double log2_of(double x) {
  constexpr std::uint64_t root_half = 0x3fe6a09e667f3bcd, middle = std::uint64_t{1024} << 52;
  constexpr double magic = 0x1p52;  // its low bits are an integer that is added to it
  const auto all = std::bit_cast<std::uint64_t>(x);
  const std::uint64_t n = (all - root_half + middle) >> 52;  // x = 2^(n - 1024) m, sqrt(1/2) <= m < sqrt(2)
  const double m = std::bit_cast<double>(all - (n << 52) + middle);
  const double exponent = std::bit_cast<double>(std::bit_cast<std::uint64_t>(magic) + n) - (magic + 1024);
  const double s = (m - 1) / (m + 1);
  return exponent + s * polynomial(s * s, 0x1.71547652bedf3p+1, 0x1.ec709d12ced98p-1, 0x1.27777fe91bd5fp-1,
                                   0x1.a58d8878edac2p-2, 0x1.5ce85acc63ff2p-2);
}

/// 2^t for -1000 < t < 1000, to 2^-28 of its value, and exact for whole t.
inline double exp2_of(double t) {
  constexpr double magic = 0x1.8p52;  // adding it rounds to an integer, which the low bits then hold
  const double shifted = t + magic;
  const double r = t - (shifted - magic);
  const double y = polynomial(r, 1.0, 0x1.62e430af2ba16p-1, 0x1.ebfbdc3c16c1fp-3, 0x1.c6aee88a0ffb0p-5,
                              0x1.3b2d4cfc8cc8dp-7, 0x1.5f3e54baaff9ep-10, 0x1.41fbb81c9f0b8p-13);
  return std::bit_cast<double>(std::bit_cast<std::uint64_t>(y) +
                               (std::bit_cast<std::uint64_t>(shifted) << 52));
}

/// 1 for odd y, 0 for even ones and infinity, in between for fractions.
inline float parity_of(float y) {
  constexpr float magic = 0x1p24F;  // adding it rounds to an even number; beyond, all are even
  const float size = select(std::abs(y) > magic, magic, std::abs(y));
  return std::abs(size - ((size + magic) - magic));
}

}  // namespace detail

/// x^y.
inline float pow(float x, float y) {
  using namespace detail;
  constexpr double endless = std::numeric_limits<double>::infinity();
  const float magnitude = std::abs(x);
  const double finite = log2_of(magnitude);
  const double log = choose(magnitude == 0.0F, -endless, choose(magnitude == infinity, endless, finite));
  const double t = choose(magnitude == 1.0F, 0.0, y * log);  // y may be infinite
  const auto size = static_cast<float>(exp2_of(choose(t > 200.0, 200.0, choose(t < -200.0, -200.0, t))));
  const float parity = parity_of(y);
  const float sign = select(parity == 1.0F, std::copysign(1.0F, x), 1.0F);
  const float factor = select(x < 0.0F && magnitude < infinity && parity > 0.0F && parity < 1.0F, nan, sign);
  const float value = select(x == x && y == y, size * factor, nan);
  return select(x == 1.0F || y == 0.0F, 1.0F, value);
}

inline double pow(double x, double y) { return std::pow(x, y); }

}  // namespace gradus::kernels::math
