#include <gradus/autograd/ops/trigonometry.hpp>

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
using elementwise::pointwise;
using elementwise::transcendental;

struct Tan {
  static constexpr std::string_view name = "tan";
  static constexpr From from = From::output;
  static constexpr bool takes_angles = true;
  auto value(auto x) const { return tan(x); }
  auto slope(const auto& y) const { return 1 + y * y; }
};

// 1 - x^2 as a product of its factors does not cancel where |x| is close to 1.
struct Asin {
  static constexpr std::string_view name = "asin";
  static constexpr From from = From::input;
  auto value(auto x) const { return asin(x); }
  auto slope(const auto& x) const { return rsqrt((1 - x) * (1 + x)); }
};

struct Acos {
  static constexpr std::string_view name = "acos";
  static constexpr From from = From::input;
  auto value(auto x) const { return acos(x); }
  auto slope(const auto& x) const { return -rsqrt((1 - x) * (1 + x)); }
};

struct Atan {
  static constexpr std::string_view name = "atan";
  static constexpr From from = From::input;
  auto value(auto x) const { return atan(x); }
  auto slope(const auto& x) const { return reciprocal(1 + x * x); }
};

struct Sinh {
  static constexpr std::string_view name = "sinh";
  static constexpr From from = From::input;
  auto value(auto x) const { return sinh(x); }
  auto slope(const auto& x) const { return cosh(x); }
};

struct Cosh {
  static constexpr std::string_view name = "cosh";
  static constexpr From from = From::input;
  auto value(auto x) const { return cosh(x); }
  auto slope(const auto& x) const { return sinh(x); }
};

struct Asinh {
  static constexpr std::string_view name = "asinh";
  static constexpr From from = From::input;
  auto value(auto x) const { return asinh(x); }
  auto slope(const auto& x) const { return rsqrt(1 + x * x); }
};

struct Acosh {
  static constexpr std::string_view name = "acosh";
  static constexpr From from = From::input;
  auto value(auto x) const { return acosh(x); }
  // Two roots, for the root of the product is real for x < -1, too.
  auto slope(const auto& x) const { return rsqrt(x - 1) * rsqrt(x + 1); }
};

struct Atanh {
  static constexpr std::string_view name = "atanh";
  static constexpr From from = From::input;
  auto value(auto x) const { return atanh(x); }
  auto slope(const auto& x) const {
    const auto root = rsqrt((1 - x) * (1 + x));  // NaN for |x| > 1
    return root * root;
  }
};

/// `length`, with 1 in place of 0: what is divided by it is 0 there, and so are all derivatives.
Tensor never_zero(const Tensor& length) { return where(length == 0, 1, length); }

struct Atan2 {
  static constexpr std::string_view name = "atan2";
  static constexpr Keep keep = keep_inputs(0, 1);
  Tensor forward(const Tensor& y, const Tensor& x) const {
    return dispatch_floating(y.dtype(), [&]<class T>() {
      return apply<T>(y, x, 2 * transcendental, [](T b, T a) { return std::atan2(b, a); });
    });
  }
  void backward(Backward& d) const {
    const Tensor y = d.input(0), x = d.input(1);
    const Tensor length = never_zero(hypot(x, y));
    d.wrt(0, [&] { return d.grad() * (x / length / length); });
    d.wrt(1, [&] { return d.grad() * (-y / length / length); });
  }
};

struct Hypot {
  static constexpr std::string_view name = "hypot";
  static constexpr Keep keep = keep_inputs(0, 1) | keep_outputs(0);
  Tensor forward(const Tensor& x, const Tensor& y) const {
    return dispatch_floating(x.dtype(), [&]<class T>() {
      return apply<T>(x, y, transcendental, [](T a, T b) { return std::hypot(a, b); });
    });
  }
  void backward(Backward& d) const {
    const Tensor length = never_zero(d.output());
    d.wrt(0, [&] { return d.grad() * (d.input(0) / length); });
    d.wrt(1, [&] { return d.grad() * (d.input(1) / length); });
  }
};

}  // namespace

Tensor tan(const Tensor& x, SourceLocation at) { return pointwise(Tan{}, x, at); }
Tensor asin(const Tensor& x, SourceLocation at) { return pointwise(Asin{}, x, at); }
Tensor acos(const Tensor& x, SourceLocation at) { return pointwise(Acos{}, x, at); }
Tensor atan(const Tensor& x, SourceLocation at) { return pointwise(Atan{}, x, at); }
Tensor sinh(const Tensor& x, SourceLocation at) { return pointwise(Sinh{}, x, at); }
Tensor cosh(const Tensor& x, SourceLocation at) { return pointwise(Cosh{}, x, at); }
Tensor asinh(const Tensor& x, SourceLocation at) { return pointwise(Asinh{}, x, at); }
Tensor acosh(const Tensor& x, SourceLocation at) { return pointwise(Acosh{}, x, at); }
Tensor atanh(const Tensor& x, SourceLocation at) { return pointwise(Atanh{}, x, at); }
Tensor atan2(const Operand& y, const Operand& x) { return elementwise::binary(Atan2{}, y, x); }
Tensor hypot(const Operand& x, const Operand& y) { return elementwise::binary(Hypot{}, x, y); }

}  // namespace gradus
