#include <gradus/autograd/ops/power.hpp>

#include <cmath>

#include <gradus/autograd/ops/arithmetic.hpp>
#include <gradus/autograd/ops/compare.hpp>
#include <gradus/autograd/ops/elementwise.hpp>
#include <gradus/autograd/ops/pointwise.hpp>
#include <gradus/autograd/ops/where.hpp>

namespace gradus {

namespace {

using elementwise::apply;
using elementwise::From;
using elementwise::transcendental;

/// x^3, in products, and its derivative.
struct Cube {
  static constexpr std::string_view name = "pow";
  static constexpr From from = From::input;
  static constexpr std::int64_t cost = elementwise::cheap;
  double exponent = 3;
  auto value(auto x) const { return x * x * x; }
  auto slope(const auto& x) const { return 3 * (x * x); }
};

/// x^exponent for a number.
struct PowNumber {
  static constexpr std::string_view name = "pow";
  static constexpr From from = From::input;
  static constexpr std::int64_t cost = 2 * transcendental;
  double exponent;
  auto value(auto x) const { return pow(x, exponent); }
  auto slope(const auto& x) const { return exponent * pow(x, exponent == 0 ? 0 : exponent - 1); }
};

/// base^x for a number.
struct NumberPow {
  static constexpr std::string_view name = "pow";
  static constexpr From from = From::output;
  static constexpr std::int64_t cost = 2 * transcendental;
  double base;
  auto value(auto x) const { return pow(decltype(x)(base), x); }
  auto slope(const auto& y) const { return y * std::log(base); }
};

struct Pow {
  static constexpr std::string_view name = "pow";
  static constexpr Keep keep = keep_inputs(0, 1) | keep_outputs(0);
  Tensor forward(const Tensor& base, const Tensor& exponent) const {
    return dispatch_floating(base.dtype(), [&]<class T>() {
      return apply<T>(base, exponent, 2 * transcendental, [](T x, T y) { return kernels::math::pow(x, y); });
    });
  }
  // The corners are made harmless on the way in, not on the way out, so that second derivatives do not meet 0
  // times infinity either.
  void backward(Backward& d) const {
    const Tensor base = d.input(0), exponent = d.input(1);
    d.wrt(0, [&] {
      const Tensor corner = (base == 0) & (exponent == 0);
      return d.grad() * (exponent * pow(base, where(corner, 0, exponent - 1)));
    });
    d.wrt(1, [&] {
      const Tensor corner = (base == 0) & (exponent >= 0);
      return d.grad() * (d.output() * log(where(corner, 1, base)));
    });
  }
};

/// x^n in the integers, modulo 2^64 or 2^8.
Tensor integer_pow(const Tensor& x, double exponent) {
  require(exponent >= 0, "an integer tensor to the power {}; use to(float32) first", exponent);
  require<DTypeError>(exponent == std::floor(exponent) && exponent < 0x1p62,
                      "a {} tensor to the power {}; use to(float32) first", x.dtype(), exponent);
  return dispatch_numeric(x.dtype(), [&]<class T>() {
    return apply<T>(x, 2 * transcendental, [n = static_cast<std::uint64_t>(exponent)](T v) {
      std::uint64_t power = 1, factor = static_cast<std::uint64_t>(v);
      for (std::uint64_t rest = n; rest > 0; rest >>= 1, factor *= factor)
        if ((rest & 1) != 0) power *= factor;
      return static_cast<T>(power);
    });
  });
}

Tensor power_of_tensor(const Tensor& x, double exponent, const SourceLocation& at) {
  if (exponent == 2) return square(x, at);
  if (!is_floating(x.dtype())) return integer_pow(x, exponent);
  if (exponent == 3) return elementwise::pointwise(Cube{}, x, at);
  if (exponent == 0.5) return sqrt(x, at);
  if (exponent == -0.5) return rsqrt(x, at);
  if (exponent == -1) return reciprocal(x, at);
  return elementwise::pointwise(PowNumber{exponent}, x, at);
}

}  // namespace

Tensor pow(const Operand& base, const Operand& exponent) {
  const OpScope scope("pow", base.at());
  if (!base.is_number() && exponent.is_number())
    return power_of_tensor(base.tensor(), exponent.number(), base.at());
  // A base of 0 has its own corner, which Pow knows.
  if (base.is_number() && !exponent.is_number() && base.number() != 0)
    return elementwise::pointwise(NumberPow{base.number()}, exponent.tensor(), base.at());
  return elementwise::binary(Pow{}, base, exponent);
}

}  // namespace gradus
