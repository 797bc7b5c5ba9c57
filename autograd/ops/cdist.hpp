#pragma once

#include <gradus/autograd/tensor.hpp>

namespace gradus {

/// Distances and directions of vectors, for floating dtypes, which must be equal (DTypeError). They are made
/// of `norm`, and have its derivative at 0: none.

/// The p-norms of the differences of all pairs of rows: a [.., n, d] and b [.., m, d] -> [.., n, m], leading
/// dimensions broadcast. The differences themselves are formed, [.., n, m, d], so nothing cancels. Throws
/// ShapeError for what does not fit, ValueError for a negative p.
Tensor cdist(const Tensor& a, const Tensor& b, double p = 2, SourceLocation at = SourceLocation::current());
/// The same of all pairs i < j of rows of x [n, d], in row-major order: [n (n - 1) / 2].
Tensor pdist(const Tensor& x, double p = 2, SourceLocation at = SourceLocation::current());

}  // namespace gradus
