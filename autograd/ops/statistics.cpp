#include <gradus/autograd/ops/statistics.hpp>

#include <algorithm>

#include <gradus/autograd/ops/arithmetic.hpp>
#include <gradus/autograd/ops/compare.hpp>
#include <gradus/autograd/ops/diagonal.hpp>
#include <gradus/autograd/ops/extrema.hpp>
#include <gradus/autograd/ops/matmul.hpp>
#include <gradus/autograd/ops/pointwise.hpp>
#include <gradus/autograd/ops/reduce.hpp>
#include <gradus/autograd/ops/scan.hpp>
#include <gradus/autograd/ops/view.hpp>
#include <gradus/autograd/ops/where.hpp>

namespace gradus {

namespace {

/// Elements 1, 2, ... and 0, 1, ... of a dimension: the right and the left one of each pair of neighbours.
Tensor right_of(const Tensor& x, std::int64_t dim) { return slice(x, dim, 1, x.size(dim)); }
Tensor left_of(const Tensor& x, std::int64_t dim) {
  return slice(x, dim, 0, std::max<std::int64_t>(x.size(dim) - 1, 0));
}

Tensor neighbour_sums(const Tensor& y, std::int64_t dim) {
  check_floating(y.dtype());
  require<ShapeError>(y.rank() >= 1, "given {}; needs at least one dimension", y.shape());
  return left_of(y, dim) + right_of(y, dim);
}

/// Areas of the trapezoids between neighbours.
Tensor trapezoids(const Tensor& y, double dx, std::int64_t dim) { return neighbour_sums(y, dim) * (dx / 2); }

Tensor trapezoids(const Tensor& y, const Tensor& x, std::int64_t dim) {
  const Tensor sums = neighbour_sums(y, dim);
  const std::size_t d = wrap_dim(dim, y.rank());
  Shape along = Shape::filled(y.rank(), 1);
  along[d] = x.rank() == 1 ? x.size(0) : 1;
  const Tensor places = x.rank() == 1 ? reshape(x, along) : x;
  require<ShapeError>(places.rank() == y.rank() && places.shape()[d] == y.shape()[d] &&
                          broadcastable_to(places.shape(), y.shape()),
                      "the places are {} and the values {}; they need {} along dimension {}", x.shape(),
                      y.shape(), y.shape()[d], d);
  return sums * (right_of(places, dim) - left_of(places, dim)) / 2;
}

}  // namespace

MinMax aminmax(const Tensor& x, const Dims& dims, bool keepdim, SourceLocation at) {
  const OpScope scope("aminmax", at);
  return {amin(x, dims, keepdim), amax(x, dims, keepdim)};
}

Tensor nansum(const Tensor& x, const Dims& dims, bool keepdim, SourceLocation at) {
  const OpScope scope("nansum", at);
  check_floating(x.dtype());
  return sum(where(isnan(x), 0, x), dims, keepdim);
}

Tensor nanmean(const Tensor& x, const Dims& dims, bool keepdim, SourceLocation at) {
  const OpScope scope("nanmean", at);
  return nansum(x, dims, keepdim) / sum(logical_not(isnan(x)).to(x.dtype()), dims, keepdim);
}

VarMean var_mean(const Tensor& x, const Dims& dims, const VarianceOptions& options, SourceLocation at) {
  const OpScope scope("var_mean", at);
  return {var(x, dims, options), mean(x, dims, options.keepdim)};
}

StdMean std_mean(const Tensor& x, const Dims& dims, const VarianceOptions& options, SourceLocation at) {
  const OpScope scope("std_mean", at);
  return {gradus::std(x, dims, options), mean(x, dims, options.keepdim)};
}

Tensor cov(const Tensor& x, std::int64_t correction, SourceLocation at) {
  const OpScope scope("cov", at);
  check_floating(x.dtype());
  require<ShapeError>(x.rank() == 1 || x.rank() == 2, "given {}; needs [n, m] or [m]", x.shape());
  if (x.rank() == 1) return reshape(cov(unsqueeze(x, 0), correction, at), {});
  const Tensor deviations = x - mean(x, {1}, true);
  return matmul(deviations, transpose(deviations, 0, 1)) / static_cast<double>(x.size(1) - correction);
}

Tensor corrcoef(const Tensor& x, SourceLocation at) {
  const OpScope scope("corrcoef", at);
  if (x.rank() == 1) return reshape(corrcoef(unsqueeze(x, 0), at), {});
  const Tensor c = cov(x), deviation = sqrt(diagonal(c));
  return clamp(c / unsqueeze(deviation, 1) / deviation, -1, 1);
}

Tensor diff(const Tensor& x, std::int64_t order, std::int64_t dim, SourceLocation at) {
  const OpScope scope("diff", at);
  require(order >= 0, "the order is {}; it must not be negative", order);
  require<ShapeError>(x.rank() >= 1, "given {}; needs at least one dimension", x.shape());
  Tensor y = x;
  for (std::int64_t i = 0; i < order; ++i) y = right_of(y, dim) - left_of(y, dim);
  return y;
}

Tensor trapezoid(const Tensor& y, double dx, std::int64_t dim, SourceLocation at) {
  const OpScope scope("trapezoid", at);
  return sum(trapezoids(y, dx, dim), {dim});
}

Tensor trapezoid(const Tensor& y, const Tensor& x, std::int64_t dim, SourceLocation at) {
  const OpScope scope("trapezoid", at);
  return sum(trapezoids(y, x, dim), {dim});
}

Tensor cumulative_trapezoid(const Tensor& y, double dx, std::int64_t dim, SourceLocation at) {
  const OpScope scope("cumulative_trapezoid", at);
  return cumsum(trapezoids(y, dx, dim), dim);
}

Tensor cumulative_trapezoid(const Tensor& y, const Tensor& x, std::int64_t dim, SourceLocation at) {
  const OpScope scope("cumulative_trapezoid", at);
  return cumsum(trapezoids(y, x, dim), dim);
}

}  // namespace gradus
