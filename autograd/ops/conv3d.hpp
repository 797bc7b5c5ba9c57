#pragma once

#include <gradus/autograd/tensor.hpp>
#include <gradus/autograd/triple.hpp>

namespace gradus {

/// Options of `conv3d`, each a number for all axes, or {depth, height, width}.
struct Conv3dOptions {
  Triple stride = 1;
  Triple padding = 0;
  Triple dilation = 1;
  std::int64_t groups = 1;
};

/// Cross-correlation of x [n, in, d, h, w] (or [in, d, h, w]) with weight [out, in / groups, kd, kh, kw],
/// plus bias [out] unless undefined. The result is [n, out, d', h', w'] with d' = floor((d + 2 padding -
/// dilation (kd - 1) - 1) / stride) + 1, and the others likewise. It runs as one `conv2d` in which the kd
/// slices behind each depth are channels, which takes kd times the memory of x. Throws as `conv2d` does.
Tensor conv3d(const Tensor& x, const Tensor& weight, const Tensor& bias = {},
              const Conv3dOptions& options = {}, SourceLocation at = SourceLocation::current());

/// Options of `conv_transpose3d`.
struct ConvTranspose3dOptions {
  Triple stride = 1;
  Triple padding = 0;
  /// Added at the end of the result, where several sizes are possible; less than stride or dilation.
  Triple output_padding = 0;
  Triple dilation = 1;
  std::int64_t groups = 1;
};

/// The transpose of `conv3d` as a linear map, plus bias: x [n, in, d, h, w] (or [in, d, h, w]), weight [in,
/// out / groups, kd, kh, kw], bias [out] or undefined. The result is [n, out, d', h', w'] with d' = (d - 1)
/// stride - 2 padding + dilation (kd - 1) + output_padding + 1, and the others likewise. Throws as
/// `conv_transpose2d` does.
Tensor conv_transpose3d(const Tensor& x, const Tensor& weight, const Tensor& bias = {},
                        const ConvTranspose3dOptions& options = {},
                        SourceLocation at = SourceLocation::current());

}  // namespace gradus
