#pragma once

#include <gradus/optim/rule_optimizer.hpp>

namespace gradus::optim {

/// Options of RMSprop.
struct RMSpropOptions {
  double lr = 1e-2;
  double alpha = 0.99;  ///< decay of the running means
  double eps = 1e-8;
  double weight_decay = 0;  ///< L2: weight_decay * w is added to the gradient
  double momentum = 0;
  bool centered = false;  ///< divide by an estimate of the gradient's deviation from its mean
  bool maximize = false;  ///< go up instead: the gradient is negated before all else
};

/// RMSprop (Tieleman & Hinton 2012, lecture 6.5), for the gradient g, to which weight_decay * w is added
/// first:
///
///     v = alpha * v + (1 - alpha) * g^2
///     m = alpha * m + (1 - alpha) * g                (centered only; Graves 2013, eq. 38 to 41)
///     d = g / (sqrt(v) + eps), centered: g / (sqrt(max(v - m^2, 0)) + eps)
///     w = w - lr * d,  with momentum: b = momentum * b + d,  w = w - lr * b
///
/// As in PyTorch eps stands outside the root. v - m^2 cannot be negative but by rounding, where PyTorch gives
/// NaN; here it counts as 0.
struct RMSpropRule {
  static constexpr const char* name = "RMSprop";
  using Options = RMSpropOptions;
  struct State {
    Tensor square_avg;
    Tensor grad_avg;         ///< centered only
    Tensor momentum_buffer;  ///< with momentum only
  };
  static void check(const Options& options);
  static void update(const Options& options, std::span<Update<State>> updates);
};

using RMSprop = RuleOptimizer<RMSpropRule>;
extern template class RuleOptimizer<RMSpropRule>;

}  // namespace gradus::optim
