#pragma once

#include <gradus/autograd/tensor.hpp>

/// For writers of ops with a root or a norm in their derivative: powers that are 0 at 0 for any exponent, as
/// all of their derivatives are, so that a zero vector gets the gradient 0 and not NaN.
namespace gradus {

/// |x|^exponent, for floating dtypes.
Tensor abs_power(const Tensor& x, double exponent, SourceLocation at = SourceLocation::current());
/// |x|^exponent with the sign of x. With exponent 1 that is x itself, whose derivative is 1 at 0, too.
Tensor signed_power(const Tensor& x, double exponent, SourceLocation at = SourceLocation::current());

}  // namespace gradus
