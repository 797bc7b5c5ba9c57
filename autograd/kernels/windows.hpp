#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace gradus::kernels {

/// Where a window lies along one axis: positions begin, begin + step, ... before `end`, those in the padding
/// left out.
struct Window {
  std::int64_t begin, end;
  std::int64_t counted;  ///< its extent for the divisor of a mean
};

/// The windows along one axis.
struct Windows {
  std::int64_t size;  ///< of the axis
  std::int64_t step;  ///< between positions of a window
  std::vector<Window> each;

  std::int64_t count() const { return static_cast<std::int64_t>(each.size()); }
  const Window& operator[](std::int64_t i) const { return each[static_cast<std::size_t>(i)]; }
};

/// How a window of a pooling op slides along one axis.
struct Sliding {
  std::int64_t kernel, stride, padding, dilation;
  bool ceil_mode;              ///< a last window may reach beyond the padding, if it begins before its end
  bool count_padding = false;  ///< whether `counted` includes positions in the padding
};

/// The floor((size + 2P - D(K-1) - 1) / S) + 1 windows of an axis (the quotient rounded up in ceil mode).
/// `axis` ("height") is for the errors: ValueError for sizes that make no sense, ShapeError when there would
/// be no window, or one without any element.
Windows sliding_windows(std::string_view axis, std::int64_t size, const Sliding& sliding);

/// `count` windows that cover the axis as evenly as can be: window i spans floor(i * size / count) to
/// ceil((i + 1) * size / count).
Windows adaptive_windows(std::int64_t size, std::int64_t count);

}  // namespace gradus::kernels
