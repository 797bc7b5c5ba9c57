#pragma once

#include <gradus/autograd/operand.hpp>

namespace gradus {

/// Copies of a tensor with some elements replaced. What is replaced gets no gradient, what replaces it does.
/// Both have one dtype (DTypeError). Dimensions count from the end when negative; one out of range throws
/// IndexError, and so does an index that is.

/// Slice i of `source` in place of slice index[i] of `dim`; the last of several stays. `source` has the shape
/// of x but for `dim`, where it has as many as the int64 `index` [k] (ShapeError).
Tensor index_copy(const Tensor& x, std::int64_t dim, const Tensor& index, const Tensor& source,
                  SourceLocation at = SourceLocation::current());
/// `value`, a number or a 0-d tensor, in place of the slices index[0], index[1], ... of `dim`.
Tensor index_fill(const Tensor& x, std::int64_t dim, const Tensor& index, const Operand& value);
/// The elements of `source`, one after the other, in place of those where the bool `mask` holds; the mask
/// broadcasts to x. Throws ShapeError for too few.
Tensor masked_scatter(const Tensor& x, const Tensor& mask, const Tensor& source,
                      SourceLocation at = SourceLocation::current());
/// The elements of `source` at places index[..] of x counted in row-major order, of one shape; added there,
/// if `accumulate`.
Tensor put(const Tensor& x, const Tensor& index, const Tensor& source, bool accumulate = false,
           SourceLocation at = SourceLocation::current());
/// `source` in place of `slice(x, dim, start, stop, step)`, and of `select(x, dim, index)`. Throws ShapeError
/// unless it has their shape.
Tensor slice_scatter(const Tensor& x, const Tensor& source, std::int64_t dim, std::int64_t start,
                     std::int64_t stop, std::int64_t step = 1, SourceLocation at = SourceLocation::current());
Tensor select_scatter(const Tensor& x, const Tensor& source, std::int64_t dim, std::int64_t index,
                      SourceLocation at = SourceLocation::current());

}  // namespace gradus
