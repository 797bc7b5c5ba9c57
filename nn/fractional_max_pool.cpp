#include <gradus/nn/fractional_max_pool.hpp>

#include <gradus/nn/observe.hpp>

namespace gradus::nn {

namespace {

/// The share `ratio` of dimension `dim` of x, counted from the end.
std::int64_t share(const Tensor& x, std::int64_t dim, double ratio) {
  require(ratio > 0 && ratio < 1, "output_ratio is {}; it must lie between 0 and 1", ratio);
  return static_cast<std::int64_t>(static_cast<double>(x.size(dim)) * ratio);
}

}  // namespace

Tensor FractionalMaxPool2d::operator()(const Tensor& x, SourceLocation at) const {
  const OpScope scope("FractionalMaxPool2d", at);
  const double r = output_ratio;
  const Pair size = output_size ? *output_size : Pair(share(x, -2, r), share(x, -1, r));
  return observed(*this, x, fractional_max_pool2d(x, kernel_size, size, {}, at));
}

Tensor FractionalMaxPool3d::operator()(const Tensor& x, SourceLocation at) const {
  const OpScope scope("FractionalMaxPool3d", at);
  const double r = output_ratio;
  const Triple size = output_size ? *output_size : Triple(share(x, -3, r), share(x, -2, r), share(x, -1, r));
  return observed(*this, x, fractional_max_pool3d(x, kernel_size, size, {}, at));
}

}  // namespace gradus::nn
