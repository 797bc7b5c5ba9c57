#pragma once

#include <gradus/autograd/tensor.hpp>

namespace gradus {

/// Options of `conv1d`.
struct Conv1dOptions {
  std::int64_t stride = 1;
  std::int64_t padding = 0;
  std::int64_t dilation = 1;
  std::int64_t groups = 1;
};

/// Cross-correlation of x [n, in, l] (or [in, l]) with weight [out, in / groups, k], plus bias [out] unless
/// undefined: `conv2d` of images of one row. The result is [n, out, l'] with l' = floor((l + 2 padding -
/// dilation (k - 1) - 1) / stride) + 1. Throws as `conv2d` does.
Tensor conv1d(const Tensor& x, const Tensor& weight, const Tensor& bias = {},
              const Conv1dOptions& options = {}, SourceLocation at = SourceLocation::current());

/// Options of `conv_transpose1d`.
struct ConvTranspose1dOptions {
  std::int64_t stride = 1;
  std::int64_t padding = 0;
  /// Elements added at the end of the result, where several sizes are possible; less than stride or dilation.
  std::int64_t output_padding = 0;
  std::int64_t dilation = 1;
  std::int64_t groups = 1;
};

/// The transpose of `conv1d` as a linear map, plus bias: x [n, in, l] (or [in, l]), weight [in, out / groups,
/// k], bias [out] or undefined. The result is [n, out, l'] with l' = (l - 1) stride - 2 padding + dilation (k
/// - 1) + output_padding + 1. Throws as `conv_transpose2d` does.
Tensor conv_transpose1d(const Tensor& x, const Tensor& weight, const Tensor& bias = {},
                        const ConvTranspose1dOptions& options = {},
                        SourceLocation at = SourceLocation::current());

}  // namespace gradus
