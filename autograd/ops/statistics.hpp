#pragma once

#include <gradus/autograd/ops/variance.hpp>
#include <gradus/autograd/tensor.hpp>

namespace gradus {

/// Sums and differences along dimensions, made of the other reductions. `dims` and `keepdim` as in `sum`.

/// The smallest and the largest element, as `amin` and `amax` give them.
struct MinMax {
  Tensor min;
  Tensor max;
};
MinMax aminmax(const Tensor& x, const Dims& dims = {}, bool keepdim = false,
               SourceLocation at = SourceLocation::current());

/// The sum and the mean of the elements that are not NaN, for floating dtypes (DTypeError): 0 and NaN where
/// there are none. NaN gets gradient 0.
Tensor nansum(const Tensor& x, const Dims& dims = {}, bool keepdim = false,
              SourceLocation at = SourceLocation::current());
Tensor nanmean(const Tensor& x, const Dims& dims = {}, bool keepdim = false,
               SourceLocation at = SourceLocation::current());

/// `var` and `mean`, and `std` and `mean`, of the same elements.
struct VarMean {
  Tensor var;
  Tensor mean;
};
struct StdMean {
  Tensor std;
  Tensor mean;
};
VarMean var_mean(const Tensor& x, const Dims& dims = {}, const VarianceOptions& options = {},
                 SourceLocation at = SourceLocation::current());
StdMean std_mean(const Tensor& x, const Dims& dims = {}, const VarianceOptions& options = {},
                 SourceLocation at = SourceLocation::current());

/// The covariances of variables that are the rows of x [n, m], over m observations: sums of products of
/// deviations, divided by m less `correction`, [n, n]. Of a vector, its variance. Throws ShapeError for
/// another rank, DTypeError unless floating.
Tensor cov(const Tensor& x, std::int64_t correction = 1, SourceLocation at = SourceLocation::current());
/// The same divided by both standard deviations, kept within [-1, 1].
Tensor corrcoef(const Tensor& x, SourceLocation at = SourceLocation::current());

/// Differences of neighbours along `dim`, `order` times over, for every dtype but bool. Throws ValueError for
/// a negative order.
Tensor diff(const Tensor& x, std::int64_t order = 1, std::int64_t dim = -1,
            SourceLocation at = SourceLocation::current());

/// The integral of y along `dim` by the trapezoidal rule: over places `dx` apart, or over places `x`, [n] or
/// what broadcasts to y. The cumulative one has an element less than y, the integral up to each next place.
/// For floating dtypes.
Tensor trapezoid(const Tensor& y, double dx = 1, std::int64_t dim = -1,
                 SourceLocation at = SourceLocation::current());
Tensor trapezoid(const Tensor& y, const Tensor& x, std::int64_t dim = -1,
                 SourceLocation at = SourceLocation::current());
Tensor cumulative_trapezoid(const Tensor& y, double dx = 1, std::int64_t dim = -1,
                            SourceLocation at = SourceLocation::current());
Tensor cumulative_trapezoid(const Tensor& y, const Tensor& x, std::int64_t dim = -1,
                            SourceLocation at = SourceLocation::current());

}  // namespace gradus
