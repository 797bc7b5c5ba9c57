#pragma once

#include <gradus/autograd/operand.hpp>

namespace gradus {

/// Special functions of each element, for float32 and float64 (DTypeError otherwise), computed in double. NaN
/// where they have no value.

/// log |Gamma(x)|; infinity at the poles 0, -1, -2, ...
Tensor lgamma(const Tensor& x, SourceLocation at = SourceLocation::current());
/// The derivative of `lgamma`.
Tensor digamma(const Tensor& x, SourceLocation at = SourceLocation::current());
/// The n-th derivative of `digamma`; `polygamma(0, x)` is that itself. Throws ValueError unless
/// 0 <= n <= 100.
Tensor polygamma(std::int64_t n, const Tensor& x, SourceLocation at = SourceLocation::current());
/// The inverse of `erf`; infinite at -1 and 1.
Tensor erfinv(const Tensor& x, SourceLocation at = SourceLocation::current());
/// sin(pi x) / (pi x), and 1 at 0.
Tensor sinc(const Tensor& x, SourceLocation at = SourceLocation::current());

/// x log(1 + y), and 0 where x is 0 and y is not NaN; corners as of `xlogy`. Broadcast, each a tensor or a
/// number.
Tensor xlog1py(const Operand& x, const Operand& y);
/// log2(2^a + 2^b), without overflow; broadcast, each a tensor or a number.
Tensor logaddexp2(const Operand& a, const Operand& b);

/// Degrees as radians, and radians as degrees.
Tensor deg2rad(const Tensor& x, SourceLocation at = SourceLocation::current());
Tensor rad2deg(const Tensor& x, SourceLocation at = SourceLocation::current());

}  // namespace gradus
