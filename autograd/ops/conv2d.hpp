#pragma once

#include <gradus/autograd/pair.hpp>
#include <gradus/autograd/tensor.hpp>

namespace gradus {

/// Each a number for both axes, or {height, width}.
struct Conv2dOptions {
  Pair stride = 1;
  Pair padding = 0;
  Pair dilation = 1;
  std::int64_t groups = 1;
};

/// Cross-correlation of x [n, in, h, w] (or [in, h, w]) with weight [out, in / groups, kh, kw], plus bias
/// [out] unless undefined. The result is [n, out, h', w'] with h' = floor((h + 2 padding - dilation (kh - 1)
/// - 1) / stride) + 1. Throws ShapeError when channels or groups do not fit or nothing is left of the image,
/// DTypeError, ValueError for options that make no sense.
Tensor conv2d(const Tensor& x, const Tensor& weight, const Tensor& bias = {},
              const Conv2dOptions& options = {}, SourceLocation at = SourceLocation::current());

}  // namespace gradus
