#include <gradus/nn/adaptive_max_pool2d.hpp>

#include <gradus/autograd/ops/adaptive_pool.hpp>
#include <gradus/nn/observe.hpp>

namespace gradus::nn {

Tensor AdaptiveMaxPool2d::operator()(const Tensor& x, SourceLocation at) const {
  return observed(*this, x, adaptive_max_pool2d(x, output_size, at));
}

}  // namespace gradus::nn
