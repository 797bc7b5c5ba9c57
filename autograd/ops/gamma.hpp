#pragma once

#include <gradus/autograd/operand.hpp>

namespace gradus {

/// Functions made of the gamma function, element by element, for float32 and float64 (DTypeError otherwise).

/// The share of Gamma(a) that the integral of t^(a - 1) e^-t from 0 to x makes up, for a > 0 and x >= 0 (or
/// a = 0 < x, where it is 1), and the rest of it, from x on; NaN elsewhere. Broadcast, each a tensor or a
/// number. There is no derivative with respect to `a`: backward throws ValueError if one is asked for.
Tensor gammainc(const Operand& a, const Operand& x);
Tensor gammaincc(const Operand& a, const Operand& x);
/// The logarithm of the multivariate gamma function of dimension p: the sum of lgamma(x - i / 2) over
/// i = 0 .. p - 1, and p (p - 1) / 4 log(pi). Throws ValueError unless p >= 1 and all x > (p - 1) / 2.
Tensor mvlgamma(const Tensor& x, std::int64_t p, SourceLocation at = SourceLocation::current());

}  // namespace gradus
