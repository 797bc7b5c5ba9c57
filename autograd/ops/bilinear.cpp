#include <gradus/autograd/ops/bilinear.hpp>

#include <gradus/autograd/ops/arithmetic.hpp>
#include <gradus/autograd/ops/matmul.hpp>
#include <gradus/autograd/ops/named.hpp>
#include <gradus/autograd/ops/view.hpp>

namespace gradus {

Tensor bilinear(const Tensor& x1, const Tensor& x2, const Tensor& weight, const Tensor& bias,
                SourceLocation at) {
  const OpScope scope("bilinear", at);
  require<ShapeError>(weight.rank() == 3, "{} is {}; needs [out, in1, in2]", named(weight, "weight"),
                      weight.shape());
  const std::int64_t out = weight.size(0), in1 = weight.size(1), in2 = weight.size(2);
  Shape first = x1.shape(), second = x2.shape();
  require<ShapeError>(!first.empty() && !second.empty() && first.back() == in1 && second.back() == in2,
                      "inputs are {} and {}; their last dimensions must be {} and {}, as {} is {}", first,
                      second, in1, in2, named(weight, "weight"), weight.shape());
  first.back() = second.back() = out;
  require<ShapeError>(first == second, "inputs are {} and {}; all but the last dimension must agree",
                      x1.shape(), x2.shape());
  require_same_dtype(x1, weight, named(weight, "weight"));
  if (bias.defined()) require_vector(bias, "bias", out, weight.dtype());
  Shape batch = x1.shape();
  batch.back() = 1;
  const std::int64_t n = numel(batch);
  const Tensor rows = reshape(x1, {n, in1});
  const Tensor half = matmul(rows, reshape(permute(weight, {1, 0, 2}), {in1, out * in2}));  // [n, out in2]
  const Tensor y = matmul(reshape(half, {n, out, in2}), reshape(x2, {n, in2, 1}));
  const Tensor shaped = reshape(y, first);
  return bias.defined() ? shaped + bias : shaped;
}

}  // namespace gradus
