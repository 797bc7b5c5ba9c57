#pragma once

#include <gradus/autograd/tensor.hpp>

/// For writers of ops that need means and variances.
namespace gradus::reduction {

/// Means and variances over `dims` (wrapped), unrecorded.
struct Moments {
  Tensor mean;
  Tensor variance;
};

/// The mean and the sum of squared deviations from it over `divisor`, or the root of that, of each group of
/// floating elements over `dims`, which are kept with size 1 where `keepdim`.
Moments moments(const Tensor& x, const Dims& dims, bool keepdim, double divisor, bool root = false);

}  // namespace gradus::reduction
