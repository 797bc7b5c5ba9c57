#include <gradus/autograd/kernels/bessel.hpp>

#include <cmath>
#include <numbers>

namespace gradus::kernels {

namespace {

/// Where the second series below ends far beyond the last bit: its smallest term is about e^(-2 x).
constexpr double large = 30;

/// (x / 2)^n times the sum of (x / 2)^2k / (k! (k + n)!), whose terms all have one sign: to the last bits for
/// any x, in about |x| terms.
double power_series(int n, double x) {
  const double quarter = x * x / 4;
  double term = n == 0 ? 1 : x / 2, sum = term;
  for (int k = 1; std::abs(term) > 1e-18 * std::abs(sum); ++k) {
    term *= quarter / (static_cast<double>(k) * (k + n));
    sum += term;
  }
  return sum;
}

/// e^-x I_n(x) for large x > 0: Hankel's expansion (DLMF 10.40.1).
double asymptotic(int n, double x) {
  const double mu = 4.0 * n * n;
  double term = 1, sum = 1;
  for (int k = 1; std::abs(term) > 1e-18; ++k) {
    const double odd = 2.0 * k - 1;
    term *= (odd * odd - mu) / (8.0 * k * x);
    sum += term;
  }
  return sum / std::sqrt(2 * std::numbers::pi * x);
}

}  // namespace

double bessel_ie(int n, double x) {
  const double size = std::abs(x);
  if (std::isnan(x)) return x;
  if (size <= large) return power_series(n, x) * std::exp(-size);
  return n == 1 && x < 0 ? -asymptotic(n, size) : asymptotic(n, size);
}

double bessel_i(int n, double x) {
  if (std::isinf(x)) return n == 0 ? std::abs(x) : x;
  if (!(std::abs(x) > large)) return power_series(n, x);
  const double half = std::exp(std::abs(x) / 2);  // of two factors neither of which overflows too early
  return bessel_ie(n, x) * half * half;
}

}  // namespace gradus::kernels
