#pragma once

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numbers>

/// Elementary functions without branches or calls, so that loops over them are vectorised. They contain no
/// fused multiply-adds: a processor that has them gives the same bits as one that has not. Infinities, NaN,
/// signed zeros and subnormal numbers are treated as by the C library.
///
/// float32: the largest errors, over all arguments, in units in the last place, are stated at each. For
/// float64 the C library's functions are called.
namespace gradus::kernels::math {

namespace detail {

inline constexpr float infinity = std::numeric_limits<float>::infinity();
inline constexpr float nan = std::numeric_limits<float>::quiet_NaN();

inline std::int32_t bits(float x) { return std::bit_cast<std::int32_t>(x); }
inline float from_bits(std::int32_t x) { return std::bit_cast<float>(x); }
inline float select(bool condition, float a, float b) { return condition ? a : b; }

/// c0 + c1 x + c2 x^2 + ... by Horner's rule.
template <class T>
T polynomial(T, T c) {
  return c;
}
template <class T, class... C>
T polynomial(T x, T c, C... higher) {
  return c + x * polynomial(x, higher...);
}

/// 2^n for -126 <= n <= 127.
inline float power_of_two(std::int32_t n) { return from_bits((n + 127) << 23); }

/// x + more = n ln 2 + r, |r| <= ln 2 / 2; for |x| < 2^20 and a small part `more` that x has no place for.
struct Reduced {
  std::int32_t n;
  float r;
};
inline Reduced reduce_exponent(float x, float more) {
  constexpr float magic = 0x1.8p23F;  // adding it rounds to an integer, which the low bits then hold
  const float shifted = (x + more) * 0x1.715476p0F + magic;
  const float n = shifted - magic;
  // ln 2 in two parts, the first of so few bits that its product with n is exact
  return {bits(shifted) - bits(magic), (x - n * 0.693359375F) + (more + n * 2.12194440e-4F)};
}
inline Reduced reduce_exponent(float x) { return reduce_exponent(x, -0.0F); }  // which does not change a sign

/// e^r - 1 - r for a reduced r, over r^2.
inline float exp_tail(float r) {
  return polynomial(r, 4.9999994040e-1F, 1.6666521132e-1F, 4.1668388993e-2F, 8.3687156439e-3F,
                    1.3814601116e-3F);
}

/// e^(x + more), for x + more from -170 to 89.
inline float exp_sum(float x, float more) {
  const auto [n, r] = reduce_exponent(x, more);
  const float y = (r * r) * exp_tail(r) + r + 1.0F;
  const std::int32_t half = n >> 1;  // in two steps, for 2^n may lie outside of the normal numbers
  return y * power_of_two(half) * power_of_two(n - half);
}

/// The parts of a positive normal number: 2^k (1 + f), sqrt(1/2) <= 1 + f < sqrt(2).
struct Mantissa {
  std::int32_t k;
  float f;
};
inline Mantissa split(float x) {
  constexpr std::uint32_t root_half = 0x3f3504f3;
  const auto all = std::bit_cast<std::uint32_t>(x);  // unsigned: of others than positive numbers it may wrap
  const std::int32_t k = static_cast<std::int32_t>(all - root_half) >> 23;
  return {k, std::bit_cast<float>(all - (static_cast<std::uint32_t>(k) << 23)) - 1.0F};
}

/// log(2^k (1 + f)) + c, with the series of fdlibm.
inline float log_of(std::int32_t k, float f, float c) {
  const float s = f / (2.0F + f);
  const float z = s * s;
  const float series = z * polynomial(z, 0xaaaaaa.0p-24F, 0xccce13.0p-25F, 0x91e9ee.0p-25F, 0xf89e26.0p-26F);
  const float half_square = 0.5F * f * f;
  const auto n = static_cast<float>(k);
  return s * (half_square + series) + (n * 9.0580006145e-06F + c) - half_square + f + n * 6.9313812256e-01F;
}

}  // namespace detail

/// e^x. float32: 1.0 ulp.
inline float exp(float x) {
  using namespace detail;
  const float clamped = select(x < -104.0F, -104.0F, select(x > 89.0F, 89.0F, x));
  return exp_sum(clamped, -0.0F);
}

/// e^x - 1, exact to the last places near 0 too.
inline float expm1(float x) {
  using namespace detail;
  const float clamped = select(x < -20.0F, -20.0F, select(x > 89.0F, 89.0F, x));
  const auto [n, r] = reduce_exponent(clamped);
  const float tail = (r * r) * exp_tail(r) + r;
  const float scale = power_of_two(n - 1);  // half of 2^n, which may be infinite
  const float y = (tail * scale + (scale - 0.5F)) * 2.0F;
  return select(std::abs(x) < 0x1p-25F, x, y);
}

/// Natural logarithm; NaN below 0.
inline float log(float x) {
  using namespace detail;
  const bool subnormal = x < std::numeric_limits<float>::min();
  const auto [k, f] = split(select(subnormal, x * 0x1p25F, x));
  const float y = log_of(k - (subnormal ? 25 : 0), f, 0.0F);
  const float special = select(x == 0.0F, -infinity, select(x < 0.0F, nan, x));
  return select(x > 0.0F && x < infinity, y, special);
}

/// log(1 + x), exact to the last places near 0 too; NaN below -1.
inline float log1p(float x) {
  using namespace detail;
  const float u = 1.0F + x;
  const auto [k, f] = split(u);
  // What was lost in 1 + x comes back as a correction, unless x itself is the mantissa.
  const float lost = select(k > 1, 1.0F - (u - x), x - (u - 1.0F)) / u;
  const float y = k == 0 ? log_of(0, x, 0.0F) : log_of(k, f, k < 25 ? lost : 0.0F);
  const float special = select(x == -1.0F, -infinity, select(x < -1.0F, nan, x));
  return select(x > -1.0F && x < infinity && std::abs(x) > 0x1p-25F, y, special);
}

/// Hyperbolic tangent.
inline float tanh(float x) {
  using namespace detail;
  const float magnitude = std::abs(x);
  const float square = x * x;
  const float near = x + x * square *
                             polynomial(square, -3.33332819422e-1F, 1.33314422036e-1F, -5.37397155531e-2F,
                                        2.06390887954e-2F, -5.70498872745e-3F);
  const float clamped = select(magnitude > 10.0F, 10.0F, magnitude);
  const auto [n, r] = reduce_exponent(2.0F * clamped);
  const float grown = ((r * r) * exp_tail(r) + r + 1.0F) * power_of_two(n);  // e^(2|x|)
  const float far = 1.0F - 2.0F / (grown + 1.0F);
  return std::copysign(select(magnitude < 0.625F, near, far), x);
}

/// 1 / (1 + e^-x) without overflow.
inline float sigmoid(float x) {
  const float e = exp(-std::abs(x));
  return (x >= 0.0F ? 1.0F : e) / (1.0F + e);
}

/// The error function.
inline float erf(float x) {
  using namespace detail;
  const float t = std::abs(x);
  const float square = x * x;
  const float near = x + x * polynomial(square, 1.28379166e-1F, -3.76125336e-1F, 1.12819925e-1F,
                                        -2.67681349e-2F, 4.99119423e-3F, -5.96761703e-4F);
  const float clamped = select(t > 4.0F, 4.0F, t);
  const float exponent =
      clamped * polynomial(clamped, -1.0F - 1.28717512e-1F, -6.34846687e-1F, -1.06777877e-1F, 2.42546219e-2F,
                           -3.88396438e-3F, 3.83197126e-4F, -1.72853470e-5F);
  const float far = std::copysign(1.0F - exp(exponent), x);
  return select(t < 0.927734375F, near, select(x == x, far, x));
}

/// 1 - erf(x), exact to the last places where erf is near 1 too: e^(-x^2) by a polynomial in 1 / (1 +
/// 3|x|/8).
inline float erfc(float x) {
  using namespace detail;
  const float magnitude = std::abs(x);
  const float z = select(magnitude > 11.0F, 11.0F, magnitude);
  const float t = 1.0F / (1.0F + 0.375F * z);
  const float series =
      polynomial(t, 2.11607559e-1F, 2.10752939e-1F, 2.04556583e-1F, 1.24549522e-1F, 2.66359853e-1F,
                 -2.18419440e-1F, 4.22485997e-1F, -2.82382676e-1F, 6.04896444e-2F);
  const float head = from_bits(bits(z) & ~0xfff);  // whose square is exact
  const float tail = t * (exp_sum(-head * head, (head - z) * (head + z)) * series);
  return select(x < 0.0F, 2.0F - tail, tail);
}

namespace detail {

/// |x|, but no more than where the normal distribution has vanished from float32.
inline float normal_distance(float x) {
  const float magnitude = std::abs(x);
  return select(magnitude > 14.5F, 14.5F, magnitude);
}

/// 2^64 e^(-z^2 / 2), a normal number for 0 <= z <= 14.5.
inline float scaled_bell(float z) {
  const float head = from_bits(bits(z) & ~0xfff);  // whose square is exact
  const float square = -0.5F * head * head, more = (head - z) * (0.5F * (head + z));
  constexpr float magic = 0x1.8p23F + 64.0F;  // as in reduce_exponent
  const float shifted = square * 0x1.715476p0F + magic;
  const float n = shifted - magic;
  const float r = (square - n * 0.693359375F) + (more + n * 2.12194440e-4F);
  const float y = (r * r) * exp_tail(r) + r + 1.0F;
  return std::bit_cast<float>(std::bit_cast<std::uint32_t>(y) +
                              (std::bit_cast<std::uint32_t>(shifted) << 23));
}

}  // namespace detail

/// The density of the normal distribution, e^(-x^2 / 2) / sqrt(2 pi).
inline float normal_density(float x) {
  using namespace detail;
  return select(x == x, scaled_bell(normal_distance(x)) * (0x1p-64F * 0.398942280F), x);
}

/// The distribution function of the normal distribution, erfc(-x / sqrt(2)) / 2, exact to the last places
/// where it vanishes too: e^(-x^2 / 2) times a quotient of polynomials.
inline float ndtr(float x) {
  using namespace detail;
  const float z = normal_distance(x);
  const float above =
      polynomial(z, 0.5F, 4.3759489059e-1F, 1.8269008398e-1F, 4.0441788733e-2F, 4.0855980478e-3F);
  const float below =
      polynomial(z, 1.0F, 1.6730746031F, 1.2002966404F, 4.6802479029e-1F, 1.0137911141e-1F, 1.0240952484e-2F);
  const float tail = scaled_bell(z) * (above / below) * 0x1p-64F;
  return select(x < 0.0F, tail, 1.0F - tail);
}

inline double exp(double x) { return std::exp(x); }
inline double expm1(double x) { return std::expm1(x); }
inline double log(double x) { return std::log(x); }
inline double log1p(double x) { return std::log1p(x); }
inline double tanh(double x) { return std::tanh(x); }
inline double erf(double x) { return std::erf(x); }
inline double erfc(double x) { return std::erfc(x); }
inline double ndtr(double x) { return 0.5 * std::erfc(x * (-1 / std::numbers::sqrt2)); }
inline double normal_density(double x) {
  return std::exp(-0.5 * x * x) * (std::numbers::inv_sqrtpi / std::numbers::sqrt2);
}
inline double sigmoid(double x) {
  const double e = std::exp(-std::abs(x));
  return (x >= 0 ? 1.0 : e) / (1.0 + e);
}

}  // namespace gradus::kernels::math
