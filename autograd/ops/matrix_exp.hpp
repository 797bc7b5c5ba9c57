#pragma once

#include <gradus/autograd/tensor.hpp>

namespace gradus {

/// e^a = 1 + a + a a / 2 + a a a / 6 + .. for square matrices [.., n, n], by scaling and squaring (Higham,
/// "The scaling and squaring method for the matrix exponential revisited", 2005, degree 13), each of a batch
/// by its own norm. The gradient is a block of the exponential of [[a^T, g], [0, a^T]] (Mathias, "A chain
/// rule for matrix functions", 1996, theorem 2.1). Throws ShapeError unless square, DTypeError unless
/// floating; elements that are not finite make NaN.
Tensor matrix_exp(const Tensor& a, SourceLocation at = SourceLocation::current());

}  // namespace gradus
