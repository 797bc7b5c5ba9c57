#include <gradus/autograd/ops/in_place.hpp>

#include <gradus/autograd/ops/arithmetic.hpp>
#include <gradus/autograd/ops/copy.hpp>
#include <gradus/autograd/ops/ternary.hpp>
#include <gradus/autograd/ops/update.hpp>
#include <gradus/autograd/ops/where.hpp>

namespace gradus {

namespace {

void check_shape(const Tensor& x, const Shape& result) {
  require<ShapeError>(result == x.shape(), "the result is {}, and {} cannot change its shape in place",
                      result, x.shape());
}

/// x = f(), which may be computed from x. What f gives requires a gradient if anything that goes into it
/// does.
template <class F>
Tensor assign(const char* name, const SourceLocation& at, Tensor x, F&& f) {
  const OpScope scope(name, at);
  const Tensor y = f();
  check_shape(x, y.shape());
  x.mark_written(name, at, y);
  copy_values(y.shares_storage(x) ? y.detach().clone() : y, x);
  return x;
}

/// x = x op f(), likewise; without a second tensor for the result.
template <class F>
Tensor change(const char* name, const SourceLocation& at, Tensor x, Arithmetic op, F&& f) {
  const OpScope scope(name, at);
  const Tensor y = f();
  check_shape(x, broadcast(x.shape(), y.shape()));
  update(name, at, x, op, y);
  return x;
}

/// alpha * other as a tensor for x; an alpha of 1 fits every dtype.
Tensor scaled(const Tensor& x, const Operand& other, double alpha) {
  const Tensor y = match(x, other).second;
  return alpha == 1 ? y : y * alpha;
}

}  // namespace

Tensor add_(Tensor x, const Operand& other, double alpha) {
  return change("add_", other.at(), x, Arithmetic::add, [&] { return scaled(x, other, alpha); });
}
Tensor sub_(Tensor x, const Operand& other, double alpha) {
  return change("sub_", other.at(), x, Arithmetic::sub, [&] { return scaled(x, other, alpha); });
}
Tensor mul_(Tensor x, const Operand& other) {
  return change("mul_", other.at(), x, Arithmetic::mul, [&] { return scaled(x, other, 1); });
}
Tensor div_(Tensor x, const Operand& other) {
  return change("div_", other.at(), x, Arithmetic::div, [&] { return scaled(x, other, 1); });
}

Tensor addcmul_(Tensor x, const Tensor& a, const Tensor& b, double value, SourceLocation at) {
  return change("addcmul_", at, x, Arithmetic::add, [&] { return scaled(x, value * (a * b), 1); });
}
Tensor addcdiv_(Tensor x, const Tensor& a, const Tensor& b, double value, SourceLocation at) {
  return change("addcdiv_", at, x, Arithmetic::add, [&] { return scaled(x, value * (a / b), 1); });
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
