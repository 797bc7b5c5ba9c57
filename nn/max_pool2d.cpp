#include <gradus/nn/max_pool2d.hpp>

#include <utility>

#include <gradus/nn/observe.hpp>

namespace gradus::nn {

Tensor MaxPool2d::operator()(const Tensor& x, SourceLocation at) const {
  return observed(*this, x, max_pool2d(x, kernel_size, options, at));
}

Tensor MaxPool2d::operator()(Tensor&& x, SourceLocation at) const {
  return Observer::any() ? (*this)(std::as_const(x), at) : max_pool2d(std::move(x), kernel_size, options, at);
}

}  // namespace gradus::nn
