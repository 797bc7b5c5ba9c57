#include <gradus/nn/activation.hpp>

#include <fmt/format.h>

#include <gradus/autograd/ops/create.hpp>
#include <gradus/autograd/ops/hard_activation.hpp>
#include <gradus/autograd/ops/smooth_activation.hpp>
#include <gradus/nn/observe.hpp>

namespace gradus::nn {

Tensor ReLU::operator()(const Tensor& x, SourceLocation at) const { return observed(*this, x, relu(x, at)); }

Tensor ReLU::operator()(Tensor&& x, SourceLocation at) const {
  return Observer::any() ? (*this)(std::as_const(x), at) : relu(std::move(x), at);
}

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

Tensor Hardtanh::operator()(const Tensor& x, SourceLocation at) const {
  return observed(*this, x, hardtanh(x, min_val, max_val, at));
}

Tensor ReLU6::operator()(const Tensor& x, SourceLocation at) const {
  return observed(*this, x, relu6(x, at));
}

Tensor Hardsigmoid::operator()(const Tensor& x, SourceLocation at) const {
  return observed(*this, x, hardsigmoid(x, at));
}

Tensor Hardswish::operator()(const Tensor& x, SourceLocation at) const {
  return observed(*this, x, hardswish(x, at));
}

Tensor Hardshrink::operator()(const Tensor& x, SourceLocation at) const {
  return observed(*this, x, hardshrink(x, lambd, at));
}

Tensor Softshrink::operator()(const Tensor& x, SourceLocation at) const {
  return observed(*this, x, softshrink(x, lambd, at));
}

Tensor Threshold::operator()(const Tensor& x, SourceLocation at) const {
  return observed(*this, x, gradus::threshold(x, threshold, value, at));
}

Tensor SELU::operator()(const Tensor& x, SourceLocation at) const { return observed(*this, x, selu(x, at)); }

Tensor CELU::operator()(const Tensor& x, SourceLocation at) const {
  return observed(*this, x, celu(x, alpha, at));
}

Tensor Mish::operator()(const Tensor& x, SourceLocation at) const { return observed(*this, x, mish(x, at)); }

Tensor Softsign::operator()(const Tensor& x, SourceLocation at) const {
  return observed(*this, x, softsign(x, at));
}

Tensor Tanhshrink::operator()(const Tensor& x, SourceLocation at) const {
  return observed(*this, x, tanhshrink(x, at));
}

Tensor LogSigmoid::operator()(const Tensor& x, SourceLocation at) const {
  return observed(*this, x, logsigmoid(x, at));
}

Tensor GLU::operator()(const Tensor& x, SourceLocation at) const {
  return observed(*this, x, glu(x, dim, at));
}

Tensor RReLU::operator()(const Tensor& x, SourceLocation at) const {
  return observed(*this, x, rrelu(x, lower, upper, training, nullptr, at));
}

PReLU::PReLU(std::int64_t num_parameters, const PReLUOptions& options) {
  require(num_parameters >= 1, "PReLU: num_parameters = {}; needs at least 1", num_parameters);
  weight = full({num_parameters}, options.init, {.dtype = options.dtype});
}

Tensor PReLU::operator()(const Tensor& x, SourceLocation at) const {
  return observed(*this, x, prelu(x, weight, at));
}

std::string PReLU::describe() const { return fmt::format("num_parameters={}", weight.numel()); }

}  // namespace gradus::nn
