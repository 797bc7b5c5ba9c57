#pragma once

#include <bit>
#include <cstdint>
#include <type_traits>

/// The larger and the smaller of two, without branches, for loops that are vectorised.
namespace gradus::kernels {

/// Whether x is NaN, by its bits: from a comparison compilers make branches of what follows.
template <class T>
bool has_nan_bits(T x) {
  if constexpr (std::is_same_v<T, float>)
    return (std::bit_cast<std::uint32_t>(x) & 0x7fffffffU) > 0x7f800000U;
  else if constexpr (std::is_same_v<T, double>)
    return (std::bit_cast<std::uint64_t>(x) & 0x7fffffffffffffffU) > 0x7ff0000000000000U;
  else
    return false;
}

/// The larger of both, the first of equals; NaN if one of them is.
template <class T>
T larger(T a, T b) {
  const T best = b > a ? b : a;
  return has_nan_bits(b) ? b : best;
}
/// The smaller of both, the first of equals; NaN if one of them is.
template <class T>
T smaller(T a, T b) {
  const T best = b < a ? b : a;
  return has_nan_bits(b) ? b : best;
}

}  // namespace gradus::kernels
