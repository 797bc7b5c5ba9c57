#pragma once

#include <gradus/autograd/tensor.hpp>

namespace gradus {

/// The matrix product, by NumPy's rules: [.., m, k] x [.., k, n] -> [.., m, n] with leading dimensions
/// broadcast; a vector on the left is a row, on the right a column, and that dimension disappears from the
/// result. Floating dtypes. Throws ShapeError when the inner sizes differ or an operand has no dimension,
/// DTypeError when dtypes differ.
Tensor matmul(const Tensor& a, const Tensor& b, SourceLocation at = SourceLocation::current());
/// [b, m, k] x [b, k, n] -> [b, m, n], without broadcasting.
Tensor bmm(const Tensor& a, const Tensor& b, SourceLocation at = SourceLocation::current());
/// [n] x [n] -> [].
Tensor dot(const Tensor& a, const Tensor& b, SourceLocation at = SourceLocation::current());
/// [m] x [n] -> [m, n], the products of all pairs.
Tensor outer(const Tensor& a, const Tensor& b, SourceLocation at = SourceLocation::current());

}  // namespace gradus
