#pragma once

#include <optional>

#include <gradus/autograd/tensor.hpp>
#include <gradus/autograd/triple.hpp>

namespace gradus {

/// Pooling of volumes, [N, C, D, H, W] or [C, D, H, W]: first of each plane, then along the depth, with the
/// conventions and errors of images. Options are numbers for all axes, or {depth, height, width}.

/// Options of `max_pool3d`.
struct MaxPool3dOptions {
  OptionalTriple stride = {};  ///< the kernel's size unless given
  Triple padding = 0;          ///< never wins; at most half the kernel
  Triple dilation = 1;
  bool ceil_mode = false;  ///< as of `max_pool2d`
};
/// The largest element of each window; the first of equal ones in row-major order takes the gradient. See
/// `max_pool2d`.
Tensor max_pool3d(const Tensor& x, Triple kernel, const MaxPool3dOptions& options = {},
                  SourceLocation at = SourceLocation::current());

/// The result of `max_pool3d_with_indices`.
struct MaxPool3dResult {
  Tensor values;
  /// The place (d H + h) W + w of each value in its volume; int64.
  Tensor indices;
};
MaxPool3dResult max_pool3d_with_indices(const Tensor& x, Triple kernel, const MaxPool3dOptions& options = {},
                                        SourceLocation at = SourceLocation::current());

/// Options of `avg_pool3d`.
struct AvgPool3dOptions {
  OptionalTriple stride = {};     ///< the kernel's size unless given
  Triple padding = 0;             ///< zeros; at most half the kernel
  bool ceil_mode = false;         ///< as of `avg_pool2d`
  bool count_include_pad = true;  ///< whether zeros of the padding count in the divisor
  /// Divides every window by this instead; ValueError for 0.
  std::optional<std::int64_t> divisor_override = {};
};
/// The mean of each window. See `avg_pool2d`.
Tensor avg_pool3d(const Tensor& x, Triple kernel, const AvgPool3dOptions& options = {},
                  SourceLocation at = SourceLocation::current());

}  // namespace gradus
