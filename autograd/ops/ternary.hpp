#pragma once

#include <gradus/autograd/operand.hpp>

namespace gradus {

/// Elementwise arithmetic of three, broadcast as in NumPy, for floating dtypes, which must be equal
/// (DTypeError); shapes must broadcast (ShapeError).

/// The point between `start` and `end` at `weight`, a tensor or a number: exactly `start` at 0 and `end`
/// at 1.
Tensor lerp(const Tensor& start, const Tensor& end, const Operand& weight);
/// x + value * a * b.
Tensor addcmul(const Tensor& x, const Tensor& a, const Tensor& b, double value = 1,
               SourceLocation at = SourceLocation::current());
/// x + value * a / b.
Tensor addcdiv(const Tensor& x, const Tensor& a, const Tensor& b, double value = 1,
               SourceLocation at = SourceLocation::current());

}  // namespace gradus
