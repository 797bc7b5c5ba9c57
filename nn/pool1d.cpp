#include <gradus/nn/pool1d.hpp>

#include <gradus/autograd/ops/adaptive_pool.hpp>
#include <gradus/nn/observe.hpp>

namespace gradus::nn {

Tensor MaxPool1d::operator()(const Tensor& x, SourceLocation at) const {
  return observed(*this, x, max_pool1d(x, kernel_size, options, at));
}

Tensor AvgPool1d::operator()(const Tensor& x, SourceLocation at) const {
  return observed(*this, x, avg_pool1d(x, kernel_size, options, at));
}

Tensor AdaptiveMaxPool1d::operator()(const Tensor& x, SourceLocation at) const {
  return observed(*this, x, adaptive_max_pool1d(x, output_size, at));
}

Tensor AdaptiveAvgPool1d::operator()(const Tensor& x, SourceLocation at) const {
  return observed(*this, x, adaptive_avg_pool1d(x, output_size, at));
}

}  // namespace gradus::nn
