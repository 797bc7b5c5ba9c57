#include <gradus/autograd/ops/in_place.hpp>

#include <gradus/autograd/ops/arithmetic.hpp>
#include <gradus/autograd/ops/copy.hpp>
#include <gradus/autograd/ops/ternary.hpp>
#include <gradus/autograd/ops/where.hpp>

namespace gradus {

namespace {

/// x = f(), which may be computed from x. What f gives requires a gradient if anything that goes into it
/// does.
template <class F>
Tensor assign(const char* name, const SourceLocation& at, Tensor x, F&& f) {
  const OpScope scope(name, at);
  const Tensor y = f();
  require<ShapeError>(y.shape() == x.shape(), "the result is {}, and {} cannot change its shape in place",
                      y.shape(), x.shape());
  x.mark_written(name, at, y);
  copy_values(y.shares_storage(x) ? y.detach().clone() : y, x);
  return x;
}

/// alpha * other as a tensor for x; an alpha of 1 fits every dtype.
Tensor scaled(const Tensor& x, const Operand& other, double alpha) {
  const Tensor y = match(x, other).second;
  return alpha == 1 ? y : y * alpha;
}

}  // namespace

Tensor add_(Tensor x, const Operand& other, double alpha) {
  return assign("add_", other.at(), x, [&] { return x + scaled(x, other, alpha); });
}
Tensor sub_(Tensor x, const Operand& other, double alpha) {
  return assign("sub_", other.at(), x, [&] { return x - scaled(x, other, alpha); });
}
Tensor mul_(Tensor x, const Operand& other) {
  return assign("mul_", other.at(), x, [&] { return x * other; });
}
Tensor div_(Tensor x, const Operand& other) {
  return assign("div_", other.at(), x, [&] { return x / other; });
}

Tensor addcmul_(Tensor x, const Tensor& a, const Tensor& b, double value, SourceLocation at) {
  return assign("addcmul_", at, x, [&] { return addcmul(x, a, b, value); });
}
Tensor addcdiv_(Tensor x, const Tensor& a, const Tensor& b, double value, SourceLocation at) {
  return assign("addcdiv_", at, x, [&] { return addcdiv(x, a, b, value); });
}
Tensor lerp_(Tensor x, const Tensor& end, const Operand& weight) {
  return assign("lerp_", weight.at(), x, [&] { return lerp(x, end, weight); });
}

Tensor clamp_(Tensor x, const std::optional<Operand>& min, const std::optional<Operand>& max,
              SourceLocation at) {
  return assign("clamp_", at, x, [&] { return clamp(x, min, max); });
}
Tensor masked_fill_(Tensor x, const Tensor& mask, const Operand& value) {
  return assign("masked_fill_", value.at(), x, [&] { return masked_fill(x, mask, value); });
}

}  // namespace gradus
