#pragma once

#include <gradus/autograd/operand.hpp>

namespace gradus {

/// Elementwise arithmetic, broadcast as in NumPy. Each side is a tensor or a number; the dtypes of two
/// tensors must be equal (DTypeError), their shapes must broadcast (ShapeError).

/// a + b, a - b, a * b. Integers wrap around.
Tensor add(const Operand& a, const Operand& b);
Tensor sub(const Operand& a, const Operand& b);
Tensor mul(const Operand& a, const Operand& b);
/// a / b, for floating dtypes only. IEEE: x / 0 is infinite, 0 / 0 is NaN.
Tensor div(const Operand& a, const Operand& b);
/// -x.
Tensor neg(const Tensor& x, SourceLocation at = SourceLocation::current());

inline Tensor operator+(const Operand& a, const Operand& b) { return add(a, b); }
inline Tensor operator-(const Operand& a, const Operand& b) { return sub(a, b); }
inline Tensor operator*(const Operand& a, const Operand& b) { return mul(a, b); }
inline Tensor operator/(const Operand& a, const Operand& b) { return div(a, b); }
inline Tensor operator-(const Operand& x) { return neg(x.tensor(), x.at()); }

}  // namespace gradus
