#include <gradus/nn/conv3d.hpp>

#include <gradus/autograd/ops/conv3d.hpp>
#include <gradus/nn/observe.hpp>

namespace gradus::nn {

Tensor Conv3d::operator()(const Tensor& x, SourceLocation at) const {
  return observed(*this, x,
                  conv3d(padded(x, at), weight, bias, function_options<gradus::Conv3dOptions>(), at));
}

Tensor ConvTranspose3d::operator()(const Tensor& x, SourceLocation at) const {
  return observed(*this, x,
                  conv_transpose3d(x, weight, bias, function_options<gradus::ConvTranspose3dOptions>(), at));
}

}  // namespace gradus::nn
