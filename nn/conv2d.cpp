#include <gradus/nn/conv2d.hpp>

#include <gradus/autograd/ops/conv2d.hpp>
#include <gradus/autograd/ops/conv_transpose2d.hpp>
#include <gradus/nn/observe.hpp>

namespace gradus::nn {

Tensor Conv2d::operator()(const Tensor& x, SourceLocation at) const {
  return observed(*this, x,
                  conv2d(padded(x, at), weight, bias, function_options<gradus::Conv2dOptions>(), at));
}

Tensor ConvTranspose2d::operator()(const Tensor& x, SourceLocation at) const {
  return observed(*this, x,
                  conv_transpose2d(x, weight, bias, function_options<gradus::ConvTranspose2dOptions>(), at));
}

}  // namespace gradus::nn
