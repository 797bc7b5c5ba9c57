#pragma once

#include <optional>

#include <gradus/autograd/operand.hpp>

namespace gradus {

/// Logarithms and exponentials of each element beyond log and exp, for float32 and float64 (DTypeError
/// otherwise). They follow IEEE outside of their domain: NaN below 0, -infinity at 0.

/// The logarithms to base 2 and 10, and 2^x.
Tensor log2(const Tensor& x, SourceLocation at = SourceLocation::current());
Tensor log10(const Tensor& x, SourceLocation at = SourceLocation::current());
Tensor exp2(const Tensor& x, SourceLocation at = SourceLocation::current());
/// 1 - erf(x), without cancellation where that is small.
Tensor erfc(const Tensor& x, SourceLocation at = SourceLocation::current());
/// log(x / (1 - x)), the inverse of sigmoid. With `eps`, x is first clamped to [eps, 1 - eps], and the slope
/// is 0 outside. Throws ValueError unless 0 <= eps <= 0.5.
Tensor logit(const Tensor& x, const std::optional<double>& eps = {},
             SourceLocation at = SourceLocation::current());

/// Of two operands, broadcast as in NumPy, each a tensor or a number; two tensors must have one dtype
/// (DTypeError), and shapes that broadcast (ShapeError).

/// log(e^a + e^b), without overflow. Equal infinities share the gradient evenly.
Tensor logaddexp(const Operand& a, const Operand& b);
/// x log(y), and 0 where x is 0 and y is not NaN. Where both are 0 both gradients are 0; for x = 0 and y < 0
/// the one with respect to x is 0.
Tensor xlogy(const Operand& x, const Operand& y);

}  // namespace gradus
