#pragma once

#include <gradus/autograd/tensor.hpp>

namespace gradus {

/// Systems of equations, inverses and determinants of square matrices [.., n, n], for floating dtypes
/// (DTypeError). Leading dimensions are batches, which broadcast where two tensors are given. Throws
/// ShapeError for what is not square or does not fit, ValueError for a matrix that is singular where it must
/// not be. Derivatives, of any order: Giles, "An extended collection of matrix derivative results for forward
/// and reverse mode algorithmic differentiation", 2008, equations by number below.

/// x with a x = b, by LU with partial pivoting: b [.., n, m], or a vector [n] (2.3.1).
Tensor solve(const Tensor& a, const Tensor& b, SourceLocation at = SourceLocation::current());
/// The matrix whose product with `a` is the identity (2.2.3).
Tensor inverse(const Tensor& a, SourceLocation at = SourceLocation::current());

/// Options of `solve_triangular`.
struct SolveTriangularOptions {
  bool upper = false;          ///< which triangle of `a` is read, the diagonal included
  bool left = true;            ///< a x = b; otherwise x a = b
  bool unitriangular = false;  ///< take the diagonal of `a` for ones
};
/// x with a x = b for a triangular matrix; what lies in the other triangle is not read and gets no gradient.
/// A zero on the diagonal gives infinities or NaN.
Tensor solve_triangular(const Tensor& a, const Tensor& b, const SolveTriangularOptions& options = {},
                        SourceLocation at = SourceLocation::current());

/// Options of `triangular_solve`.
struct TriangularSolveOptions {
  bool upper = true;
  bool transpose = false;  ///< a^T x = b instead
  bool unitriangular = false;
};
/// `solve_triangular` with the arguments and the defaults of PyTorch's older function.
Tensor triangular_solve(const Tensor& b, const Tensor& a, const TriangularSolveOptions& options = {},
                        SourceLocation at = SourceLocation::current());

/// The lower triangular l with l l^T = a, for a symmetric positive definite a, of which the lower triangle is
/// read; throws ValueError with the order of the first leading minor that is not positive. The gradient is
/// that of a symmetric matrix, shared evenly by both triangles (Murray, "Differentiation of the Cholesky
/// decomposition", 2016, equation 9).
Tensor cholesky(const Tensor& a, SourceLocation at = SourceLocation::current());
/// x with l l^T x = b for the result l of `cholesky`.
Tensor cholesky_solve(const Tensor& b, const Tensor& l, SourceLocation at = SourceLocation::current());

/// The inverse of l l^T, likewise.
Tensor cholesky_inverse(const Tensor& l, SourceLocation at = SourceLocation::current());

/// The sign of the determinant and the logarithm of its magnitude.
struct SlogDet {
  Tensor sign;       ///< -1, 0 or 1; no gradient
  Tensor logabsdet;  ///< -infinity for a singular matrix
};
/// Of each matrix: [.., n, n] -> [..]. The gradient needs an inverse, so backward throws ValueError for a
/// singular matrix (2.2.4).
SlogDet slogdet(const Tensor& a, SourceLocation at = SourceLocation::current());
/// The determinant, and its logarithm, NaN where it is negative. Gradients as of `slogdet`.
Tensor det(const Tensor& a, SourceLocation at = SourceLocation::current());
Tensor logdet(const Tensor& a, SourceLocation at = SourceLocation::current());

/// The product of n copies of `a`, in about log2(n) products; the identity for 0, of inverses below.
Tensor matrix_power(const Tensor& a, std::int64_t n, SourceLocation at = SourceLocation::current());

}  // namespace gradus
