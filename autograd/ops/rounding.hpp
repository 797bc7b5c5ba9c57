#pragma once

#include <optional>

#include <gradus/autograd/operand.hpp>

namespace gradus {

/// Whole parts, remainders, and values that are not finite; for every dtype but bool unless said otherwise.
/// floor, ceil and round are with the other elementwise functions.

/// The whole number next to x on the way to 0. The slope is 0 everywhere.
Tensor trunc(const Tensor& x, SourceLocation at = SourceLocation::current());
/// x - trunc(x), with the sign of x. The slope is 1 everywhere.
Tensor frac(const Tensor& x, SourceLocation at = SourceLocation::current());

/// What is left of a / b, broadcast as in NumPy; each a tensor or a number, two tensors of one dtype
/// (DTypeError), shapes that broadcast (ShapeError). `fmod` has the sign of a (the quotient is truncated),
/// `remainder` that of b (it is rounded down). The slope with respect to a is 1, that with respect to b the
/// whole quotient, negated; so at jumps, too. Modulo 0 it is NaN; integers throw ValueError.
Tensor fmod(const Operand& a, const Operand& b);
Tensor remainder(const Operand& a, const Operand& b);
/// The whole quotient, rounded down: (a - remainder(a, b)) / b. The slope is 0 everywhere. By 0 it is as a /
/// b; integers throw ValueError.
Tensor floor_divide(const Operand& a, const Operand& b);

/// What `nan_to_num` puts in the place of what is not finite; the ends of the dtype's range where left out.
struct NanToNumOptions {
  double nan = 0;
  std::optional<double> posinf = {};
  std::optional<double> neginf = {};
};
/// `x` with numbers in place of NaN and the infinities, where the gradient is 0.
Tensor nan_to_num(const Tensor& x, const NanToNumOptions& options = {},
                  SourceLocation at = SourceLocation::current());

}  // namespace gradus
