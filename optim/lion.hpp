#pragma once

#include <gradus/optim/rule_optimizer.hpp>

namespace gradus::optim {

/// Options of Lion.
struct LionOptions {
  double lr = 1e-4;
  std::array<double, 2> betas{0.9, 0.99};  ///< weights of m in the step, and in its own running mean
  double weight_decay = 0;                 ///< decoupled: w shrinks by the factor 1 - lr * weight_decay
  bool maximize = false;                   ///< go up instead: the gradient is negated before all else
};

/// Lion (Chen et al. 2023, algorithm 2): every element moves by lr, for the gradient g
///
///     w = w - lr * (sign(beta1 * m + (1 - beta1) * g) + weight_decay * w)
///     m = beta2 * m + (1 - beta2) * g
struct LionRule {
  static constexpr const char* name = "Lion";
  using Options = LionOptions;
  struct State {
    Tensor exp_avg;  ///< m
  };
  static void check(const Options& options);
  static void update(const Options& options, std::span<Update<State>> updates);
};

using Lion = RuleOptimizer<LionRule>;
extern template class RuleOptimizer<LionRule>;

}  // namespace gradus::optim
