#pragma once

#include <optional>

#include <gradus/autograd/tensor.hpp>

namespace gradus {

/// Norms and what follows from singular values, of matrices [.., n, m] of a floating dtype (DTypeError):
/// leading dimensions are batches, which the results have. Throws ShapeError for fewer than two dimensions
/// and where a largest value is asked of none.

/// Norms of a matrix that are no number p.
enum class MatrixNorm {
  frobenius,  ///< the length of all elements, as one vector
  nuclear,    ///< the sum of the singular values
};
Tensor matrix_norm(const Tensor& x, MatrixNorm kind = MatrixNorm::frobenius, bool keepdim = false,
                   SourceLocation at = SourceLocation::current());
/// The largest sum of magnitudes of a column (p = 1) or a row (infinity), or the largest singular value (2);
/// for a negative p the smallest instead. Throws ValueError for another p. Columns or rows with equal sums
/// share the gradient evenly.
Tensor matrix_norm(const Tensor& x, double p, bool keepdim = false,
                   SourceLocation at = SourceLocation::current());

/// By how much relative errors grow in solving a x = b: the norm of a square matrix times that of its
/// inverse, where a singular one throws ValueError; for p = 2 or -2, for matrices of any size, the quotient
/// of largest and smallest singular value, or its reciprocal.
Tensor cond(const Tensor& a, double p = 2, SourceLocation at = SourceLocation::current());

/// How many singular values are above `rtol` times the largest, int64 [..]; by default max(n, m) times the
/// distance from 1 to the next number of the dtype. Throws ValueError for a negative rtol.
Tensor matrix_rank(const Tensor& x, std::optional<double> rtol = {},
                   SourceLocation at = SourceLocation::current());

}  // namespace gradus
