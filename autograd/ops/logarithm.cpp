#include <gradus/autograd/ops/logarithm.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include <gradus/autograd/ops/activation.hpp>
#include <gradus/autograd/ops/arithmetic.hpp>
#include <gradus/autograd/ops/compare.hpp>
#include <gradus/autograd/ops/elementwise.hpp>
#include <gradus/autograd/ops/pointwise.hpp>
#include <gradus/autograd/ops/where.hpp>

namespace gradus {

namespace {

using elementwise::apply;
using elementwise::From;
using elementwise::like;
using elementwise::pointwise;
using elementwise::transcendental;

struct Log2 {
  static constexpr std::string_view name = "log2";
  static constexpr From from = From::input;
  auto value(auto x) const { return log2(x); }
  auto gradient(const auto& g, const auto& x) const { return g / (x * std::numbers::ln2); }
};

struct Log10 {
  static constexpr std::string_view name = "log10";
  static constexpr From from = From::input;
  auto value(auto x) const { return log10(x); }
  auto gradient(const auto& g, const auto& x) const { return g / (x * std::numbers::ln10); }
};

struct Exp2 {
  static constexpr std::string_view name = "exp2";
  static constexpr From from = From::output;
  auto value(auto x) const { return exp2(x); }
  auto slope(const auto& y) const { return y * std::numbers::ln2; }
};

struct Erfc {
  static constexpr std::string_view name = "erfc";
  static constexpr From from = From::input;
  auto value(auto x) const { return erfc(x); }
  auto slope(const auto& x) const { return (-2 * std::numbers::inv_sqrtpi) * exp(-(x * x)); }
};

struct Logit {
  static constexpr std::string_view name = "logit";
  static constexpr From from = From::input;
  std::optional<double> eps;

  auto value(auto x) const {
    if (eps) x = where(x < *eps, *eps, where(x > 1 - *eps, 1 - *eps, x));
    return log(x / (1 - x));
  }
  auto gradient(const auto& g, const auto& x) const {
    constexpr double nan = std::numeric_limits<double>::quiet_NaN();
    const double low = eps.value_or(0), outside = eps ? 0 : nan;
    const auto choose = [&](auto out, auto in) { return where(x < low, out, where(x > 1 - low, out, in)); };
    const auto p = choose(like(x, 0.5), x);  // finite where it is not taken
    return choose(like(x, outside), g / (p * (1 - p)));
  }
};

struct LogAddExp {
  static constexpr std::string_view name = "logaddexp";
  static constexpr Keep keep = keep_inputs(0, 1);
  Tensor forward(const Tensor& a, const Tensor& b) const {
    return dispatch_floating(a.dtype(), [&]<class T>() {
      return apply<T>(a, b, 2 * transcendental, [](T x, T y) -> T {
        if (x == y) return x + std::numbers::ln2_v<T>;  // infinities, too
        return std::max(x, y) + std::log1p(std::exp(-std::abs(x - y)));
      });
    });
  }
  void backward(Backward& d) const {
    const Tensor a = d.input(0), b = d.input(1);
    const Tensor ahead = where((a == b) & isinf(a), 0, a - b);
    d.wrt(0, [&] { return d.grad() * sigmoid(ahead); });
    d.wrt(1, [&] { return d.grad() * sigmoid(-ahead); });
  }
};

struct Xlogy {
  static constexpr std::string_view name = "xlogy";
  static constexpr Keep keep = keep_inputs(0, 1);
  Tensor forward(const Tensor& x, const Tensor& y) const {
    return dispatch_floating(x.dtype(), [&]<class T>() {
      return apply<T>(x, y, transcendental,
                      [](T a, T b) -> T { return a == T(0) && !std::isnan(b) ? T(0) : a * std::log(b); });
    });
  }
  // 1 in the corners, so that neither the logarithm nor the quotient is infinite there, in any order.
  void backward(Backward& d) const {
    const Tensor x = d.input(0), y = d.input(1);
    d.wrt(0, [&] { return d.grad() * log(where((x == 0) & (y <= 0), 1, y)); });
    d.wrt(1, [&] { return d.grad() * (x / where((x == 0) & (y == 0), 1, y)); });
  }
};

}  // namespace

Tensor log2(const Tensor& x, SourceLocation at) { return pointwise(Log2{}, x, at); }
Tensor log10(const Tensor& x, SourceLocation at) { return pointwise(Log10{}, x, at); }
Tensor exp2(const Tensor& x, SourceLocation at) { return pointwise(Exp2{}, x, at); }
Tensor erfc(const Tensor& x, SourceLocation at) { return pointwise(Erfc{}, x, at); }
Tensor logit(const Tensor& x, const std::optional<double>& eps, SourceLocation at) {
  const OpScope scope("logit", at);
  require(!eps || (*eps >= 0 && *eps <= 0.5), "eps is {}; it must lie in [0, 0.5]", eps.value_or(0));
  return pointwise(Logit{eps}, x, at);
}
Tensor logaddexp(const Operand& a, const Operand& b) { return elementwise::binary(LogAddExp{}, a, b); }
Tensor xlogy(const Operand& x, const Operand& y) { return elementwise::binary(Xlogy{}, x, y); }

}  // namespace gradus
