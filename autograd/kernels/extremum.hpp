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

namespace detail {
/// A NaN x, or `best`, for single elements and for registers of them, where nothing branches.
template <class V>
[[gnu::always_inline]] inline void keep_nan(const V& x, V& best) {
  if constexpr (std::is_arithmetic_v<V>)
    best = has_nan_bits(x) ? x : best;
  else
    best = (V)((decltype(x != x))best | (x != x));  // all bits set are a NaN
}
}  // namespace detail

/// Makes `best` the larger of both, which stays if they are equal; NaN if one of them is.
template <class V>
[[gnu::always_inline]] inline void raise(V& best, const V& x) {
  best = x > best ? x : best;
  detail::keep_nan(x, best);
}
/// Makes `best` the smaller of both, which stays if they are equal; NaN if one of them is.
template <class V>
[[gnu::always_inline]] inline void lower(V& best, const V& x) {
  best = x < best ? x : best;
  detail::keep_nan(x, best);
}

/// The larger of both, the first of equals; NaN if one of them is.
template <class T>
T larger(T a, T b) {
  raise(a, b);
  return a;
}
/// The smaller of both, the first of equals; NaN if one of them is.
template <class T>
T smaller(T a, T b) {
  lower(a, b);
  return a;
}

}  // namespace gradus::kernels
