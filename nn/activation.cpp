#include <gradus/nn/activation.hpp>

#include <gradus/nn/observe.hpp>

namespace gradus::nn {

Tensor ReLU::operator()(const Tensor& x, SourceLocation at) const { return observed(*this, x, relu(x, at)); }

Tensor LeakyReLU::operator()(const Tensor& x, SourceLocation at) const {
  return observed(*this, x, leaky_relu(x, negative_slope, at));
}

Tensor ELU::operator()(const Tensor& x, SourceLocation at) const {
  return observed(*this, x, elu(x, alpha, at));
}

Tensor GELU::operator()(const Tensor& x, SourceLocation at) const {
  return observed(*this, x, gelu(x, {.approximate = approximate}, at));
}

Tensor SiLU::operator()(const Tensor& x, SourceLocation at) const { return observed(*this, x, silu(x, at)); }

Tensor Softplus::operator()(const Tensor& x, SourceLocation at) const {
  return observed(*this, x, softplus(x, beta, threshold, at));
}

Tensor Tanh::operator()(const Tensor& x, SourceLocation at) const { return observed(*this, x, tanh(x, at)); }

Tensor Sigmoid::operator()(const Tensor& x, SourceLocation at) const {
  return observed(*this, x, sigmoid(x, at));
}

}  // namespace gradus::nn
