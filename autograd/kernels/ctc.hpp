#pragma once

#include <cmath>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

/// Connectionist temporal classification of one sequence (Graves et al. 2006): the log-probability of a label
/// sequence, summed over all ways to stretch it over time with blanks in between, by the forward-backward
/// recursion. In double, as logarithms.
namespace gradus::kernels {

/// Log-probabilities of one sequence: class c at time t lies at data[t * time_stride + c * class_stride].
template <class T>
struct CtcSequence {
  T* data;
  std::int64_t time_stride, class_stride;
  std::int64_t times;                    ///< steps that count
  std::span<const std::int64_t> states;  ///< the labels with blanks around each: an odd number

  T& at(std::int64_t t, std::int64_t c) const { return data[t * time_stride + c * class_stride]; }
  std::size_t count() const { return states.size(); }
  /// Whether state s may follow s - 2: a label that differs from the one before, so that no blank is needed.
  bool skips_to(std::size_t s) const { return s >= 2 && s % 2 == 1 && states[s] != states[s - 2]; }
};

inline double log_add(double a, double b) {
  const double high = a > b ? a : b, low = a > b ? b : a;
  return low == -std::numeric_limits<double>::infinity() ? high : high + std::log1p(std::exp(low - high));
}

/// log p(states 0 .. s end at time t | emissions 0 .. t), row by row [times, states].
template <class T>
std::vector<double> ctc_alpha(const CtcSequence<T>& x) {
  const std::size_t n = x.count(), times = static_cast<std::size_t>(x.times);
  std::vector<double> alpha(times * n, -std::numeric_limits<double>::infinity());
  for (std::size_t t = 0; t < times; ++t) {
    double* row = alpha.data() + t * n;
    for (std::size_t s = 0; s < n; ++s) {
      if (t == 0) {
        if (s < 2) row[s] = 0;
      } else {
        const double* last = row - n;
        row[s] = last[s];
        if (s >= 1) row[s] = log_add(row[s], last[s - 1]);
        if (x.skips_to(s)) row[s] = log_add(row[s], last[s - 2]);
      }
      row[s] += static_cast<double>(x.at(static_cast<std::int64_t>(t), x.states[s]));
    }
  }
  return alpha;
}

/// The log-likelihood, from the alphas: the sequence ends in the last label or the blank behind it.
inline double ctc_log_likelihood(const std::vector<double>& alpha, std::size_t states) {
  if (alpha.empty()) return states == 1 ? 0 : -std::numeric_limits<double>::infinity();
  const double* last = alpha.data() + alpha.size() - states;
  return states == 1 ? last[0] : log_add(last[states - 1], last[states - 2]);
}

/// Adds -scale times the probability of being in class c at time t, given the labels, to gradient(t, c): the
/// derivative of the negative log-likelihood.
template <class T>
void ctc_gradient(const CtcSequence<const T>& x, const CtcSequence<T>& gradient, double scale) {
  const std::size_t n = x.count();
  const std::vector<double> alpha = ctc_alpha(x);
  const double likelihood = ctc_log_likelihood(alpha, n);
  const double never = -std::numeric_limits<double>::infinity();
  std::vector<double> beta(n, never), next(n);
  beta[n - 1] = 0;
  if (n > 1) beta[n - 2] = 0;
  for (std::int64_t t = x.times - 1; t >= 0; --t) {
    for (std::size_t s = 0; s < n; ++s)
      gradient.at(t, x.states[s]) -=
          static_cast<T>(scale * std::exp(alpha[static_cast<std::size_t>(t) * n + s] + beta[s] - likelihood));
    for (std::size_t s = 0; s < n; ++s) next[s] = beta[s] + static_cast<double>(x.at(t, x.states[s]));
    for (std::size_t s = 0; s < n; ++s) {
      beta[s] = next[s];
      if (s + 1 < n) beta[s] = log_add(beta[s], next[s + 1]);
      if (s + 2 < n && x.skips_to(s + 2)) beta[s] = log_add(beta[s], next[s + 2]);
    }
  }
}

}  // namespace gradus::kernels
