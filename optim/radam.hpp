#pragma once

#include <gradus/optim/rule_optimizer.hpp>

namespace gradus::optim {

/// Options of RAdam.
struct RAdamOptions {
  double lr = 1e-3;
  std::array<double, 2> betas{0.9, 0.999};  ///< decay of the running means of g and of g^2
  double eps = 1e-8;
  double weight_decay = 0;  ///< L2: weight_decay * w is added to the gradient
  bool maximize = false;    ///< go up instead: the gradient is negated before all else
};

/// RAdam, Adam whose step is rectified while few gradients have been seen (Liu et al. 2020, algorithm 2), in
/// the parameter's own step t, for the gradient g, to which weight_decay * w is added first:
///
///     m = beta1 * m + (1 - beta1) * g
///     v = beta2 * v + (1 - beta2) * g^2
///     n = 2 / (1 - beta2) - 1,  r = n - 2 t beta2^t / (1 - beta2^t)
///     w = w - lr * m / (1 - beta1^t) * a
///
/// where a = sqrt((r - 4)(r - 2) n / ((n - 4)(n - 2) r)) * sqrt(1 - beta2^t) / (sqrt(v) + eps) if r > 5,
/// else 1.
struct RAdamRule {
  static constexpr const char* name = "RAdam";
  using Options = RAdamOptions;
  struct State {
    Tensor exp_avg;     ///< m
    Tensor exp_avg_sq;  ///< v
  };
  static void check(const Options& options);
  static void update(const Options& options, std::span<Update<State>> updates);
};

using RAdam = RuleOptimizer<RAdamRule>;
extern template class RuleOptimizer<RAdamRule>;

}  // namespace gradus::optim
