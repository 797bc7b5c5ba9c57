#include <gradus/autograd/ops/normal_distribution.hpp>

#include <limits>
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

using elementwise::From;
using elementwise::like;
using elementwise::pointwise;

constexpr double root_half = 1 / std::numbers::sqrt2;
constexpr double root_2pi = std::numbers::sqrt2 / std::numbers::inv_sqrtpi;

struct Ndtr {
  static constexpr std::string_view name = "ndtr";
  static constexpr From from = From::input;
  auto value(auto x) const { return ndtr(x); }
  auto slope(const auto& x) const { return exp(-0.5 * x * x) / root_2pi; }
};

struct LogNdtr {
  static constexpr std::string_view name = "log_ndtr";
  static constexpr From from = From::input;
  auto value(auto x) const {
    const auto u = -root_half * x;
    return where(x < -1, log(0.5 * erfcx(u)) - u * u, log1p(-0.5 * erfc(-u)));
  }
  // e^(-x^2 / 2) / (sqrt(2 pi) ndtr(x)) without the underflow of both. Above 37 it is 0 but for 1e-298.
  auto slope(const auto& x) const {
    return 2 / (root_2pi * erfcx(-root_half * where(x > 37, like(x, 37), x)));
  }
};

struct Ndtri {
  static constexpr std::string_view name = "ndtri";
  static constexpr From from = From::output;
  auto value(auto p) const { return ndtri(p); }
  auto slope(const auto& y) const { return root_2pi * exp(0.5 * y * y); }
};

struct Erfcx {
  static constexpr std::string_view name = "erfcx";
  static constexpr From from = From::input;
  auto value(auto x) const { return erfcx(x); }
  auto slope(const auto& x) const { return 2 * x * erfcx(x) - 2 * std::numbers::inv_sqrtpi; }
};

struct Entr {
  static constexpr std::string_view name = "entr";
  static constexpr From from = From::input;
  auto value(auto x) const {
    return where(x == 0, 0 * x, where(x < 0, -std::numeric_limits<double>::infinity() + 0 * x, -x * log(x)));
  }
  auto slope(const auto& x) const { return -1 - log(x); }
};

}  // namespace

Tensor ndtr(const Tensor& x, SourceLocation at) { return pointwise(Ndtr{}, x, at); }
Tensor log_ndtr(const Tensor& x, SourceLocation at) { return pointwise(LogNdtr{}, x, at); }
Tensor ndtri(const Tensor& p, SourceLocation at) { return pointwise(Ndtri{}, p, at); }
Tensor erfcx(const Tensor& x, SourceLocation at) { return pointwise(Erfcx{}, x, at); }
Tensor entr(const Tensor& x, SourceLocation at) { return pointwise(Entr{}, x, at); }

}  // namespace gradus
