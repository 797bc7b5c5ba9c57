#pragma once

#include <optional>

#include <gradus/autograd/operand.hpp>

namespace gradus {

/// Changes in place, beside `fill_`, `zero_` and `copy_` of Tensor, its `+=`, `-=`, `*=`, `/=`, and the
/// random `uniform_`, `normal_` and `bernoulli_`. Any other function f: `x.copy_(f(x))`. All give `x` back;
/// it may have any strides and be a view, whose base changes with it.
///
/// As everywhere, a change in place is not recorded and counts in `x.version()`: while recording it is
/// refused with GraphError where `x` or what goes into it requires a gradient (write `NoGrad guard;` before
/// it or `detach()`), and a later backward that needs the old values throws. What the op of that name without
/// `_` throws is thrown too, and ShapeError where the result would not have the shape of `x`; then `x` stays.

/// x + alpha * other, x - alpha * other, x * other, x / other.
Tensor add_(Tensor x, const Operand& other, double alpha = 1);
Tensor sub_(Tensor x, const Operand& other, double alpha = 1);
Tensor mul_(Tensor x, const Operand& other);
Tensor div_(Tensor x, const Operand& other);
/// x + value * a * b, and x + value * a / b.
Tensor addcmul_(Tensor x, const Tensor& a, const Tensor& b, double value = 1,
                SourceLocation at = SourceLocation::current());
Tensor addcdiv_(Tensor x, const Tensor& a, const Tensor& b, double value = 1,
                SourceLocation at = SourceLocation::current());
/// The point between x and `end` at `weight`: a running mean is `lerp_(mean, value, 1 - decay)`.
Tensor lerp_(Tensor x, const Tensor& end, const Operand& weight);
/// Not below `min` and not above `max`; either may be left out (`{}`).
Tensor clamp_(Tensor x, const std::optional<Operand>& min, const std::optional<Operand>& max = {},
              SourceLocation at = SourceLocation::current());
/// `value`, a number or a tensor, where the bool `mask` holds.
Tensor masked_fill_(Tensor x, const Tensor& mask, const Operand& value);

}  // namespace gradus
