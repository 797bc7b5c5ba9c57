#include <gradus/nn/pool3d.hpp>

#include <gradus/autograd/ops/adaptive_pool.hpp>
#include <gradus/nn/observe.hpp>

namespace gradus::nn {

Tensor MaxPool3d::operator()(const Tensor& x, SourceLocation at) const {
  return observed(*this, x, max_pool3d(x, kernel_size, options, at));
}

Tensor AvgPool3d::operator()(const Tensor& x, SourceLocation at) const {
  return observed(*this, x, avg_pool3d(x, kernel_size, options, at));
}

Tensor AdaptiveMaxPool3d::operator()(const Tensor& x, SourceLocation at) const {
  return observed(*this, x, adaptive_max_pool3d(x, output_size, at));
}

Tensor AdaptiveAvgPool3d::operator()(const Tensor& x, SourceLocation at) const {
  return observed(*this, x, adaptive_avg_pool3d(x, output_size, at));
}

}  // namespace gradus::nn
