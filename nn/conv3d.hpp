#pragma once

#include <gradus/autograd/triple.hpp>
#include <gradus/nn/convolution.hpp>

namespace gradus::nn {

/// Options of `Conv3d`; each triple is a number for all axes, or {depth, height, width}.
using Conv3dOptions = detail::ConvolutionOptions<Triple>;

/// `conv3d` with a weight [out, in / groups, kd, kh, kw] and a bias [out] of its own: [n, in, d, h, w] to
/// [n, out, ..]. Both start uniform in +-1 / sqrt(in / groups * kernel).
class Conv3d : public detail::Convolution<Conv3dOptions> {
 public:
  /// Throws ValueError unless sizes are positive and groups divides both `in` and `out`.
  Conv3d(std::int64_t in, std::int64_t out, Triple kernel_size, const Conv3dOptions& options = {})
      : Convolution("Conv3d", in, out, kernel_size, options) {}

  Tensor operator()(const Tensor& x, SourceLocation at = SourceLocation::current()) const;
};

/// Options of `ConvTranspose3d`; each triple is a number for all axes, or {depth, height, width}.
using ConvTranspose3dOptions = detail::ConvolutionTransposeOptions<Triple>;

/// `conv_transpose3d` with a weight [in, out / groups, kd, kh, kw] and a bias [out] of its own: [n, in, d, h,
/// w] to [n, out, ..]. Both start uniform in +-1 / sqrt(out / groups * kernel).
class ConvTranspose3d : public detail::Convolution<ConvTranspose3dOptions> {
 public:
  /// Throws ValueError unless sizes are positive and groups divides both `in` and `out`.
  ConvTranspose3d(std::int64_t in, std::int64_t out, Triple kernel_size,
                  const ConvTranspose3dOptions& options = {})
      : Convolution("ConvTranspose3d", in, out, kernel_size, options) {}

  Tensor operator()(const Tensor& x, SourceLocation at = SourceLocation::current()) const;
};

}  // namespace gradus::nn
