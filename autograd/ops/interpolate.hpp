#pragma once

#include <vector>

#include <gradus/autograd/tensor.hpp>

namespace gradus {

/// How `interpolate` finds a value between the elements.
enum class Interpolation {
  nearest,        ///< the element at floor(position), as PyTorch's "nearest"
  nearest_exact,  ///< the element whose middle is closest
  linear,         ///< linear, bilinear or trilinear, by the number of axes
  cubic,          ///< bicubic: cubic convolution over four elements with a = -0.75 (Keys 1981)
};

/// Options of `interpolate`: either the size of the result or the factor for each axis; one number stands
/// for all axes.
struct InterpolateOptions {
  Dims size = {};
  std::vector<double> scale_factor = {};
  Interpolation mode = Interpolation::nearest;
  /// For linear and cubic: the corner elements keep their values; otherwise their corners keep their places.
  bool align_corners = false;
};
/// Resamples the axes behind the first two of [N, C, ..]. With factors the result has floor(size factor)
/// elements along an axis, and positions go by the factor itself. Beyond the edges the outermost element
/// counts. Throws ShapeError for fewer than three dimensions, an empty axis or a wrong number of sizes,
/// ValueError unless exactly one of size and factor is given and the result has at least one element,
/// DTypeError for linear and cubic unless floating.
Tensor interpolate(const Tensor& x, const InterpolateOptions& options,
                   SourceLocation at = SourceLocation::current());

/// [.., C r^2, H, W] -> [.., C, H r, W r]: channel (c r + i) r + j becomes row i and column j of each r x r
/// block (Shi et al. 2016). Throws ShapeError unless r^2 divides the channels, ValueError unless r >= 1.
Tensor pixel_shuffle(const Tensor& x, std::int64_t factor, SourceLocation at = SourceLocation::current());
/// Its inverse, [.., C, H r, W r] -> [.., C r^2, H, W]. Throws ShapeError unless r divides height and width.
Tensor pixel_unshuffle(const Tensor& x, std::int64_t factor, SourceLocation at = SourceLocation::current());
/// Channel k n + i of [N, C, ..] becomes i g + k, for g groups of n channels (Zhang et al. 2018). Throws
/// ShapeError unless the groups divide the channels, ValueError unless groups >= 1.
Tensor channel_shuffle(const Tensor& x, std::int64_t groups, SourceLocation at = SourceLocation::current());

}  // namespace gradus
