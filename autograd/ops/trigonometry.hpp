#pragma once

#include <gradus/autograd/operand.hpp>

namespace gradus {

/// Trigonometric and hyperbolic functions of each element, and their inverses, for float32 and float64
/// (DTypeError otherwise); sin, cos and tanh are with the other elementwise functions. Angles are in radians.
/// Outside of the domain the value and the slope are NaN; where the graph is vertical the slope is infinite.

/// sin(x) / cos(x).
Tensor tan(const Tensor& x, SourceLocation at = SourceLocation::current());
/// The angle in [-pi/2, pi/2] whose sine is x, for -1 <= x <= 1.
Tensor asin(const Tensor& x, SourceLocation at = SourceLocation::current());
/// The angle in [0, pi] whose cosine is x, for -1 <= x <= 1.
Tensor acos(const Tensor& x, SourceLocation at = SourceLocation::current());
/// The angle in [-pi/2, pi/2] whose tangent is x.
Tensor atan(const Tensor& x, SourceLocation at = SourceLocation::current());
/// (e^x - e^-x) / 2, and (e^x + e^-x) / 2.
Tensor sinh(const Tensor& x, SourceLocation at = SourceLocation::current());
Tensor cosh(const Tensor& x, SourceLocation at = SourceLocation::current());
/// The inverses of sinh, of cosh (the one that is not negative, for x >= 1), and of tanh (for -1 <= x <= 1,
/// infinite at both ends).
Tensor asinh(const Tensor& x, SourceLocation at = SourceLocation::current());
Tensor acosh(const Tensor& x, SourceLocation at = SourceLocation::current());
Tensor atanh(const Tensor& x, SourceLocation at = SourceLocation::current());

/// The angle in [-pi, pi] of the point (x, y), broadcast as in NumPy. Each is a tensor or a number; two
/// tensors must have one dtype (DTypeError), and shapes that broadcast (ShapeError). The gradients at the
/// origin are 0.
Tensor atan2(const Operand& y, const Operand& x);
/// The length sqrt(x^2 + y^2) of the vector (x, y), without overflow on the way; operands as of `atan2`. The
/// gradients at the origin are 0.
Tensor hypot(const Operand& x, const Operand& y);

}  // namespace gradus
