#pragma once

#include <gradus/autograd/operand.hpp>

namespace gradus {

/// Comparisons of elements, broadcast as in NumPy; the result is a bool tensor and never requires a gradient.
/// Each side is a tensor or a number, which adapts; the dtypes of two tensors must be equal (DTypeError),
/// their shapes must broadcast (ShapeError). Any comparison with NaN is false, but for `ne`.
Tensor eq(const Operand& a, const Operand& b);
Tensor ne(const Operand& a, const Operand& b);
Tensor lt(const Operand& a, const Operand& b);
Tensor le(const Operand& a, const Operand& b);
Tensor gt(const Operand& a, const Operand& b);
Tensor ge(const Operand& a, const Operand& b);

inline Tensor operator==(const Operand& a, const Operand& b) { return eq(a, b); }
inline Tensor operator!=(const Operand& a, const Operand& b) { return ne(a, b); }
inline Tensor operator<(const Operand& a, const Operand& b) { return lt(a, b); }
inline Tensor operator<=(const Operand& a, const Operand& b) { return le(a, b); }
inline Tensor operator>(const Operand& a, const Operand& b) { return gt(a, b); }
inline Tensor operator>=(const Operand& a, const Operand& b) { return ge(a, b); }

/// Logic on elements of any dtype, where 0 is false and all else true (NaN too); bool tensors result.
Tensor logical_and(const Operand& a, const Operand& b);
Tensor logical_or(const Operand& a, const Operand& b);
Tensor logical_xor(const Operand& a, const Operand& b);
Tensor logical_not(const Tensor& x, SourceLocation at = SourceLocation::current());

/// The same for bool tensors only (DTypeError): `(x > 0) & ~(x > 1)`. There are no && and ||, for they would
/// evaluate both sides.
Tensor operator&(const Operand& a, const Operand& b);
Tensor operator|(const Operand& a, const Operand& b);
Tensor operator^(const Operand& a, const Operand& b);
Tensor operator~(const Operand& x);

/// Whether each element is NaN, infinite, or neither; for any dtype.
Tensor isnan(const Tensor& x, SourceLocation at = SourceLocation::current());
Tensor isinf(const Tensor& x, SourceLocation at = SourceLocation::current());
Tensor isfinite(const Tensor& x, SourceLocation at = SourceLocation::current());

/// Whether shape, dtype and all values are the same. NaN equals nothing, 0 equals -0.
bool equal(const Tensor& a, const Tensor& b);

/// Options of `allclose`.
struct CloseOptions {
  double rtol = 1e-5;
  double atol = 1e-8;
  bool equal_nan = false;  ///< whether NaN is close to NaN
};
/// Whether |a - b| <= atol + rtol |b| for all elements, broadcast. Infinities are close to themselves only.
/// Throws DTypeError for two dtypes.
bool allclose(const Tensor& a, const Tensor& b, const CloseOptions& options = {},
              SourceLocation at = SourceLocation::current());

}  // namespace gradus
