#pragma once

#include <cmath>

#include <gradus/autograd/kernels/reduce.hpp>

/// Folds for means and variances, in double.
namespace gradus::kernels {

/// Where means and variances (or their roots) of groups of `count` elements go.
template <class T>
struct Moments {
  double count;
  double divisor;
  bool root;
  T* means;
  T* variances;

  void store(std::int64_t kept, double mean, double squares) const {
    means[kept] = static_cast<T>(mean);
    variances[kept] = static_cast<T>(root ? std::sqrt(squares / divisor) : squares / divisor);
  }
};

/// In one pass, for float32: sums of deviations from `shift`, one of the group's elements, and of their
/// squares. What that loses is at most the count times double's rounding, because an element that lies far
/// off makes the variance as large.
template <class T>
struct MomentsFold {
  struct State {
    double sum, squares;
  };
  const T* shift;
  Moments<T> out;

  State start() const { return {0, 0}; }
  State map(std::int64_t kept, std::int64_t, T x) const {
    const double deviation = static_cast<double>(x) - static_cast<double>(shift[kept]);
    return {deviation, deviation * deviation};
  }
  State merge(State a, State b) const { return {a.sum + b.sum, a.squares + b.squares}; }
  void finish(std::int64_t kept, State s) const {
    const double mean = s.sum / out.count, squares = s.squares - s.sum * mean;
    out.store(kept, static_cast<double>(shift[kept]) + mean, squares < 0 ? 0 : squares);
  }
};

/// Means; the first of two passes, for float64.
template <class T>
struct MeanFold {
  using State = double;
  double* out;
  double count;

  State start() const { return 0; }
  State map(std::int64_t, std::int64_t, T x) const { return static_cast<double>(x); }
  State merge(State a, State b) const { return a + b; }
  void finish(std::int64_t kept, State sum) const { out[kept] = sum / count; }
};

/// Sums of squared deviations from the means; the second.
template <class T>
struct DeviationFold {
  using State = double;
  const double* means;
  Moments<T> out;

  State start() const { return 0; }
  State map(std::int64_t kept, std::int64_t, T x) const {
    const double deviation = static_cast<double>(x) - means[kept];
    return deviation * deviation;
  }
  State merge(State a, State b) const { return a + b; }
  void finish(std::int64_t kept, State squares) const { out.store(kept, means[kept], squares); }
};

/// The sums of g and of g times the normalised x, (x - mean) * scale. With a third array, its elements are
/// factors of g. Of float32 as in `Addition`.
template <class T>
struct GradientFold {
  template <class V>
  struct Sums {
    V plain, weighted;
    template <class W>
    explicit operator Sums<W>() const {
      return {static_cast<W>(plain), static_cast<W>(weighted)};
    }
    Sums& operator+=(const Sums& other) {
      plain += other.plain;
      weighted += other.weighted;
      return *this;
    }
  };
  using State = Sums<double>;
  static constexpr std::int64_t joined = Addition<T>::joined;
  static constexpr std::size_t sum_count = 2;
  static constexpr bool takes_registers = true;
  const T *mean, *scale;
  T *plain, *weighted;

  State start() const { return {0, 0}; }
  Sums<T> map(std::int64_t kept, std::int64_t, T g, T x) const { return {g, g * (x - mean[kept])}; }
  Sums<T> map(std::int64_t kept, std::int64_t index, T g, T x, T w) const {
    return map(kept, index, g * w, x);
  }
  void load(auto& sums, std::int64_t kept, const auto& g, const auto& x) const {
    sums[0] = g;
    sums[1] = g * (x - mean[kept]);
  }
  void load(auto& sums, std::int64_t kept, const auto& g, const auto& x, const auto& w) const {
    load(sums, kept, g * w, x);
  }
  void join(auto& sums, const auto& x) const { sums += x; }
  State merge(State a, const State& b) const { return a += b; }
  void finish(std::int64_t kept, State sums) const {
    plain[kept] = static_cast<T>(sums.plain);
    weighted[kept] = static_cast<T>(sums.weighted * static_cast<double>(scale[kept]));
  }
};

}  // namespace gradus::kernels
