#pragma once

#include <gradus/autograd/pair.hpp>
#include <gradus/nn/convolution.hpp>

namespace gradus::nn {

/// Options of `Conv2d`; each pair is a number for both axes, or {height, width}.
using Conv2dOptions = detail::ConvolutionOptions<Pair>;

/// `conv2d` with a weight [out, in / groups, kh, kw] and a bias [out] of its own: [n, in, h, w] to
/// [n, out, ..]. Both start uniform in +-1 / sqrt(in / groups * kernel).
class Conv2d : public detail::Convolution<Conv2dOptions> {
 public:
  /// Throws ValueError unless sizes are positive and groups divides both `in` and `out`.
  Conv2d(std::int64_t in, std::int64_t out, Pair kernel_size, const Conv2dOptions& options = {})
      : Convolution("Conv2d", in, out, kernel_size, options) {}

  Tensor operator()(const Tensor& x, SourceLocation at = SourceLocation::current()) const;
};

/// Options of `ConvTranspose2d`; each pair is a number for both axes, or {height, width}.
using ConvTranspose2dOptions = detail::ConvolutionTransposeOptions<Pair>;

/// `conv_transpose2d` with a weight [in, out / groups, kh, kw] and a bias [out] of its own: [n, in, h, w]
/// to [n, out, ..]. Both start uniform in +-1 / sqrt(out / groups * kernel).
class ConvTranspose2d : public detail::Convolution<ConvTranspose2dOptions> {
 public:
  /// Throws ValueError unless sizes are positive and groups divides both `in` and `out`.
  ConvTranspose2d(std::int64_t in, std::int64_t out, Pair kernel_size,
                  const ConvTranspose2dOptions& options = {})
      : Convolution("ConvTranspose2d", in, out, kernel_size, options) {}

  Tensor operator()(const Tensor& x, SourceLocation at = SourceLocation::current()) const;
};

}  // namespace gradus::nn
