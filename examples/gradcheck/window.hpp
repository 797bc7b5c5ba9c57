#pragma once

#include <gradus/nn/gradcheck/case.hpp>

/// Options of a convolution or a pool: each is 1 (or 0) in the simplest case.
struct Window {
  std::int64_t kernel, stride, padding, dilation;
  explicit Window(gradus::Draw& draw)
      : kernel(draw.integer(1, 3)),
        stride(draw.integer(1, 2)),
        padding(draw.integer(0, kernel / 2)),
        dilation(draw.integer(1, 2)) {}

  std::int64_t reach() const { return dilation * (kernel - 1) + 1; }
  /// ".stride = 1, .padding = 0"
  std::string frame() const { return fmt::format(".stride = {}, .padding = {}", stride, padding); }
};

/// Planes [n, channels, ...] of so many dimensions, none smaller than `least`.
inline gradus::Shape planes(gradus::Draw& draw, std::int64_t channels, std::int64_t dims,
                            std::int64_t least) {
  gradus::Shape shape{draw.size(2), channels};
  for (std::int64_t d = 0; d < dims; ++d) shape.push_back(least + draw.integer(0, d == 0 ? 2 : 1));
  return shape;
}
