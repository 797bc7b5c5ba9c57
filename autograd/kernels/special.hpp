#pragma once

#include <cstdint>

#include <gradus/autograd/kernels/real.hpp>

/// Special functions of elements; NaN where they have no value.
namespace gradus::kernels {

/// log |Gamma(x)|; infinity at its poles 0, -1, ...
double lgamma(double x);
/// The derivative of order n + 1 of log Gamma, for n >= 0.
double polygamma(int n, double x);
/// The inverse of erf; infinite at -1 and 1.
double erfinv(double x);
/// e^(x^2) erfc(x).
double erfcx(double x);
/// Where the standard normal distribution reaches the probability p; NaN outside of [0, 1].
double ndtri(double p);
/// The regularised lower and upper incomplete gamma functions, for a > 0 and x >= 0 (or a = 0 < x).
double gamma_p(double a, double x);
double gamma_q(double a, double x);

template <class T>
Real<T> lgamma(Real<T> x) {
  return lgamma(static_cast<double>(x.value));
}
template <class T>
Real<T> polygamma(std::int64_t n, Real<T> x) {
  return polygamma(static_cast<int>(n), static_cast<double>(x.value));
}
template <class T>
Real<T> digamma(Real<T> x) {
  return polygamma(0, x);
}
template <class T>
Real<T> erfinv(Real<T> x) {
  return erfinv(static_cast<double>(x.value));
}

template <class T>
Real<T> erfcx(Real<T> x) {
  return erfcx(static_cast<double>(x.value));
}
template <class T>
Real<T> ndtri(Real<T> p) {
  return ndtri(static_cast<double>(p.value));
}

}  // namespace gradus::kernels
