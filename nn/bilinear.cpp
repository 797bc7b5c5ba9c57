#include <gradus/nn/bilinear.hpp>

#include <fmt/format.h>

#include <cmath>

#include <gradus/autograd/ops/bilinear.hpp>
#include <gradus/nn/init.hpp>
#include <gradus/nn/observe.hpp>

namespace gradus::nn {

Bilinear::Bilinear(std::int64_t in1, std::int64_t in2, std::int64_t out, const LinearOptions& options) {
  require(in1 > 0 && in2 > 0 && out > 0, "Bilinear: in1 = {}, in2 = {}, out = {}; all must be positive", in1,
          in2, out);
  const double bound = 1 / std::sqrt(static_cast<double>(in1));
  weight = init::uniform_(empty({out, in1, in2}, options.dtype), -bound, bound);
  if (options.bias) bias = init::uniform_(empty({out}, options.dtype), -bound, bound);
}

Tensor Bilinear::operator()(const Tensor& x1, const Tensor& x2, SourceLocation at) const {
  return observed(*this, x1, bilinear(x1, x2, weight, bias, at));
}

std::string Bilinear::describe() const {
  return fmt::format("{}, {}, {}, bias={}", weight.size(1), weight.size(2), weight.size(0), bias.defined());
}

}  // namespace gradus::nn
