#pragma once

#include <optional>

#include <gradus/autograd/tensor.hpp>

namespace gradus {

/// Root mean square normalisation (Zhang and Sennrich 2019): x / sqrt(mean(x^2) + eps) * weight, with the
/// mean over the last dimensions, which must be `normalized_shape`, as is the weight, which may be undefined.
/// eps is the distance from 1 to the next number of the dtype unless given. Throws ShapeError or DTypeError.
Tensor rms_norm(const Tensor& x, const Shape& normalized_shape, const Tensor& weight = {},
                std::optional<double> eps = {}, SourceLocation at = SourceLocation::current());

/// Options of `local_response_norm`.
struct LocalResponseNormOptions {
  double alpha = 1e-4;
  double beta = 0.75;
  double k = 1;
};
/// Local response normalisation (Krizhevsky, Sutskever and Hinton 2012) of x [n, c, ..]:
/// x / (k + alpha * m)^beta, where m is the sum of squares over `size` neighbouring channels around each one,
/// divided by `size`; beyond the ends there are zeros. Throws ShapeError below 3 dimensions, ValueError
/// unless size >= 1.
Tensor local_response_norm(const Tensor& x, std::int64_t size, const LocalResponseNormOptions& options = {},
                           SourceLocation at = SourceLocation::current());

}  // namespace gradus
