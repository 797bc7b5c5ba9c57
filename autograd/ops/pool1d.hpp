#pragma once

#include <optional>

#include <gradus/autograd/ops/max_pool2d.hpp>
#include <gradus/autograd/tensor.hpp>

namespace gradus {

/// Pooling along one dimension, [N, C, L] or [C, L]: that of images of one row, with their conventions and
/// errors.

/// Options of `max_pool1d`.
struct MaxPool1dOptions {
  std::optional<std::int64_t> stride = {};  ///< the kernel's size unless given
  std::int64_t padding = 0;                 ///< never wins; at most half the kernel
  std::int64_t dilation = 1;
  bool ceil_mode = false;  ///< as of `max_pool2d`
};
/// The largest element of each window; the first of equal ones takes the gradient. See `max_pool2d`.
Tensor max_pool1d(const Tensor& x, std::int64_t kernel, const MaxPool1dOptions& options = {},
                  SourceLocation at = SourceLocation::current());
/// The same, and where along the dimension the values come from.
MaxPool2dResult max_pool1d_with_indices(const Tensor& x, std::int64_t kernel,
                                        const MaxPool1dOptions& options = {},
                                        SourceLocation at = SourceLocation::current());

/// Options of `avg_pool1d`.
struct AvgPool1dOptions {
  std::optional<std::int64_t> stride = {};  ///< the kernel's size unless given
  std::int64_t padding = 0;                 ///< zeros; at most half the kernel
  bool ceil_mode = false;                   ///< as of `avg_pool2d`
  bool count_include_pad = true;            ///< whether zeros of the padding count in the divisor
};
/// The mean of each window. See `avg_pool2d`.
Tensor avg_pool1d(const Tensor& x, std::int64_t kernel, const AvgPool1dOptions& options = {},
                  SourceLocation at = SourceLocation::current());

}  // namespace gradus
