#pragma once

#include <gradus/autograd/pair.hpp>
#include <gradus/autograd/tensor.hpp>

namespace gradus {

/// Each a number for both axes, or {height, width}.
struct ConvTranspose2dOptions {
  Pair stride = 1;
  Pair padding = 0;
  /// Rows and columns added at the end of the result, where several sizes are possible; less than stride or
  /// dilation.
  Pair output_padding = 0;
  Pair dilation = 1;
  std::int64_t groups = 1;
};

/// The transpose of `conv2d` as a linear map, plus bias: x [n, in, h, w] (or [in, h, w]), weight [in, out /
/// groups, kh, kw], bias [out] or undefined. The result is [n, out, h', w'] with h' = (h - 1) stride - 2
/// padding + dilation (kh - 1) + output_padding + 1. Throws as `conv2d` does.
Tensor conv_transpose2d(const Tensor& x, const Tensor& weight, const Tensor& bias = {},
                        const ConvTranspose2dOptions& options = {},
                        SourceLocation at = SourceLocation::current());

}  // namespace gradus
