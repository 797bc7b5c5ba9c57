#pragma once

#include <gradus/autograd/tensor.hpp>

namespace gradus {

/// Reductions. `dims` lists the dimensions to reduce (negative ones count from the end); none means all. With
/// `keepdim` they stay, with size 1. Results are the same bits for any number of threads and any strides of
/// the same values. Throws IndexError for a dimension that does not exist, ValueError for one given twice.

/// Sum. float32 is added up in double. bool and uint8 add up to int64. The sum of nothing is 0.
Tensor sum(const Tensor& x, const Dims& dims = {}, bool keepdim = false,
           SourceLocation at = SourceLocation::current());
/// Mean, for floating dtypes; added up in double. The mean of nothing is NaN.
Tensor mean(const Tensor& x, const Dims& dims = {}, bool keepdim = false,
            SourceLocation at = SourceLocation::current());
/// Product. float32 is multiplied in double; derivatives hold where factors are 0, too. bool and uint8
/// multiply to int64. The product of nothing is 1.
Tensor prod(const Tensor& x, const Dims& dims = {}, bool keepdim = false,
            SourceLocation at = SourceLocation::current());
/// Whether all elements are true (not 0; NaN is true), as bool, for any dtype. True for nothing.
Tensor all(const Tensor& x, const Dims& dims = {}, bool keepdim = false,
           SourceLocation at = SourceLocation::current());
/// Whether any element is true (not 0; NaN is true), as bool, for any dtype. False for nothing.
Tensor any(const Tensor& x, const Dims& dims = {}, bool keepdim = false,
           SourceLocation at = SourceLocation::current());

/// The transpose of broadcasting: sums over the dimensions along which `shape` would be broadcast to the
/// shape of `x`. Throws ShapeError unless it would be.
Tensor sum_to(const Tensor& x, const Shape& shape, SourceLocation at = SourceLocation::current());

}  // namespace gradus
