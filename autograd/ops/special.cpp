#include <gradus/autograd/ops/special.hpp>

#include <cmath>
#include <numbers>

#include <gradus/autograd/kernels/special.hpp>
#include <gradus/autograd/ops/arithmetic.hpp>
#include <gradus/autograd/ops/compare.hpp>
#include <gradus/autograd/ops/elementwise.hpp>
#include <gradus/autograd/ops/logarithm.hpp>
#include <gradus/autograd/ops/pointwise.hpp>
#include <gradus/autograd/ops/where.hpp>

namespace gradus {

namespace {

using elementwise::apply;
using elementwise::From;
using elementwise::like;
using elementwise::pointwise;
using elementwise::transcendental;

struct Lgamma {
  static constexpr std::string_view name = "lgamma";
  static constexpr From from = From::input;
  auto value(auto x) const { return lgamma(x); }
  auto slope(const auto& x) const { return digamma(x); }
};

struct Polygamma {
  static constexpr std::string_view name = "polygamma";
  static constexpr From from = From::input;
  static constexpr std::int64_t cost = 4 * transcendental;
  std::int64_t n;
  auto value(auto x) const { return polygamma(n, x); }
  auto slope(const auto& x) const { return polygamma(n + 1, x); }
};

struct Erfinv {
  static constexpr std::string_view name = "erfinv";
  static constexpr From from = From::output;
  auto value(auto x) const { return erfinv(x); }
  auto slope(const auto& y) const { return exp(y * y) * (0.5 / std::numbers::inv_sqrtpi); }
};

struct Sinc {
  static constexpr std::string_view name = "sinc";
  static constexpr From from = From::input;
  static constexpr bool takes_angles = true;
  auto value(auto x) const {
    const auto u = x * std::numbers::pi;
    return where(x == 0, like(x, 1), sin(u) / u);
  }
  // The quotient cancels near 0, where the series, to the power 11 of pi x, holds to the last bits instead.
  auto slope(const auto& x) const {
    const auto near = abs(x) < 0.1;
    const auto u = where(near, x, 0) * std::numbers::pi, s = u * u;
    const auto series =
        u *
        (s * (s * (s * (s * (s * (-1.0 / 518918400) + 1.0 / 3991680) - 1.0 / 45360) + 1.0 / 840) - 1.0 / 30) +
         1.0 / 3) *
        -std::numbers::pi;
    const auto away = where(near, 1, x), v = away * std::numbers::pi;
    return where(near, series, (cos(v) - sin(v) / v) / away);
  }
};

struct Xlog1py {
  static constexpr std::string_view name = "xlog1py";
  static constexpr Keep keep = keep_inputs(0, 1);
  Tensor forward(const Tensor& x, const Tensor& y) const {
    return dispatch_floating(x.dtype(), [&]<class T>() {
      return apply<T>(x, y, transcendental,
                      [](T a, T b) -> T { return a == T(0) && !std::isnan(b) ? T(0) : a * std::log1p(b); });
    });
  }
  // Corners as in xlogy.
  void backward(Backward& d) const {
    const Tensor x = d.input(0), y = d.input(1);
    d.wrt(0, [&] { return d.grad() * log1p(where((x == 0) & (y <= -1), 0, y)); });
    d.wrt(1, [&] { return d.grad() * (x / where((x == 0) & (y == -1), 1, y + 1)); });
  }
};

}  // namespace

Tensor lgamma(const Tensor& x, SourceLocation at) { return pointwise(Lgamma{}, x, at); }

Tensor digamma(const Tensor& x, SourceLocation at) {
  const OpScope scope("digamma", at);
  return pointwise(Polygamma{0}, x, at);
}

Tensor polygamma(std::int64_t n, const Tensor& x, SourceLocation at) {
  const OpScope scope("polygamma", at);
  require(n >= 0 && n <= 100, "the order is {}; it must lie in [0, 100]", n);
  return pointwise(Polygamma{n}, x, at);
}

Tensor erfinv(const Tensor& x, SourceLocation at) { return pointwise(Erfinv{}, x, at); }
Tensor sinc(const Tensor& x, SourceLocation at) { return pointwise(Sinc{}, x, at); }
Tensor xlog1py(const Operand& x, const Operand& y) { return elementwise::binary(Xlog1py{}, x, y); }

Tensor logaddexp2(const Operand& a, const Operand& b) {
  const OpScope scope("logaddexp2", a.at());
  const auto [x, y] = match(a, b);
  return logaddexp(x * std::numbers::ln2, y * std::numbers::ln2) / std::numbers::ln2;
}

Tensor deg2rad(const Tensor& x, SourceLocation at) {
  const OpScope scope("deg2rad", at);
  return x * (std::numbers::pi / 180);
}

Tensor rad2deg(const Tensor& x, SourceLocation at) {
  const OpScope scope("rad2deg", at);
  return x * (180 / std::numbers::pi);
}

}  // namespace gradus
