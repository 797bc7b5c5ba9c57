#include <gradus/autograd/kernels/special.hpp>

#include <boost/math/special_functions/digamma.hpp>
#include <boost/math/special_functions/erf.hpp>
#include <boost/math/special_functions/gamma.hpp>
#include <boost/math/special_functions/polygamma.hpp>
#include <cmath>
#include <limits>
#include <numbers>

namespace gradus::kernels {

namespace {

namespace policies = boost::math::policies;

/// No exceptions, and no wider type than double.
using Policy = policies::policy<
    policies::domain_error<policies::ignore_error>, policies::pole_error<policies::ignore_error>,
    policies::overflow_error<policies::ignore_error>, policies::underflow_error<policies::ignore_error>,
    policies::evaluation_error<policies::ignore_error>, policies::promote_double<false>>;

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double nan = std::numeric_limits<double>::quiet_NaN();

bool is_pole(double x) { return x <= 0 && x == std::floor(x); }

}  // namespace

double lgamma(double x) {
  if (std::isnan(x)) return nan;
  if (std::isinf(x) || is_pole(x)) return infinity;
  return boost::math::lgamma(x, Policy());
}

double polygamma(int n, double x) {
  if (std::isnan(x) || x == -infinity) return nan;
  if (x == infinity) return n == 0 ? infinity : 0;
  if (is_pole(x)) {  // the sides have one limit if the exponent n + 1 of the pole is even
    if (n == 0 && x == 0) return std::copysign(infinity, -x);
    return n % 2 == 1 ? infinity : nan;
  }
  return n == 0 ? boost::math::digamma(x, Policy()) : boost::math::polygamma(n, x, Policy());
}

double erfinv(double x) {
  if (!(std::abs(x) <= 1)) return nan;
  if (std::abs(x) == 1) return std::copysign(infinity, x);
  return boost::math::erf_inv(x, Policy());
}

double erfcx(double x) {
  if (x < -27) return infinity;
  if (x < 25) {
    const double square = x * x, lost = std::fma(x, x, -square);  // what rounding took from the exponent
    return std::exp(square) * (1 + lost) * boost::math::erfc(x, Policy());
  }
  // 1 / (x sqrt(pi)) times 1 - 1 / (2 x^2) + 1 3 / (2 x^2)^2 - 1 3 5 / (2 x^2)^3 ...
  const double t = 0.5 / (x * x);
  double series = 1;
  for (int odd = 15; odd >= 1; odd -= 2) series = 1 - odd * t * series;
  return series * std::numbers::inv_sqrtpi / x;
}

double ndtri(double p) {
  if (!(p >= 0 && p <= 1)) return nan;
  if (p == 0 || p == 1) return p == 0 ? -infinity : infinity;
  return -std::numbers::sqrt2 * boost::math::erfc_inv(2 * p, Policy());
}

double gamma_p(double a, double x) {
  if (!(a >= 0 && x >= 0) || (a == 0 && x == 0)) return nan;
  if (std::isinf(a)) return std::isinf(x) ? nan : 0;
  if (a == 0 || std::isinf(x)) return 1;
  return boost::math::gamma_p(a, x, Policy());
}

double gamma_q(double a, double x) {
  if (!(a >= 0 && x >= 0) || (a == 0 && x == 0)) return nan;
  if (std::isinf(a)) return std::isinf(x) ? nan : 1;
  if (a == 0 || std::isinf(x)) return 0;
  return boost::math::gamma_q(a, x, Policy());
}

}  // namespace gradus::kernels
