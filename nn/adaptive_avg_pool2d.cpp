#include <gradus/nn/adaptive_avg_pool2d.hpp>

#include <gradus/autograd/ops/adaptive_avg_pool2d.hpp>
#include <gradus/nn/observe.hpp>

namespace gradus::nn {

Tensor AdaptiveAvgPool2d::operator()(const Tensor& x, SourceLocation at) const {
  return observed(*this, x, adaptive_avg_pool2d(x, output_size, at));
}

}  // namespace gradus::nn
