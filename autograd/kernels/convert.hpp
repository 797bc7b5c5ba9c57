#pragma once

#include <limits>
#include <type_traits>

namespace gradus::kernels {

/// `v` as a `To`. Floating to integer truncates towards zero, goes to the nearest end where it does not fit,
/// and makes 0 of NaN; non-zero becomes true.
template <class To, class From>
constexpr To convert(From v) {
  if constexpr (std::is_same_v<To, bool>) {
    return v != From(0);
  } else if constexpr (std::is_floating_point_v<From> && std::is_integral_v<To>) {
    constexpr To low = std::numeric_limits<To>::min(), high = std::numeric_limits<To>::max();
    if (v != v) return 0;
    if (v <= static_cast<From>(low)) return low;
    return v >= static_cast<From>(high) ? high : static_cast<To>(v);  // high may round up: 2^63
  } else {
    return static_cast<To>(v);
  }
}

}  // namespace gradus::kernels
