#include <gradus/nn/conv1d.hpp>

#include <gradus/autograd/ops/conv1d.hpp>
#include <gradus/nn/observe.hpp>

namespace gradus::nn {

Tensor Conv1d::operator()(const Tensor& x, SourceLocation at) const {
  return observed(*this, x,
                  conv1d(padded(x, at), weight, bias, function_options<gradus::Conv1dOptions>(), at));
}

Tensor ConvTranspose1d::operator()(const Tensor& x, SourceLocation at) const {
  return observed(*this, x,
                  conv_transpose1d(x, weight, bias, function_options<gradus::ConvTranspose1dOptions>(), at));
}

}  // namespace gradus::nn
