#pragma once

#include <gradus/autograd/kernels/real.hpp>

/// Modified Bessel functions of the first kind, of order n = 0 or 1.
namespace gradus::kernels {

/// I_n(x), and e^-|x| I_n(x), which does not overflow.
double bessel_i(int n, double x);
double bessel_ie(int n, double x);

template <class T>
Real<T> bessel_i(int n, Real<T> x) {
  return bessel_i(n, static_cast<double>(x.value));
}
template <class T>
Real<T> bessel_ie(int n, Real<T> x) {
  return bessel_ie(n, static_cast<double>(x.value));
}

}  // namespace gradus::kernels
