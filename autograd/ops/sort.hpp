#pragma once

#include <gradus/autograd/ops/extrema.hpp>
#include <gradus/autograd/tensor.hpp>

namespace gradus {

/// Order along a dimension, for every dtype. Elements that are equal stay in the order they have in `x`,
/// ascending or descending, and NaN counts as larger than anything. The gradient goes to where each value
/// comes from. Dimensions count from the end when negative; one out of range throws IndexError.

/// What stands in which place after sorting: the values, and where each stood before (int64).
struct Sorted {
  Tensor values;
  Tensor indices;
};
Sorted sort(const Tensor& x, std::int64_t dim = -1, bool descending = false,
            SourceLocation at = SourceLocation::current());
/// The indices alone.
Tensor argsort(const Tensor& x, std::int64_t dim = -1, bool descending = false,
               SourceLocation at = SourceLocation::current());
/// The first k of the descending order, or of the ascending one for `largest = false`. Throws ValueError
/// unless 0 <= k <= the size of the dimension.
Sorted topk(const Tensor& x, std::int64_t k, std::int64_t dim = -1, bool largest = true,
            SourceLocation at = SourceLocation::current());

/// The k-th smallest element along `dim`, counted from 1, and where it stands. Throws ValueError unless
/// 1 <= k <= the size of the dimension.
Extremum kthvalue(const Tensor& x, std::int64_t k, std::int64_t dim = -1, bool keepdim = false,
                  SourceLocation at = SourceLocation::current());
/// The median along `dim` and where it stands: the lower of the two in the middle if their number is even,
/// the first NaN where there is one. Throws ShapeError when there is nothing to choose from.
Extremum median(const Tensor& x, std::int64_t dim, bool keepdim = false,
                SourceLocation at = SourceLocation::current());
/// The median of all elements.
Tensor median(const Tensor& x, SourceLocation at = SourceLocation::current());

}  // namespace gradus
