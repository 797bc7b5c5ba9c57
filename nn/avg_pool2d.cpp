#include <gradus/nn/avg_pool2d.hpp>

#include <gradus/nn/observe.hpp>

namespace gradus::nn {

Tensor AvgPool2d::operator()(const Tensor& x, SourceLocation at) const {
  return observed(*this, x, avg_pool2d(x, kernel_size, options, at));
}

}  // namespace gradus::nn
