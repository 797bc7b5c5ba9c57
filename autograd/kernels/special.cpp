#include <gradus/autograd/kernels/special.hpp>

#include <boost/math/special_functions/digamma.hpp>
#include <boost/math/special_functions/erf.hpp>
#include <boost/math/special_functions/gamma.hpp>
#include <boost/math/special_functions/polygamma.hpp>
#include <cmath>
#include <limits>

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

}  // namespace gradus::kernels
