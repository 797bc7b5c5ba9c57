#pragma once

#include <functional>

#include <gradus/autograd/tensor.hpp>

/// For writers of optimizers that search along a line.
namespace gradus::optim::detail {

/// A point on a line: how far along, and loss, gradient, and derivative of the loss along the line there.
struct LinePoint {
  double t = 0;
  double loss = 0;
  Tensor gradient;
  double slope = 0;
};

/// Settings of `strong_wolfe`.
struct WolfeOptions {
  double c1 = 1e-4, c2 = 0.9;      ///< sufficient decrease, and how much flatter it is to be
  double tolerance_change = 1e-9;  ///< the smallest bracket, times the largest element of the direction
  std::int64_t max_iterations = 25;
};

/// A point that fulfils the strong Wolfe conditions, loss <= f(0) + c1 t slope(0) and |slope| <= c2
/// |slope(0)|, or the best one found. `evaluate` gives the point at t; `start` is the one at 0; `t` is tried
/// first; `reach` is the largest element of the direction.
LinePoint strong_wolfe(const std::function<LinePoint(double)>& evaluate, const LinePoint& start, double t,
                       double reach, const WolfeOptions& options = {});

}  // namespace gradus::optim::detail
