#pragma once

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include <gradus/autograd/gradcheck/jacobian.hpp>

/// Hypotheses on why the analytic derivatives differ from the numeric ones.
namespace gradus::detail {

/// The derivatives of one output by one variable; i and j count within those.
class Pattern {
 public:
  Pattern(const Jacobian& jacobian, const Block& output, const Block& variable);

  const Block& output() const { return output_; }
  const Block& variable() const { return variable_; }
  double analytic(std::int64_t i, std::int64_t j) const { return jacobian_.analytic[at(i, j)]; }
  double numeric(std::int64_t i, std::int64_t j) const { return jacobian_.numeric[at(i, j)]; }
  /// The largest finite derivative.
  double magnitude() const { return magnitude_; }
  /// The number that analytic is numeric times, in the sense of least squares.
  double factor() const;

  /// Whether the analytic derivatives are `predicted(i, j)`, up to a relative error; kinks do not count.
  template <class F>
  bool is(F&& predicted, double relative = 1e-6) const;
  /// Whether `f(analytic, numeric)` holds for all that are not at kinks.
  template <class F>
  bool all(F&& f) const;
  template <class F>
  void each_differing(F&& f) const;
  template <class F>
  bool any_differing(F&& f) const;

 private:
  std::size_t at(std::int64_t i, std::int64_t j) const {
    return jacobian_.at(output_.begin + i, variable_.begin + j);
  }
  template <class F>
  void each(F&& f) const;

  const Jacobian& jacobian_;
  const Block& output_;
  const Block& variable_;
  double magnitude_ = 0;
};

/// A way to mistake one element of a tensor for another: element i was taken from `to[i]`.
struct Map {
  GradcheckBug bug;
  std::string text;
  std::vector<std::int64_t> to;
};

/// Two dimensions transposed, one or the last two reversed; none that leaves everything in its place.
std::vector<Map> maps(const Shape& shape);

/// ---- Implementation

template <class F>
void Pattern::each(F&& f) const {
  for (std::int64_t i = 0; i < output_.size; ++i)
    for (std::int64_t j = 0; j < variable_.size; ++j) f(i, j);
}

template <class F>
bool Pattern::all(F&& f) const {
  bool holds = true;
  each([&](std::int64_t i, std::int64_t j) {
    if (jacobian_.states[at(i, j)] != Jacobian::State::at_kink)
      holds = holds && f(analytic(i, j), numeric(i, j));
  });
  return holds;
}

template <class F>
bool Pattern::is(F&& predicted, double relative) const {
  bool holds = true;
  each([&](std::int64_t i, std::int64_t j) {
    if (!holds || jacobian_.states[at(i, j)] == Jacobian::State::at_kink) return;
    const double a = analytic(i, j), p = predicted(i, j);
    const double allowed = relative * std::max(std::abs(a), std::abs(p)) + 1e-2 * relative * magnitude_;
    holds = std::abs(a - p) <= allowed;  // false for NaN
  });
  return holds;
}

template <class F>
void Pattern::each_differing(F&& f) const {
  each([&](std::int64_t i, std::int64_t j) {
    if (jacobian_.states[at(i, j)] == Jacobian::State::differs) f(i, j);
  });
}

template <class F>
bool Pattern::any_differing(F&& f) const {
  bool any = false;
  each_differing([&](std::int64_t i, std::int64_t j) { any = any || f(analytic(i, j), numeric(i, j)); });
  return any;
}

}  // namespace gradus::detail
