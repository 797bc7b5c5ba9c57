#include <gradus/nn/linear.hpp>

#include <fmt/format.h>

#include <gradus/autograd/ops/linear.hpp>
#include <gradus/nn/init.hpp>
#include <gradus/nn/observe.hpp>

namespace gradus::nn {

Linear::Linear(std::int64_t in, std::int64_t out, const LinearOptions& options) {
  require(in >= 0 && out >= 0, "Linear: in = {}, out = {}; sizes must not be negative", in, out);
  weight = empty({out, in}, options.dtype);
  if (options.bias) bias = empty({out}, options.dtype);
  init::fan_in_uniform_(weight, bias);
}

Tensor Linear::operator()(const Tensor& x, SourceLocation at) const {
  return observed(*this, x, linear(x, weight, bias, at));
}

std::string Linear::describe() const {
  return fmt::format("{}, {}, bias={}", weight.size(1), weight.size(0), bias.defined());
}

std::int64_t Linear::flops(const Tensor&, const Tensor& y) const { return 2 * y.numel() * weight.size(1); }

}  // namespace gradus::nn
