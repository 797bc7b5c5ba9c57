#include <gradus/nn/lp_pool.hpp>

#include <gradus/nn/observe.hpp>

namespace gradus::nn {

Tensor LPPool1d::operator()(const Tensor& x, SourceLocation at) const {
  return observed(*this, x, lp_pool1d(x, norm_type, kernel_size, options, at));
}

Tensor LPPool2d::operator()(const Tensor& x, SourceLocation at) const {
  return observed(*this, x, lp_pool2d(x, norm_type, kernel_size, options, at));
}

}  // namespace gradus::nn
