#include <gradus/nn/bilinear.hpp>

#include <fmt/format.h>

#include <cmath>

#include <gradus/autograd/ops/arithmetic.hpp>
#include <gradus/autograd/ops/matmul.hpp>
#include <gradus/autograd/ops/named.hpp>
#include <gradus/autograd/ops/view.hpp>
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
  const OpScope scope("Bilinear", at);
  const std::int64_t out = weight.size(0), in1 = weight.size(1), in2 = weight.size(2);
  Shape first = x1.shape(), second = x2.shape();
  require<ShapeError>(!first.empty() && !second.empty() && first.back() == in1 && second.back() == in2,
                      "inputs are {} and {}; their last dimensions must be {} and {}, as {} is {}", first,
                      second, in1, in2, named(weight, "weight"), weight.shape());
  first.back() = second.back() = out;
  require<ShapeError>(first == second, "inputs are {} and {}; all but the last dimension must agree",
                      x1.shape(), x2.shape());
  require_same_dtype(x1, weight, named(weight, "weight"));
  const Tensor rows = reshape(x1, {x1.numel() / in1, in1});                                 // [n, in1]
  const Tensor half = matmul(rows, reshape(permute(weight, {1, 0, 2}), {in1, out * in2}));  // [n, out in2]
  const Tensor y = matmul(reshape(half, {rows.size(0), out, in2}), reshape(x2, {rows.size(0), in2, 1}));
  const Tensor shaped = reshape(y, first);
  return observed(*this, x1, bias.defined() ? shaped + bias : shaped);
}

std::string Bilinear::describe() const {
  return fmt::format("{}, {}, {}, bias={}", weight.size(1), weight.size(2), weight.size(0), bias.defined());
}

}  // namespace gradus::nn
