#pragma once

#include <vector>

#include <gradus/autograd/tensor.hpp>

namespace gradus {

/// Views: results that share the memory of `x` and differ in shape and strides. Dimensions count from the end
/// when negative; one out of range throws IndexError.

/// Elements start, start + step, ... before `stop` of dimension `dim`. Negative positions count from the end,
/// ones beyond the end are cut. Throws ValueError unless step >= 1.
Tensor slice(const Tensor& x, std::int64_t dim, std::int64_t start, std::int64_t stop, std::int64_t step = 1,
             SourceLocation at = SourceLocation::current());
/// Element `index` of dimension `dim`, which disappears. Throws IndexError when it does not exist.
Tensor select(const Tensor& x, std::int64_t dim, std::int64_t index,
              SourceLocation at = SourceLocation::current());
/// `length` elements of dimension `dim` from `start`. Throws IndexError when they do not all exist.
Tensor narrow(const Tensor& x, std::int64_t dim, std::int64_t start, std::int64_t length,
              SourceLocation at = SourceLocation::current());
/// Two dimensions swapped.
Tensor transpose(const Tensor& x, std::int64_t a, std::int64_t b,
                 SourceLocation at = SourceLocation::current());
/// Dimension i of the result is dimension dims[i] of `x`; each must occur once (ValueError).
Tensor permute(const Tensor& x, const Dims& dims, SourceLocation at = SourceLocation::current());
/// Broadcast to `shape`; -1 keeps a size. Throws ShapeError unless `x` broadcasts to it.
Tensor expand(const Tensor& x, const Shape& shape, SourceLocation at = SourceLocation::current());
/// Without dimension `dim` if it has size 1.
Tensor squeeze(const Tensor& x, std::int64_t dim, SourceLocation at = SourceLocation::current());
/// Without any dimension of size 1.
Tensor squeeze(const Tensor& x, SourceLocation at = SourceLocation::current());
/// With a new dimension of size 1 at `dim` of the result.
Tensor unsqueeze(const Tensor& x, std::int64_t dim, SourceLocation at = SourceLocation::current());
/// The same elements in row-major order under another shape; one size may be -1 and is inferred. Throws
/// ShapeError if the counts differ, or if the strides of `x` do not allow it without a copy.
Tensor view(const Tensor& x, const Shape& shape, SourceLocation at = SourceLocation::current());
/// As `view`, with a copy where the strides need one.
Tensor reshape(const Tensor& x, const Shape& shape, SourceLocation at = SourceLocation::current());
/// Dimensions start to end, both included, joined into one.
Tensor flatten(const Tensor& x, std::int64_t start = 0, std::int64_t end = -1,
               SourceLocation at = SourceLocation::current());
/// Dimension `dim` cut into `sizes`, of which one may be -1.
Tensor unflatten(const Tensor& x, std::int64_t dim, const Shape& sizes,
                 SourceLocation at = SourceLocation::current());

}  // namespace gradus
