#pragma once

#include <gradus/autograd/pair.hpp>
#include <gradus/autograd/tensor.hpp>

namespace gradus {

/// Options of `max_pool2d`.
struct MaxPool2dOptions {
  /// From one window to the next; the kernel's size unless given.
  OptionalPair stride = {};
  /// Rows and columns around the image that never win; at most half the kernel.
  Pair padding = 0;
  /// Distance between the elements of a window.
  Pair dilation = 1;
  /// Rounds the output size up: a last window may reach beyond the padding, if it begins inside the image or
  /// the padding before it.
  bool ceil_mode = false;
};

/// The largest element of each window of `kernel` rows and columns: [N, C, H, W] or [C, H, W] to the same
/// with floor((H + 2P - D(K-1) - 1) / S) + 1 rows, and columns likewise. Among equals the first in row-major
/// order wins, and takes the gradient; a NaN wins over all. Keeps a channels-last layout. For any numeric
/// dtype. Throws ShapeError for another rank or an image too small for the kernel, ValueError for options
/// that make no sense.
Tensor max_pool2d(const Tensor& x, Pair kernel, const MaxPool2dOptions& options = {},
                  SourceLocation at = SourceLocation::current());
/// As above for a temporary. In max_pool2d(relu(x), ...) the tape keeps one op for the two: its gradient goes
/// straight to x, and the ReLU's values are forgotten.
Tensor max_pool2d(Tensor&& x, Pair kernel, const MaxPool2dOptions& options = {},
                  SourceLocation at = SourceLocation::current());

/// The result of `max_pool2d_with_indices`.
struct MaxPool2dResult {
  Tensor values;
  /// The place h * W + w of each value in its plane; int64.
  Tensor indices;
};

/// `max_pool2d` and where in their planes the values come from.
MaxPool2dResult max_pool2d_with_indices(const Tensor& x, Pair kernel, const MaxPool2dOptions& options = {},
                                        SourceLocation at = SourceLocation::current());

}  // namespace gradus
