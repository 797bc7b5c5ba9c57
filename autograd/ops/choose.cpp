#include <gradus/autograd/ops/choose.hpp>

#include <cmath>

#include <gradus/autograd/ops/arithmetic.hpp>
#include <gradus/autograd/ops/compare.hpp>
#include <gradus/autograd/ops/elementwise.hpp>
#include <gradus/autograd/ops/pointwise.hpp>
#include <gradus/autograd/ops/where.hpp>

namespace gradus {

namespace {

using elementwise::apply;
using elementwise::cheap;

struct CopySign {
  static constexpr std::string_view name = "copysign";
  static constexpr Keep keep = keep_inputs(0, 1);
  Tensor forward(const Tensor& a, const Tensor& b) const {
    return dispatch_floating(a.dtype(), [&]<class T>() {
      return apply<T>(a, b, cheap, [](T x, T y) { return std::copysign(x, y); });
    });
  }
  void backward(Backward& d) const {
    d.wrt(0, [&] {
      const Tensor a = d.input(0).detach(), one = copysign(ones_like(a), d.input(1).detach());
      return d.grad() * (sign(a) * one);
    });
    d.wrt(1, [&] { return zeros_like(d.grad()); });
  }
};

std::pair<Tensor, Tensor> floating(const Operand& a, const Operand& b) {
  const auto both = match(a, b);
  check_floating(both.first.dtype());
  return both;
}

}  // namespace

Tensor signbit(const Tensor& x, SourceLocation at) {
  const OpScope scope("signbit", at);
  return dispatch_numeric(x.dtype(), [&]<class T>() {
    return apply<T>(x, cheap, [](T v) -> bool {
      if constexpr (std::is_floating_point_v<T>) return std::signbit(v);
      return v < T(0);
    });
  });
}

Tensor copysign(const Operand& a, const Operand& b) { return elementwise::binary(CopySign{}, a, b); }

Tensor fmax(const Operand& a, const Operand& b) {
  const OpScope scope("fmax", a.at());
  const auto [x, y] = floating(a, b);
  return where(isnan(x), y, where(isnan(y), x, maximum(x, y)));
}

Tensor fmin(const Operand& a, const Operand& b) {
  const OpScope scope("fmin", a.at());
  const auto [x, y] = floating(a, b);
  return where(isnan(x), y, where(isnan(y), x, minimum(x, y)));
}

Tensor heaviside(const Operand& a, const Operand& values) {
  const OpScope scope("heaviside", a.at());
  const auto [given, y] = floating(a, values);
  const Tensor x = given.detach();
  return where(x == 0, y, where(x > 0, 1, where(x < 0, zeros({}, {.dtype = x.dtype()}), x)));
}

}  // namespace gradus
