#include <gradus/autograd/ops/pointwise.hpp>

#include <numbers>

#include <gradus/autograd/ops/arithmetic.hpp>
#include <gradus/autograd/ops/elementwise.hpp>

namespace gradus {

namespace {

using elementwise::cheap;
using elementwise::From;
using elementwise::pointwise;

struct Abs {
  static constexpr std::string_view name = "abs";
  static constexpr From from = From::input;
  static constexpr std::int64_t cost = cheap;
  static constexpr bool takes_integers = true;
  auto value(auto x) const { return abs(x); }
  auto slope(const auto& x) const { return sign(x); }
};

struct Sign {
  static constexpr std::string_view name = "sign";
  static constexpr From from = From::nothing;
  static constexpr std::int64_t cost = cheap;
  static constexpr bool takes_integers = true;
  auto value(auto x) const { return sign(x); }
};

struct Square {
  static constexpr std::string_view name = "square";
  static constexpr From from = From::input;
  static constexpr std::int64_t cost = cheap;
  static constexpr bool takes_integers = true;
  auto value(auto x) const { return x * x; }
  auto slope(const auto& x) const { return 2 * x; }
};

struct Floor {
  static constexpr std::string_view name = "floor";
  static constexpr From from = From::nothing;
  static constexpr std::int64_t cost = cheap;
  static constexpr bool takes_integers = true;
  auto value(auto x) const { return floor(x); }
};

struct Ceil {
  static constexpr std::string_view name = "ceil";
  static constexpr From from = From::nothing;
  static constexpr std::int64_t cost = cheap;
  static constexpr bool takes_integers = true;
  auto value(auto x) const { return ceil(x); }
};

struct Round {
  static constexpr std::string_view name = "round";
  static constexpr From from = From::nothing;
  static constexpr std::int64_t cost = cheap;
  static constexpr bool takes_integers = true;
  auto value(auto x) const { return round(x); }
};

struct Exp {
  static constexpr std::string_view name = "exp";
  static constexpr From from = From::output;
  auto value(auto x) const { return exp(x); }
  auto slope(const auto& y) const { return y; }
};

struct Expm1 {
  static constexpr std::string_view name = "expm1";
  static constexpr From from = From::output;
  auto value(auto x) const { return expm1(x); }
  auto slope(const auto& y) const { return y + 1; }
};

struct Log {
  static constexpr std::string_view name = "log";
  static constexpr From from = From::input;
  auto value(auto x) const { return log(x); }
  auto gradient(const auto& g, const auto& x) const { return g / x; }
};

struct Log1p {
  static constexpr std::string_view name = "log1p";
  static constexpr From from = From::input;
  auto value(auto x) const { return log1p(x); }
  auto gradient(const auto& g, const auto& x) const { return g / (1 + x); }
};

struct Sqrt {
  static constexpr std::string_view name = "sqrt";
  static constexpr From from = From::output;
  static constexpr std::int64_t cost = 4 * cheap;
  auto value(auto x) const { return sqrt(x); }
  auto gradient(const auto& g, const auto& y) const { return g / (2 * y); }
};

struct Rsqrt {
  static constexpr std::string_view name = "rsqrt";
  static constexpr From from = From::output;
  static constexpr std::int64_t cost = 8 * cheap;
  auto value(auto x) const { return rsqrt(x); }
  auto slope(const auto& y) const { return -0.5 * (y * y * y); }
};

struct Reciprocal {
  static constexpr std::string_view name = "reciprocal";
  static constexpr From from = From::output;
  static constexpr std::int64_t cost = 4 * cheap;
  auto value(auto x) const { return reciprocal(x); }
  auto slope(const auto& y) const { return -(y * y); }
};

struct Sin {
  static constexpr std::string_view name = "sin";
  static constexpr From from = From::input;
  static constexpr bool takes_angles = true;
  auto value(auto x) const { return sin(x); }
  auto slope(const auto& x) const { return cos(x); }
};

struct Cos {
  static constexpr std::string_view name = "cos";
  static constexpr From from = From::input;
  static constexpr bool takes_angles = true;
  auto value(auto x) const { return cos(x); }
  auto slope(const auto& x) const { return -sin(x); }
};

struct Erf {
  static constexpr std::string_view name = "erf";
  static constexpr From from = From::input;
  auto value(auto x) const { return erf(x); }
  auto slope(const auto& x) const { return (2 * std::numbers::inv_sqrtpi) * exp(-(x * x)); }
};

}  // namespace

Tensor abs(const Tensor& x, SourceLocation at) { return pointwise(Abs{}, x, at); }
Tensor sign(const Tensor& x, SourceLocation at) { return pointwise(Sign{}, x, at); }
Tensor square(const Tensor& x, SourceLocation at) { return pointwise(Square{}, x, at); }
Tensor floor(const Tensor& x, SourceLocation at) { return pointwise(Floor{}, x, at); }
Tensor ceil(const Tensor& x, SourceLocation at) { return pointwise(Ceil{}, x, at); }
Tensor round(const Tensor& x, SourceLocation at) { return pointwise(Round{}, x, at); }
Tensor exp(const Tensor& x, SourceLocation at) { return pointwise(Exp{}, x, at); }
Tensor expm1(const Tensor& x, SourceLocation at) { return pointwise(Expm1{}, x, at); }
Tensor log(const Tensor& x, SourceLocation at) { return pointwise(Log{}, x, at); }
Tensor log1p(const Tensor& x, SourceLocation at) { return pointwise(Log1p{}, x, at); }
Tensor sqrt(const Tensor& x, SourceLocation at) { return pointwise(Sqrt{}, x, at); }
Tensor rsqrt(const Tensor& x, SourceLocation at) { return pointwise(Rsqrt{}, x, at); }
Tensor reciprocal(const Tensor& x, SourceLocation at) { return pointwise(Reciprocal{}, x, at); }
Tensor sin(const Tensor& x, SourceLocation at) { return pointwise(Sin{}, x, at); }
Tensor cos(const Tensor& x, SourceLocation at) { return pointwise(Cos{}, x, at); }
Tensor erf(const Tensor& x, SourceLocation at) { return pointwise(Erf{}, x, at); }

}  // namespace gradus
