#pragma once

#include <gradus/autograd/ops/extrema.hpp>
#include <gradus/autograd/tensor.hpp>

namespace gradus {

/// Each element combined with all before it along `dim`, itself included. Of a 0-d tensor, itself.

/// Sums. float32 is added up in double; bool and uint8 add up to int64.
Tensor cumsum(const Tensor& x, std::int64_t dim, SourceLocation at = SourceLocation::current());
/// Products, in log2(n) rounds (Hillis and Steele, "Data parallel algorithms", 1986); the derivatives hold
/// where factors are 0, too. bool and uint8 multiply to int64.
Tensor cumprod(const Tensor& x, std::int64_t dim, SourceLocation at = SourceLocation::current());
/// log of the sums of e^x without overflow, in rounds as `cumprod`, for floating dtypes (DTypeError).
Tensor logcumsumexp(const Tensor& x, std::int64_t dim, SourceLocation at = SourceLocation::current());

/// The largest and the smallest so far, and where along `dim` they stand; for every dtype. The last of equal
/// ones is named, and gets the gradient; NaN comes through, as in `max` and `min`.
Extremum cummax(const Tensor& x, std::int64_t dim, SourceLocation at = SourceLocation::current());
Extremum cummin(const Tensor& x, std::int64_t dim, SourceLocation at = SourceLocation::current());

}  // namespace gradus
