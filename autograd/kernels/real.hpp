#pragma once

#include <cmath>
#include <type_traits>

#include <gradus/autograd/kernels/math.hpp>
#include <gradus/autograd/kernels/power.hpp>
#include <gradus/autograd/kernels/turns.hpp>

/// Arithmetic for rules that are written once and used both on elements and on tensors: `Real<T>` behaves as
/// T, but plain numbers adapt to it, so that `0.5 * x` stays float when x is. `range` is that of the
/// arguments of sine, cosine and tangent.
namespace gradus::kernels {

/// Whether v is NaN, for any element type.
template <class T>
constexpr bool is_nan(T v) {
  if constexpr (std::is_floating_point_v<T>) return std::isnan(v);
  return false;
}

template <class T, math::Range range = math::Range::any>
struct Real {
  T value;

  Real(T v) : value(v) {}  // NOLINT: implicit on purpose
  template <class N>
  requires std::is_arithmetic_v<N> &&(!std::is_same_v<N, T>)Real(N v) : value(static_cast<T>(v)) {}  // NOLINT

  friend Real operator+(Real a, Real b) { return a.value + b.value; }
  friend Real operator-(Real a, Real b) { return a.value - b.value; }
  friend Real operator*(Real a, Real b) { return a.value * b.value; }
  friend Real operator/(Real a, Real b) { return a.value / b.value; }
  friend Real operator-(Real a) { return -a.value; }
  friend bool operator<(Real a, Real b) { return a.value < b.value; }
  friend bool operator<=(Real a, Real b) { return a.value <= b.value; }
  friend bool operator>(Real a, Real b) { return a.value > b.value; }
  friend bool operator>=(Real a, Real b) { return a.value >= b.value; }
  friend bool operator==(Real a, Real b) { return a.value == b.value; }

  friend Real exp(Real x) { return math::exp(x.value); }
  friend Real expm1(Real x) { return math::expm1(x.value); }
  friend Real log(Real x) { return math::log(x.value); }
  friend Real log1p(Real x) { return math::log1p(x.value); }
  friend Real sqrt(Real x) { return std::sqrt(x.value); }
  friend Real sin(Real x) { return math::sin<range>(x.value); }
  friend Real cos(Real x) { return math::cos<range>(x.value); }
  friend Real tan(Real x) { return math::tan<range>(x.value); }
  friend Real asin(Real x) { return std::asin(x.value); }
  friend Real acos(Real x) { return std::acos(x.value); }
  friend Real atan(Real x) { return std::atan(x.value); }
  friend Real sinh(Real x) { return std::sinh(x.value); }
  friend Real cosh(Real x) { return std::cosh(x.value); }
  friend Real asinh(Real x) { return std::asinh(x.value); }
  friend Real acosh(Real x) { return std::acosh(x.value); }
  friend Real atanh(Real x) { return std::atanh(x.value); }
  friend Real exp2(Real x) { return std::exp2(x.value); }
  friend Real log2(Real x) { return std::log2(x.value); }
  friend Real log10(Real x) { return std::log10(x.value); }
  friend Real tanh(Real x) { return math::tanh(x.value); }
  friend Real erf(Real x) { return math::erf(x.value); }
  friend Real erfc(Real x) { return math::erfc(x.value); }
  friend Real ndtr(Real x) { return math::ndtr(x.value); }
  friend Real normal_density(Real x) { return math::normal_density(x.value); }
  friend Real abs(Real x) {
    if constexpr (std::is_signed_v<T>) return std::abs(x.value);
    return x;
  }
  friend Real pow(Real x, Real y) { return math::pow(x.value, y.value); }
  friend Real square(Real x) { return x * x; }
  friend Real reciprocal(Real x) { return T(1) / x.value; }
  friend Real rsqrt(Real x) { return T(1) / std::sqrt(x.value); }
  friend Real floor(Real x) {
    if constexpr (std::is_floating_point_v<T>) return std::floor(x.value);
    return x;
  }
  friend Real ceil(Real x) {
    if constexpr (std::is_floating_point_v<T>) return std::ceil(x.value);
    return x;
  }
  friend Real trunc(Real x) {
    if constexpr (std::is_floating_point_v<T>) return std::trunc(x.value);
    return x;
  }
  /// Halves go to the even neighbour.
  friend Real round(Real x) {
    if constexpr (std::is_floating_point_v<T>) return std::nearbyint(x.value);
    return x;
  }
  /// 1 / (1 + e^-x) without overflow.
  friend Real sigmoid(Real x) { return math::sigmoid(x.value); }
  /// -1, 0 or 1; NaN stays.
  friend Real sign(Real x) { return x.value > 0 ? T(1) : x.value < 0 ? T(-1) : x.value; }
  friend Real where(bool condition, Real a, Real b) { return condition ? a.value : b.value; }
  /// `number`, for a rule to use where no operand would lend it a type.
  friend Real like(Real, double number) { return number; }
};

}  // namespace gradus::kernels
