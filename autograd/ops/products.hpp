#pragma once

#include <vector>

#include <gradus/autograd/ops/einsum.hpp>
#include <gradus/autograd/tensor.hpp>

namespace gradus {

/// Further products, for floating dtypes, which must be equal (DTypeError). Throws ShapeError for sizes that
/// do not fit.

/// The sums over the last dimensions of both: a [.., k] and b [.., k] -> [..a, ..b]; a number multiplies.
Tensor inner(const Tensor& a, const Tensor& b, SourceLocation at = SourceLocation::current());
/// The sum of a * b along `dim`; both broadcast.
Tensor vecdot(const Tensor& a, const Tensor& b, std::int64_t dim = -1,
              SourceLocation at = SourceLocation::current());
/// Kronecker's product: each element of `a` times all of `b`, put in its place. The size of each dimension is
/// the product of both, missing ones in front count as 1.
Tensor kron(const Tensor& a, const Tensor& b, SourceLocation at = SourceLocation::current());
/// The vector product along `dim`, which has size 3; the other dimensions broadcast.
Tensor cross(const Tensor& a, const Tensor& b, std::int64_t dim = -1,
             SourceLocation at = SourceLocation::current());
/// The product of matrices, in the order that takes the fewest multiplications (dynamic programming over all
/// bracketings). The first may be a row and the last a column, vectors [n]. Throws ValueError for none.
Tensor multi_dot(const std::vector<Tensor>& matrices, SourceLocation at = SourceLocation::current());
/// beta x + alpha times the sum of the products of matrices a [n, m, k] and b [n, k, p]; x broadcasts to [m,
/// p].
Tensor addbmm(const Tensor& x, const Tensor& a, const Tensor& b, const AddMmOptions& options = {},
              SourceLocation at = SourceLocation::current());
/// beta x + alpha a b^T for vectors [m] and [n]; x broadcasts to [m, n].
Tensor addr(const Tensor& x, const Tensor& a, const Tensor& b, const AddMmOptions& options = {},
            SourceLocation at = SourceLocation::current());

}  // namespace gradus
