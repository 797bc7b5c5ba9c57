#include <gradus/autograd/ops/bessel.hpp>

#include <gradus/autograd/kernels/bessel.hpp>
#include <gradus/autograd/ops/arithmetic.hpp>
#include <gradus/autograd/ops/compare.hpp>
#include <gradus/autograd/ops/elementwise.hpp>
#include <gradus/autograd/ops/pointwise.hpp>
#include <gradus/autograd/ops/where.hpp>

namespace gradus {

namespace {

using elementwise::From;
using elementwise::like;
using elementwise::pointwise;
using elementwise::transcendental;

// As the slopes see them.
Tensor bessel_i(int n, const Tensor& x) { return n == 0 ? i0(x) : i1(x); }
Tensor bessel_ie(int n, const Tensor& x) { return n == 0 ? i0e(x) : i1e(x); }

/// I_1(x) / x, times e^-|x| if scaled. Near 0 the series of the quotient, 1/2 + x^2 / 16 + x^4 / 384 + ..,
/// takes its place.
template <bool scaled>
auto i1_over_x(const auto& x) {
  const auto near = abs(x) < 0.1;
  const auto inside = where(near, x, 0), away = where(near, 1, x), s = inside * inside;
  const auto series = s * (s * (s * (1.0 / 18432) + 1.0 / 384) + 1.0 / 16) + 0.5;
  if constexpr (scaled)
    return where(near, series * exp(-abs(x)), bessel_ie(1, away) / away);
  else
    return where(near, series, bessel_i(1, away) / away);
}

/// I_0' = I_1.
struct I0 {
  static constexpr std::string_view name = "i0";
  static constexpr From from = From::input;
  static constexpr std::int64_t cost = 8 * transcendental;
  auto value(auto x) const { return bessel_i(0, x); }
  auto slope(const auto& x) const { return bessel_i(1, x); }
};

/// I_1' = I_0 - I_1 / x.
struct I1 {
  static constexpr std::string_view name = "i1";
  static constexpr From from = From::input;
  static constexpr std::int64_t cost = 8 * transcendental;
  auto value(auto x) const { return bessel_i(1, x); }
  auto slope(const auto& x) const { return bessel_i(0, x) - i1_over_x<false>(x); }
};

struct I0e {
  static constexpr std::string_view name = "i0e";
  static constexpr From from = From::input;
  static constexpr std::int64_t cost = 8 * transcendental;
  auto value(auto x) const { return bessel_ie(0, x); }
  auto slope(const auto& x) const { return bessel_ie(1, x) - sign(x) * bessel_ie(0, x); }
};

struct I1e {
  static constexpr std::string_view name = "i1e";
  static constexpr From from = From::input;
  static constexpr std::int64_t cost = 8 * transcendental;
  auto value(auto x) const { return bessel_ie(1, x); }
  auto slope(const auto& x) const { return bessel_ie(0, x) - sign(x) * bessel_ie(1, x) - i1_over_x<true>(x); }
};

}  // namespace

Tensor i0(const Tensor& x, SourceLocation at) { return pointwise(I0{}, x, at); }
Tensor i1(const Tensor& x, SourceLocation at) { return pointwise(I1{}, x, at); }
Tensor i0e(const Tensor& x, SourceLocation at) { return pointwise(I0e{}, x, at); }
Tensor i1e(const Tensor& x, SourceLocation at) { return pointwise(I1e{}, x, at); }

}  // namespace gradus
