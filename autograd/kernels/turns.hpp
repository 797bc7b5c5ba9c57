#pragma once

#include <bit>
#include <cmath>
#include <cstdint>

#include <gradus/autograd/kernels/math.hpp>

/// Sine, cosine and tangent of float32, as `math.hpp` has the other elementary functions: no branches, no
/// calls, the same bits with every instruction set. Right for arguments of any size: 1.0 ulp.
namespace gradus::kernels::math {

namespace detail {

inline constexpr int smallest_scale = -35, largest_scale = 104;  // of the last bit of 2^-12 and of 2^127

/// The fractions of 2^k / (2 pi) from the smallest scale on, each as 29 bits and what follows them: an
/// integer of 24 bits times the first is exact.
struct Fractions {
  double head[largest_scale - smallest_scale + 1], tail[largest_scale - smallest_scale + 1];
};

/// From the bits of 1 / (2 pi) behind the point: those from position k on, `count` of them, worth 2^-1 and so
/// on.
constexpr double bits_of_turn(int k, int count) {
  constexpr std::uint32_t words[] = {0x28BE60DB, 0x9391054A, 0x7F09D5F4, 0x7D4D3770,
                                     0x36D8A566, 0x4F10E410, 0x7F9458EA};
  double value = 0, unit = 0.5;
  for (int i = k; i < k + count; ++i, unit /= 2)
    if (i >= 0 && (words[i / 32] >> (31 - i % 32) & 1) != 0) value += unit;
  return value;
}

constexpr double power(int n) {
  double value = 1;
  for (; n > 0; --n) value *= 2;
  for (; n < 0; ++n) value /= 2;
  return value;
}

constexpr Fractions make_fractions() {
  Fractions all{};
  for (int k = smallest_scale; k <= largest_scale; ++k) {
    const int from = k < 0 ? 0 : k;  // of small numbers the same bits, moved
    const double scale = power(k - from);
    all.head[k - smallest_scale] = bits_of_turn(from, 29) * scale;
    all.tail[k - smallest_scale] = bits_of_turn(from + 29, 53) * scale * power(-29);
  }
  return all;
}
inline constexpr Fractions fractions = make_fractions();

/// |x| = (n / 4 + t) turns up to whole ones, |t| <= 1/8, as n and the angle 2 pi t.
struct Angle {
  std::int64_t n;  ///< in its lowest two bits
  double r;
};
inline Angle reduce_turns(float x) {
  const std::uint32_t magnitude = std::bit_cast<std::uint32_t>(x) & 0x7fffffffU;
  const auto exponent = static_cast<std::int32_t>(magnitude >> 23);
  const std::int32_t scale = (exponent < 115 ? 115 : exponent > 254 ? 254 : exponent) - 150 - smallest_scale;
  const double mantissa = static_cast<std::int32_t>((magnitude & 0x7fffffU) | 0x800000U);
  constexpr double magic = 0x1.8p52;  // adding it rounds to an integer, which the low bits then hold
  const double turns = mantissa * fractions.head[scale];
  const double shifted = turns * 4 + magic;
  const double t = (turns - (shifted - magic) * 0.25) + mantissa * fractions.tail[scale];
  return {std::bit_cast<std::int64_t>(shifted), t * 6.283185307179586};
}

// For |r| <= pi/4; the coefficients are fdlibm's for float32.
inline double sin_of(double r) {
  const double z = r * r;
  return r + r * z *
                 polynomial(z, -0x15555554cbac77.0p-55, 0x111110896efbb2.0p-59, -0x1a00f9e2cae774.0p-65,
                            0x16cd878c3b46a7.0p-71);
}
inline double cos_of(double r) {
  return polynomial(r * r, 1.0, -0x1ffffffd0c5e81.0p-54, 0x155553e1053a42.0p-57, -0x16c087e80f1e27.0p-62,
                    0x199342e0ee5069.0p-68);
}

/// The sine a quarter of a turn times `ahead` further on.
inline double sin_ahead(const Angle& a, std::int64_t ahead) {
  const std::int64_t n = a.n + ahead;
  const double y = (n & 1) != 0 ? cos_of(a.r) : sin_of(a.r);
  return (n & 2) != 0 ? -y : y;
}

/// y, or what a function is near 0, or NaN where x is not finite.
inline float of_finite(float x, float near_zero, float y) {
  return select(std::abs(x) < infinity, select(std::abs(x) < 0x1p-12F, near_zero, y), nan);
}

}  // namespace detail

inline float sin(float x) {
  using namespace detail;
  const auto y = static_cast<float>(sin_ahead(reduce_turns(x), 0));
  return of_finite(x, x, std::copysign(1.0F, x) * y);
}

inline float cos(float x) {
  using namespace detail;
  return of_finite(x, 1.0F, static_cast<float>(sin_ahead(reduce_turns(x), 1)));
}

inline float tan(float x) {
  using namespace detail;
  const Angle a = reduce_turns(x);
  const auto y = static_cast<float>(sin_ahead(a, 0) / sin_ahead(a, 1));
  return of_finite(x, x, std::copysign(1.0F, x) * y);
}

inline double sin(double x) { return std::sin(x); }
inline double cos(double x) { return std::cos(x); }
inline double tan(double x) { return std::tan(x); }

}  // namespace gradus::kernels::math
