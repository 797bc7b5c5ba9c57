#pragma once

#include <optional>

#include <gradus/autograd/tensor.hpp>

namespace gradus {

/// Factors of matrices, computed in double. Leading dimensions are batches. Takes floating dtypes
/// (DTypeError) and at least two dimensions (ShapeError). Factors are not unique where signs, or bases of
/// equal eigenvalues, may be chosen: a function of them should not depend on that choice, for its derivative
/// says nothing on it.

/// q [.., n, k] with orthonormal columns, r [.., k, m] upper triangular.
struct QR {
  Tensor q, r;
};
/// q r = a, for a [.., n, m] and k = min(n, m), by Householder's reflections as LAPACK makes them: numbers on
/// the diagonal of r may be negative, and turn their sign where a column has zeros alone below the diagonal.
/// The derivative (Walter, Lehmann and Lamour, "On evaluating higher-order derivatives of the QR
/// decomposition of tall matrices with full column rank", 2012; for m > n of the first n columns) divides by
/// that diagonal: it is not finite unless the first k columns are independent.
QR qr(const Tensor& a, SourceLocation at = SourceLocation::current());

/// Ascending eigenvalues [.., n]; orthonormal eigenvectors, the columns of [.., n, n].
struct Eigh {
  Tensor values, vectors;
};
/// vectors diag(values) vectors^T = a for a symmetric a [.., n, n], of which the lower triangle is read.
/// Throws ShapeError unless square, ValueError for elements that are not finite. The gradient (Giles 2008,
/// 3.1) is that of a symmetric matrix, shared evenly by both triangles. Through the values alone it is always
/// finite; through the vectors it divides by differences of values, so that equal ones make it infinite or
/// NaN.
Eigh eigh(const Tensor& a, SourceLocation at = SourceLocation::current());
/// The values alone.
Tensor eigvalsh(const Tensor& a, SourceLocation at = SourceLocation::current());

/// u [.., n, k] and vh [.., k, m] with orthonormal columns and rows, descending s [.., k], none below 0.
struct SVD {
  Tensor u, s, vh;
};
/// u diag(s) vh = a, for a [.., n, m] and k = min(n, m). Throws ValueError for elements that are not finite.
/// The derivative (Townsend, "Differentiating the singular value decomposition", 2016) through s alone is
/// always finite; through u and vh it divides by differences of squared singular values and, unless a is
/// square, by the values, so that equal ones or zeros make it infinite or NaN.
SVD svd(const Tensor& a, SourceLocation at = SourceLocation::current());
/// The values alone.
Tensor svdvals(const Tensor& a, SourceLocation at = SourceLocation::current());

/// The pseudoinverse [.., m, n] of a [.., n, m] (Moore and Penrose), from the singular values above `rcond`
/// times the largest; by default max(n, m) times the distance from 1 to the next number of the dtype. The
/// derivative (Golub and Pereyra 1973, equation 4.12) holds for changes of `a` that keep its rank.
Tensor pinverse(const Tensor& a, std::optional<double> rcond = {},
                SourceLocation at = SourceLocation::current());
/// The x [.., m, k] of least squared error |a x - b|^2, for a [.., n, m] and b [.., n, k] (or [n]), whose
/// batches broadcast; the one of least norm where there are several: pinverse(a) b. `rcond` as there.
Tensor lstsq(const Tensor& a, const Tensor& b, std::optional<double> rcond = {},
             SourceLocation at = SourceLocation::current());

}  // namespace gradus
