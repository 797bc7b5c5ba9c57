#pragma once

#include <gradus/autograd/tensor.hpp>

namespace gradus {

/// (sum of |x|^p)^(1/p) over `dims` (all if none are given), for floating dtypes (DTypeError) and any p:
/// 2 is the length, 1 the sum of magnitudes, infinity the largest magnitude, -infinity the smallest, 0 the
/// number of elements that are not 0 (its gradient is 0). Added up in double. The gradient with respect to an
/// element that is 0, and so to all of a zero vector, is 0; for p = +-infinity equal magnitudes share it
/// evenly.
Tensor norm(const Tensor& x, double p = 2, const Dims& dims = {}, bool keepdim = false,
            SourceLocation at = SourceLocation::current());

/// Options of `normalize`.
struct NormalizeOptions {
  double p = 2;
  std::int64_t dim = 1;
  double eps = 1e-12;  ///< divide by no less
};
/// x / max(norm(x, p, dim), eps): vectors of length 1 along a dimension, but for those of zeros.
Tensor normalize(const Tensor& x, const NormalizeOptions& options = {},
                 SourceLocation at = SourceLocation::current());

/// `x` with every slice along `dim` whose norm is above `maxnorm` scaled down to it, by maxnorm / (norm +
/// 1e-7). Throws ShapeError for fewer than two dimensions, ValueError unless p > 0 and maxnorm >= 0.
Tensor renorm(const Tensor& x, double p, std::int64_t dim, double maxnorm,
              SourceLocation at = SourceLocation::current());

}  // namespace gradus
