#pragma once

#include <limits>

#include <gradus/autograd/kernels/extremum.hpp>
#include <gradus/autograd/kernels/fold.hpp>
#include <gradus/autograd/kernels/math.hpp>

/// What softmax and its kin do to a dense row of elements; within `vectorized`.
namespace gradus::kernels {

/// The largest; a NaN stays.
template <class T>
struct LargestFold {
  using State = T;
  T start() const { return -std::numeric_limits<T>::infinity(); }
  T map(std::int64_t, std::int64_t, T x) const { return x; }
  T merge(T max, T x) const { return larger(max, x); }
};

/// Sums of f(x...) in double.
template <class F>
struct TotalFold {
  using State = double;
  F f;
  double start() const { return 0; }
  double map(std::int64_t, std::int64_t, auto... x) const { return static_cast<double>(f(x...)); }
  double merge(double a, double b) const { return a + b; }
};

template <class T>
T largest(std::int64_t n, const T* in) {
  return fold_run(LargestFold<T>(), n, in);
}

/// The sum of f(in[i]...).
template <class F, class... T>
double total(F f, std::int64_t n, const T*... in) {
  return fold_run(TotalFold<F>{f}, n, in...);
}

/// out[i] = e^(in[i] - max) over their sum, which is returned.
template <class T>
double softmax(std::int64_t n, T* out, const T* in, T max) {
  for (std::int64_t i = 0; i < n; ++i) out[i] = math::exp(in[i] - max);
  const double sum = total([](T v) { return v; }, n, out);
  const auto divisor = static_cast<T>(sum);
  for (std::int64_t i = 0; i < n; ++i) out[i] /= divisor;
  return sum;
}

}  // namespace gradus::kernels
