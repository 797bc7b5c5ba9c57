#pragma once

#include <gradus/autograd/tensor.hpp>

namespace gradus {

/// Options of `var` and `std`.
struct VarianceOptions {
  /// What is taken off the count: 1 gives the unbiased estimate of a sample (Bessel), 0 the variance of the
  /// values themselves.
  std::int64_t correction = 1;
  bool keepdim = false;
};

/// Sum of squared deviations from the mean over `dims` (all if none are given), divided by the count less
/// `correction`; in two passes, in double. For floating dtypes (DTypeError). NaN where the count is not above
/// the correction and all deviations are 0, as for a single element.
Tensor var(const Tensor& x, const Dims& dims = {}, const VarianceOptions& options = {},
           SourceLocation at = SourceLocation::current());
/// The standard deviation, the root of `var`. Its gradient is 0 where it is 0. Outside of this namespace it
/// is called as `gradus::std(x)`, even under `using namespace gradus`: `std` alone is the standard library.
Tensor std(const Tensor& x, const Dims& dims = {}, const VarianceOptions& options = {},
           SourceLocation at = SourceLocation::current());

}  // namespace gradus
