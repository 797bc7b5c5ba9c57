#pragma once

#include <gradus/autograd/tensor.hpp>

namespace gradus {

/// Functions of each element by itself. They keep the shape and the memory layout, and follow IEEE outside of
/// their domain: log(-1) is NaN, log(0) is -infinity. Those marked (*) take every dtype but bool; the others
/// float32 and float64 only. Anything else throws DTypeError.

/// |x| (*). The slope at 0 is 0.
Tensor abs(const Tensor& x, SourceLocation at = SourceLocation::current());
/// -1, 0 or 1 (*); NaN stays. The slope is 0 everywhere.
Tensor sign(const Tensor& x, SourceLocation at = SourceLocation::current());
/// x * x (*).
Tensor square(const Tensor& x, SourceLocation at = SourceLocation::current());

/// The next whole number below, above, and nearest (halves go to the even one) (*). The slope is 0
/// everywhere.
Tensor floor(const Tensor& x, SourceLocation at = SourceLocation::current());
Tensor ceil(const Tensor& x, SourceLocation at = SourceLocation::current());
Tensor round(const Tensor& x, SourceLocation at = SourceLocation::current());

/// e^x, and e^x - 1 without cancellation near 0.
Tensor exp(const Tensor& x, SourceLocation at = SourceLocation::current());
Tensor expm1(const Tensor& x, SourceLocation at = SourceLocation::current());
/// The natural logarithm of x, and of 1 + x without cancellation near 0.
Tensor log(const Tensor& x, SourceLocation at = SourceLocation::current());
Tensor log1p(const Tensor& x, SourceLocation at = SourceLocation::current());

/// The square root, 1 / its value, and 1 / x. The slope at 0 is infinite.
Tensor sqrt(const Tensor& x, SourceLocation at = SourceLocation::current());
Tensor rsqrt(const Tensor& x, SourceLocation at = SourceLocation::current());
Tensor reciprocal(const Tensor& x, SourceLocation at = SourceLocation::current());

/// Sine and cosine of x in radians.
Tensor sin(const Tensor& x, SourceLocation at = SourceLocation::current());
Tensor cos(const Tensor& x, SourceLocation at = SourceLocation::current());
/// The error function, 2 / sqrt(pi) times the integral of e^(-t^2) from 0 to x.
Tensor erf(const Tensor& x, SourceLocation at = SourceLocation::current());

}  // namespace gradus
