#include <gradus/autograd/ops/hard_activation.hpp>

#include <gradus/autograd/ops/arithmetic.hpp>
#include <gradus/autograd/ops/compare.hpp>
#include <gradus/autograd/ops/elementwise.hpp>
#include <gradus/autograd/ops/pointwise.hpp>
#include <gradus/autograd/ops/where.hpp>

namespace gradus {

namespace {

using elementwise::cheap;
using elementwise::From;
using elementwise::pointwise;

struct Hardtanh {
  static constexpr std::string_view name = "hardtanh";
  static constexpr From from = From::input;
  static constexpr std::int64_t cost = cheap;
  double min, max;
  auto value(auto x) const { return where(x < min, min, where(x > max, max, x)); }
  auto gradient(const auto& g, const auto& x) const { return where(x > min, where(x < max, g, 0), 0); }
};

struct Relu6 {
  static constexpr std::string_view name = "relu6";
  static constexpr From from = From::input;
  static constexpr std::int64_t cost = cheap;
  auto value(auto x) const { return where(x < 0, 0, where(x > 6, 6, x)); }
  auto gradient(const auto& g, const auto& x) const { return where(x > 0, where(x < 6, g, 0), 0); }
};

struct Hardsigmoid {
  static constexpr std::string_view name = "hardsigmoid";
  static constexpr From from = From::input;
  static constexpr std::int64_t cost = cheap;
  auto value(auto x) const { return where(x < -3, 0, where(x > 3, 6, x + 3)) / 6; }
  auto gradient(const auto& g, const auto& x) const { return where(x > -3, where(x < 3, g / 6, 0), 0); }
};

struct Hardswish {
  static constexpr std::string_view name = "hardswish";
  static constexpr From from = From::input;
  static constexpr std::int64_t cost = cheap;
  auto value(auto x) const { return where(x < -3, 0, where(x > 3, x, x * (x + 3) / 6)); }
  auto gradient(const auto& g, const auto& x) const {
    return where(x <= -3, 0, where(x >= 3, g, g * (x / 3 + 0.5)));
  }
};

struct Hardshrink {
  static constexpr std::string_view name = "hardshrink";
  static constexpr From from = From::input;
  static constexpr std::int64_t cost = cheap;
  double lambd;
  auto value(auto x) const { return where(abs(x) <= lambd, 0, x); }
  auto gradient(const auto& g, const auto& x) const { return where(abs(x) <= lambd, 0, g); }
};

struct Softshrink {
  static constexpr std::string_view name = "softshrink";
  static constexpr From from = From::input;
  static constexpr std::int64_t cost = cheap;
  double lambd;
  auto value(auto x) const { return where(x > lambd, x - lambd, where(x < -lambd, x + lambd, 0 * x)); }
  auto gradient(const auto& g, const auto& x) const { return where(abs(x) <= lambd, 0, g); }
};

struct Threshold {
  static constexpr std::string_view name = "threshold";
  static constexpr From from = From::input;
  static constexpr std::int64_t cost = cheap;
  double threshold, replacement;
  auto value(auto x) const { return where(x <= threshold, replacement, x); }
  auto gradient(const auto& g, const auto& x) const { return where(x <= threshold, 0, g); }
};

}  // namespace

Tensor hardtanh(const Tensor& x, double min, double max, SourceLocation at) {
  const OpScope scope("hardtanh", at);
  require(min <= max, "min is {} and max is {}; min must not be the larger", min, max);
  return pointwise(Hardtanh{min, max}, x, at);
}
Tensor relu6(const Tensor& x, SourceLocation at) { return pointwise(Relu6{}, x, at); }
Tensor hardsigmoid(const Tensor& x, SourceLocation at) { return pointwise(Hardsigmoid{}, x, at); }
Tensor hardswish(const Tensor& x, SourceLocation at) { return pointwise(Hardswish{}, x, at); }
Tensor hardshrink(const Tensor& x, double lambd, SourceLocation at) {
  const OpScope scope("hardshrink", at);
  require(lambd >= 0, "lambd is {}; it must not be negative", lambd);
  return pointwise(Hardshrink{lambd}, x, at);
}
Tensor softshrink(const Tensor& x, double lambd, SourceLocation at) {
  const OpScope scope("softshrink", at);
  require(lambd >= 0, "lambd is {}; it must not be negative", lambd);
  return pointwise(Softshrink{lambd}, x, at);
}
Tensor threshold(const Tensor& x, double threshold, double value, SourceLocation at) {
  return pointwise(Threshold{threshold, value}, x, at);
}

}  // namespace gradus
