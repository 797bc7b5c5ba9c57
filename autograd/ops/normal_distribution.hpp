#pragma once

#include <gradus/autograd/tensor.hpp>

namespace gradus {

/// Functions of the standard normal distribution and their kin, element by element, for float32 and float64
/// (DTypeError otherwise). They keep their digits in the tails.

/// The probability of a value up to x.
Tensor ndtr(const Tensor& x, SourceLocation at = SourceLocation::current());
/// Its logarithm, finite far below 0 too.
Tensor log_ndtr(const Tensor& x, SourceLocation at = SourceLocation::current());
/// The inverse of `ndtr`: infinite at 0 and 1, NaN outside of them.
Tensor ndtri(const Tensor& p, SourceLocation at = SourceLocation::current());
/// e^(x^2) erfc(x), without overflow above 0.
Tensor erfcx(const Tensor& x, SourceLocation at = SourceLocation::current());
/// -x log(x), a probability's share of the entropy: 0 at 0, where the slope is infinite, -infinity below.
Tensor entr(const Tensor& x, SourceLocation at = SourceLocation::current());

}  // namespace gradus
