#pragma once

#include <gradus/autograd/operand.hpp>

namespace gradus {

/// Choices by sign or by NaN, broadcast as in NumPy, each operand a tensor or a number; two tensors must have
/// one dtype (DTypeError), shapes that broadcast (ShapeError).

/// Whether x is below 0, or -0; for any dtype but bool. A bool tensor.
Tensor signbit(const Tensor& x, SourceLocation at = SourceLocation::current());
/// |a| with the sign of b, that of a zero included, for floating dtypes. The slope is 0 where a is 0.
Tensor copysign(const Operand& a, const Operand& b);
/// The larger and the smaller of two, for floating dtypes; the other one if one is NaN. Equal ones share the
/// gradient evenly.
Tensor fmax(const Operand& a, const Operand& b);
Tensor fmin(const Operand& a, const Operand& b);
/// 0 below 0, 1 above, `values` at 0, and NaN for NaN; for floating dtypes. The gradient goes to `values`.
Tensor heaviside(const Operand& x, const Operand& values);

}  // namespace gradus
