#pragma once

#include <gradus/autograd/tensor.hpp>

namespace gradus {

/// Reductions. `dims` lists the dimensions to reduce (negative ones count from the end); none means all. With
/// `keepdim` they stay, with size 1. Results are the same bits for any number of threads.

/// Sum. float32 is added up in double. bool and uint8 add up to int64. The sum of nothing is 0.
Tensor sum(const Tensor& x, const Dims& dims = {}, bool keepdim = false,
           SourceLocation at = SourceLocation::current());
/// Mean, for floating dtypes. The mean of nothing is NaN.
Tensor mean(const Tensor& x, const Dims& dims = {}, bool keepdim = false,
            SourceLocation at = SourceLocation::current());

/// The transpose of broadcasting: sums over the dimensions along which `shape` would be broadcast to the
/// shape of `x`. Throws ShapeError unless it would be.
Tensor sum_to(const Tensor& x, const Shape& shape, SourceLocation at = SourceLocation::current());

}  // namespace gradus
