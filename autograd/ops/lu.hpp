#pragma once

#include <gradus/autograd/tensor.hpp>

namespace gradus {

/// p [.., n, n] a permutation, l [.., n, k] lower triangular with ones on its diagonal, u [.., k, m] upper
/// triangular.
struct LU {
  Tensor p;  ///< no gradient
  Tensor l, u;
};
/// p l u = a, for a [.., n, m] and k = min(n, m), by Gauss's elimination with partial pivoting, in double.
/// Leading dimensions are batches. Takes floating dtypes (DTypeError), at least two dimensions (ShapeError)
/// and singular matrices too. The derivative, that of factors whose rows stay in this order (de Hoog,
/// Anderssen and Lukas, "Differentiation of matrix functionals using triangular factorization", 2011; beyond
/// k rows or columns the rest follows from the first k), divides by the diagonal of u: it is not finite where
/// that has a zero.
LU lu(const Tensor& a, SourceLocation at = SourceLocation::current());
/// x with a x = b for the factors of `lu` of a square a: b [.., n, m], whose batches broadcast. Throws
/// ShapeError for what does not fit; for a singular a the result is not finite.
Tensor lu_solve(const Tensor& b, const LU& factors, SourceLocation at = SourceLocation::current());

}  // namespace gradus
