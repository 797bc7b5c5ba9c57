#include <gradus/autograd/ops/ternary.hpp>

#include <gradus/autograd/ops/arithmetic.hpp>
#include <gradus/autograd/ops/compare.hpp>
#include <gradus/autograd/ops/where.hpp>

namespace gradus {

Tensor lerp(const Tensor& start, const Tensor& end, const Operand& weight) {
  const OpScope scope("lerp", weight.at());
  const Tensor way = end - start;
  if (weight.is_number())
    return weight.number() < 0.5 ? start + weight.number() * way : end - (1 - weight.number()) * way;
  return where(weight < 0.5, start + weight * way, end - (1 - weight) * way);
}

Tensor addcmul(const Tensor& x, const Tensor& a, const Tensor& b, double value, SourceLocation at) {
  const OpScope scope("addcmul", at);
  return x + value * (a * b);
}

Tensor addcdiv(const Tensor& x, const Tensor& a, const Tensor& b, double value, SourceLocation at) {
  const OpScope scope("addcdiv", at);
  return x + value * (a / b);
}

}  // namespace gradus
