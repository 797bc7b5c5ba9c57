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

}  // namespace gradus
