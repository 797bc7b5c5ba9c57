#pragma once

#include <optional>

#include <gradus/autograd/operand.hpp>

namespace gradus {

/// Choosing between values, broadcast as in NumPy. Each value is a tensor or a number, which adapts; the
/// dtypes of two tensors must be equal (DTypeError), all shapes must broadcast (ShapeError).

/// `a` where the condition holds, else `b`. The condition is a bool tensor (DTypeError). What is not chosen
/// gets gradient 0, even where its own derivative is infinite.
Tensor where(const Tensor& condition, const Operand& a, const Operand& b);

/// `x` with `value`, a number or a tensor, where the bool `mask` holds.
Tensor masked_fill(const Tensor& x, const Tensor& mask, const Operand& value);

/// The larger and the smaller of two; NaN if either is. Where both are equal, each gets half of the gradient.
Tensor maximum(const Operand& a, const Operand& b);
Tensor minimum(const Operand& a, const Operand& b);

/// x, but not below `min` and not above `max`; either may be left out (`{}`). Where min > max the result is
/// max. NaN stays. The gradient goes to x where it lies within the bounds, both included, else to the bound.
/// Throws ValueError if both bounds are absent or one is the number NaN.
Tensor clamp(const Tensor& x, const std::optional<Operand>& min, const std::optional<Operand>& max = {},
             SourceLocation at = SourceLocation::current());

}  // namespace gradus
