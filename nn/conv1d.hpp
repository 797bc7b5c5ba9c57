#pragma once

#include <gradus/nn/convolution.hpp>

namespace gradus::nn {

/// Options of `Conv1d`.
using Conv1dOptions = detail::ConvolutionOptions<std::int64_t>;

/// `conv1d` with a weight [out, in / groups, k] and a bias [out] of its own: [n, in, l] to
/// [n, out, ..]. Both start uniform in +-1 / sqrt(in / groups * kernel).
class Conv1d : public detail::Convolution<Conv1dOptions> {
 public:
  /// Throws ValueError unless sizes are positive and groups divides both `in` and `out`.
  Conv1d(std::int64_t in, std::int64_t out, std::int64_t kernel_size, const Conv1dOptions& options = {})
      : Convolution("Conv1d", in, out, kernel_size, options) {}

  Tensor operator()(const Tensor& x, SourceLocation at = SourceLocation::current()) const;
};

/// Options of `ConvTranspose1d`.
using ConvTranspose1dOptions = detail::ConvolutionTransposeOptions<std::int64_t>;

/// `conv_transpose1d` with a weight [in, out / groups, k] and a bias [out] of its own: [n, in, l]
/// to [n, out, ..]. Both start uniform in +-1 / sqrt(out / groups * kernel).
class ConvTranspose1d : public detail::Convolution<ConvTranspose1dOptions> {
 public:
  /// Throws ValueError unless sizes are positive and groups divides both `in` and `out`.
  ConvTranspose1d(std::int64_t in, std::int64_t out, std::int64_t kernel_size,
                  const ConvTranspose1dOptions& options = {})
      : Convolution("ConvTranspose1d", in, out, kernel_size, options) {}

  Tensor operator()(const Tensor& x, SourceLocation at = SourceLocation::current()) const;
};

}  // namespace gradus::nn
