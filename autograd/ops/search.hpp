#pragma once

#include <gradus/autograd/tensor.hpp>

namespace gradus {

/// Searching and counting values. Nothing here has a gradient but `bincount` with respect to its weights.

/// Where each of `values` would go in a row of rising values: the number of those before it, or, with
/// `right`, of those not behind it; int64, of the shape of `values`. `sorted` is one row [n] for all of them,
/// or [.., n] for values [.., m]. NaN counts as larger than anything. Throws ShapeError for what does not
/// fit, DTypeError for two dtypes.
Tensor searchsorted(const Tensor& sorted, const Tensor& values, bool right = false,
                    SourceLocation at = SourceLocation::current());
/// The same with the arguments turned round, for one row of boundaries: value v is in bucket i if
/// boundaries[i - 1] < v <= boundaries[i]; with `right`, if boundaries[i - 1] <= v < boundaries[i].
Tensor bucketize(const Tensor& values, const Tensor& boundaries, bool right = false,
                 SourceLocation at = SourceLocation::current());
/// Whether each element is one of `candidates`; a bool tensor. NaN is not. Throws DTypeError for two dtypes.
Tensor isin(const Tensor& x, const Tensor& candidates, SourceLocation at = SourceLocation::current());

/// Values without those that repeat.
struct Unique {
  Tensor values;   ///< [k]
  Tensor inverse;  ///< which of them each element is: int64, of the shape of the input
  Tensor counts;   ///< how often each occurs: [k], int64
};
/// Each value once, in rising order. Every NaN is a value of its own.
Unique unique(const Tensor& x, SourceLocation at = SourceLocation::current());
/// Each run of equal elements, in row-major order, once.
Unique unique_consecutive(const Tensor& x, SourceLocation at = SourceLocation::current());

/// How often each of 0, 1, ... occurs in x [n], int64; or the sum of the `weights` [n] where it does. The
/// result has max(x) + 1 elements, at least `minlength`. Throws ValueError for negative numbers, ShapeError
/// for other ranks, DTypeError for another dtype.
Tensor bincount(const Tensor& x, const Tensor& weights = {}, std::int64_t minlength = 0,
                SourceLocation at = SourceLocation::current());
/// How many elements lie in each of `bins` intervals of equal length between `min` and `max`, both included,
/// in the dtype of x. Others are left out. Where min == max the range is that of the data. Throws ValueError
/// unless bins >= 1 and the range is finite, DTypeError unless floating.
Tensor histc(const Tensor& x, std::int64_t bins = 100, double min = 0, double max = 0,
             SourceLocation at = SourceLocation::current());

}  // namespace gradus
