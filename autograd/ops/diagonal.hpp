#pragma once

#include <gradus/autograd/tensor.hpp>

namespace gradus {

/// Diagonals of matrices, for every dtype. Dimensions count from the end when negative; one out of range
/// throws IndexError, the same one twice ValueError. An offset above 0 moves to the right, one below 0 down.

/// The elements x[.., i, .., i + offset, ..] of dimensions `dim1` and `dim2`, which disappear, as a new last
/// one: a view. Empty where the offset leads out of the matrix.
Tensor diagonal(const Tensor& x, std::int64_t offset = 0, std::int64_t dim1 = 0, std::int64_t dim2 = 1,
                SourceLocation at = SourceLocation::current());
/// Matrices of zeros, in dimensions `dim1` and `dim2` of the result, with the last dimension of `x` on their
/// diagonals: [.., n] -> [.., n + |offset|, n + |offset|].
Tensor diag_embed(const Tensor& x, std::int64_t offset = 0, std::int64_t dim1 = -2, std::int64_t dim2 = -1,
                  SourceLocation at = SourceLocation::current());
/// The diagonal of a matrix, a view; of a vector, the matrix that has it as its diagonal. Throws ShapeError
/// for other ranks.
Tensor diag(const Tensor& x, std::int64_t offset = 0, SourceLocation at = SourceLocation::current());
/// The sum of the diagonal of a matrix [n, m] -> []. Throws ShapeError for another rank.
Tensor trace(const Tensor& x, SourceLocation at = SourceLocation::current());

}  // namespace gradus
