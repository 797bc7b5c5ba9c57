#pragma once

#include <limits>

#include <gradus/autograd/kernels/dot.hpp>
#include <gradus/autograd/kernels/extremum.hpp>
#include <gradus/autograd/kernels/fold.hpp>
#include <gradus/autograd/kernels/math.hpp>

/// What softmax and its kin do to a dense row of elements; within `vectorized`.
namespace gradus::kernels {

/// The largest; a NaN stays.
template <class T>
struct LargestFold {
  using State = T;
  static constexpr bool takes_registers = true;
  T start() const { return -std::numeric_limits<T>::infinity(); }
  T map(std::int64_t, std::int64_t, T x) const { return x; }
  void load(auto& to, const auto& x) const { to = x; }
  void join(auto& max, const auto& x) const { raise(max, x); }
  T merge(T max, T x) const { return larger(max, x); }
};

template <class T>
T largest(std::int64_t n, const T* in) {
  return fold_run(LargestFold<T>(), n, in);
}

template <class T>
double total(std::int64_t n, const T* in) {
  return fold_run(Addition<T>(), n, in);
}

/// The sum of x[i] * y[i].
template <class T>
double dot(std::int64_t n, const T* x, const T* y) {
  return fold_run(DotAddition<T>(), n, x, y);
}

/// out[i] = e^(in[i] - max) over their sum, which is returned.
template <class T>
double softmax(std::int64_t n, T* out, const T* in, T max) {
  for (std::int64_t i = 0; i < n; ++i) out[i] = math::exp(in[i] - max);
  const double sum = total(n, out);
  const auto divisor = static_cast<T>(sum);
  for (std::int64_t i = 0; i < n; ++i) out[i] /= divisor;
  return sum;
}

}  // namespace gradus::kernels
