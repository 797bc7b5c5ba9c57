#pragma once

#include <vector>

#include <gradus/autograd/tensor.hpp>

namespace gradus {

/// Reading and writing at places named by masks and by lists of coordinates. An index below 0 or beyond the
/// end throws IndexError with its value, one that is not int64 DTypeError.

/// The coordinates of the elements that are not 0 (or are true), in row-major order: [count, rank], int64.
Tensor nonzero(const Tensor& x, SourceLocation at = SourceLocation::current());
/// How many elements are not 0 over `dims`, all if none are given: int64.
Tensor count_nonzero(const Tensor& x, const Dims& dims = {}, SourceLocation at = SourceLocation::current());
/// The elements where the bool `mask` holds, in row-major order, as a vector; both broadcast (ShapeError if
/// they do not). Throws DTypeError for another mask.
Tensor masked_select(const Tensor& x, const Tensor& mask, SourceLocation at = SourceLocation::current());

/// Element index[..] of x counted in row-major order; the result has the shape of `index`.
Tensor take(const Tensor& x, const Tensor& index, SourceLocation at = SourceLocation::current());
/// As `gather`, with all dimensions but `dim` broadcast: for what `argsort` and `argmax` (keepdim) give.
Tensor take_along_dim(const Tensor& x, const Tensor& index, std::int64_t dim,
                      SourceLocation at = SourceLocation::current());

/// x[i0[..], i1[..], ...]: the coordinates in the first dimensions of x, one int64 tensor for each, broadcast
/// to one shape (ShapeError); the result is that shape and the rest of x's.
Tensor index(const Tensor& x, const std::vector<Tensor>& places,
             SourceLocation at = SourceLocation::current());
/// `x` with `values`, broadcast to the shape of `index(x, places)`, put there; added, if `accumulate`. Where
/// several meet at one place they are added in row-major order, or else the last stays and alone gets a
/// gradient. Throws DTypeError unless the values have the dtype of x.
Tensor index_put(const Tensor& x, const std::vector<Tensor>& places, const Tensor& values,
                 bool accumulate = false, SourceLocation at = SourceLocation::current());

}  // namespace gradus
