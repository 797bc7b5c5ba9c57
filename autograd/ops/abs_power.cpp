#include <gradus/autograd/ops/abs_power.hpp>

#include <gradus/autograd/ops/arithmetic.hpp>
#include <gradus/autograd/ops/elementwise.hpp>

namespace gradus {

namespace {

template <class T>
kernels::Real<T> abs_power(kernels::Real<T> x, double exponent) {
  return x.value == 0 ? T(0) : static_cast<T>(std::pow(std::abs(x.value), exponent));
}
template <class T>
kernels::Real<T> signed_power(kernels::Real<T> x, double exponent) {
  return std::copysign(abs_power(x, exponent).value, x.value);
}

struct AbsPower {
  static constexpr std::string_view name = "abs_power";
  static constexpr auto from = elementwise::From::input;
  double exponent;
  auto value(auto x) const { return abs_power(x, exponent); }
  auto slope(const auto& x) const { return exponent * signed_power(x, exponent - 1); }
};

struct SignedPower {
  static constexpr std::string_view name = "signed_power";
  static constexpr auto from = elementwise::From::input;
  double exponent;
  auto value(auto x) const { return signed_power(x, exponent); }
  auto slope(const auto& x) const { return exponent * abs_power(x, exponent - 1); }
};

}  // namespace

Tensor abs_power(const Tensor& x, double exponent, SourceLocation at) {
  return elementwise::pointwise(AbsPower{exponent}, x, at);
}

Tensor signed_power(const Tensor& x, double exponent, SourceLocation at) {
  return exponent == 1 ? x : elementwise::pointwise(SignedPower{exponent}, x, at);
}

}  // namespace gradus
