#pragma once

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>

#include <gradus/autograd/kernels/math.hpp>

/// Sine, cosine and tangent of float32, as `math.hpp` has the other elementary functions: no branches, no
/// calls, the same bits with every instruction set. Right for arguments of any size: 0.6 ulp.
namespace gradus::kernels::math {

/// What is known of an argument: of moderate ones, |x| < 2^24, no table is read, which keeps loops from being
/// vectorised. The value is the same.
enum class Range { any, moderate };

namespace detail {

inline constexpr int largest_scale = 105;  // of infinity; finite numbers are integers times 2^104 at most

/// The fractions of 2^k / (2 pi) for each scale k, times 2^(1-k), as 29 bits and what follows them: a number
/// of 24 bits that is a multiple of 2^k, times their sum, is as many half turns but for whole turns, and
/// times the first is exact.
struct HalfTurns {
  double head[largest_scale + 1], tail[largest_scale + 1];
};

/// From the bits of 1 / (2 pi) behind the point: those from position k on, `count` of them, worth 2^-1 and so
/// on.
constexpr double bits_of_turn(int k, int count) {
  constexpr std::uint32_t words[] = {0x28BE60DB, 0x9391054A, 0x7F09D5F4, 0x7D4D3770,
                                     0x36D8A566, 0x4F10E410, 0x7F9458EA};
  double value = 0, unit = 0.5;
  for (int i = k; i < k + count; ++i, unit /= 2)
    if ((words[i / 32] >> (31 - i % 32) & 1) != 0) value += unit;
  return value;
}

constexpr HalfTurns make_half_turns() {
  HalfTurns all{};
  double scale = 2;
  for (int k = 0; k <= largest_scale; ++k, scale /= 2) {
    all.head[k] = bits_of_turn(k, 29) * scale;
    all.tail[k] = bits_of_turn(k + 29, 53) * 0x1p-29 * scale;
  }
  return all;
}
inline constexpr HalfTurns half_turns = make_half_turns();

/// Of which power of two x is a multiple, if it is not moderate; else 0.
inline std::int32_t scale_of(float x) { return std::max((bits(x) >> 23 & 255) - 150, 0); }

/// The sine of `turns` + `rest` + `ahead` half turns, the first known exactly, the second small: 2^-35 beside
/// the value.
inline double sin_half_turns(double turns, double rest, double ahead) {
  constexpr double magic = 0x1.8p52;  // adding it rounds to an integer, which the low bits then hold
  const double shifted = (turns + ahead) + magic;
  const double t = (turns - ((shifted - magic) - ahead)) + rest;  // |t| <= 1/2
  const double y = t * polynomial(t * t, 0x1.921fb5441e49ep+1, -0x1.4abbce4f1a2e0p+2, 0x1.466bbfc24fb24p+1,
                                  -0x1.32d11201ba825p-1, 0x1.500ff7f383badp-4, -0x1.cc345a88879fcp-8);
  const auto odd = std::bit_cast<std::uint64_t>(shifted) << 63;
  return std::bit_cast<double>(std::bit_cast<std::uint64_t>(y) ^ odd);
}

/// sin(x + ahead pi), for `ahead` 0 or 1/2.
template <Range range>
double sin_ahead(float x, double ahead) {
  const std::int32_t k = range == Range::moderate ? 0 : scale_of(x);
  const double value = x;
  return sin_half_turns(value * half_turns.head[k], value * half_turns.tail[k], ahead);
}

}  // namespace detail

template <Range range = Range::any>
float sin(float x) {
  return static_cast<float>(detail::sin_ahead<range>(x, 0));
}
template <Range range = Range::any>
float cos(float x) {
  return static_cast<float>(detail::sin_ahead<range>(x, 0.5));
}
template <Range range = Range::any>
float tan(float x) {
  return static_cast<float>(detail::sin_ahead<range>(x, 0) / detail::sin_ahead<range>(x, 0.5));
}

template <Range = Range::any>
double sin(double x) {
  return std::sin(x);
}
template <Range = Range::any>
double cos(double x) {
  return std::cos(x);
}
template <Range = Range::any>
double tan(double x) {
  return std::tan(x);
}

}  // namespace gradus::kernels::math
