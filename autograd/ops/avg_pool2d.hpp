#pragma once

#include <optional>

#include <gradus/autograd/pair.hpp>
#include <gradus/autograd/tensor.hpp>

namespace gradus {

/// Options of `avg_pool2d`.
struct AvgPool2dOptions {
  /// From one window to the next; the kernel's size unless given.
  OptionalPair stride = {};
  /// Rows and columns of zeros around the image; at most half the kernel.
  Pair padding = 0;
  /// Rounds the output size up: a last window may reach beyond the padding, if it begins inside the image or
  /// the padding before it.
  bool ceil_mode = false;
  /// Whether zeros of the padding count in the divisor of a window. What lies beyond the padding never does.
  bool count_include_pad = true;
  /// Divides every window by this instead.
  std::optional<std::int64_t> divisor_override = {};
};

/// The mean of each window of `kernel` rows and columns: [N, C, H, W] or [C, H, W] to the same with
/// floor((H + 2P - K) / S) + 1 rows, and columns likewise. Keeps a channels-last layout. Throws ShapeError
/// for another rank or an image too small for the kernel, ValueError for options that make no sense,
/// DTypeError unless floating.
Tensor avg_pool2d(const Tensor& x, Pair kernel, const AvgPool2dOptions& options = {},
                  SourceLocation at = SourceLocation::current());

}  // namespace gradus
