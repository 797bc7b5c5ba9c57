#pragma once

#include <vector>

#include <gradus/autograd/tensor.hpp>

namespace gradus {

/// A copy of `x` with `value` around it. The amounts come in pairs, before and after, for the last dimension
/// first: {left, right, top, bottom}. Negative ones crop. Throws ShapeError for an odd number of amounts, for
/// more pairs than dimensions, or if more is cropped than there is; DTypeError for a value that the dtype of
/// `x` cannot hold.
Tensor pad(const Tensor& x, const std::vector<std::int64_t>& amounts, double value = 0,
           SourceLocation at = SourceLocation::current());

/// A copy with the order of elements along each of `dims` reversed.
Tensor flip(const Tensor& x, const Dims& dims, SourceLocation at = SourceLocation::current());

}  // namespace gradus
