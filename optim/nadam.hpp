#pragma once

#include <gradus/optim/rule_optimizer.hpp>

namespace gradus::optim {

/// Options of NAdam.
struct NAdamOptions {
  double lr = 2e-3;
  std::array<double, 2> betas{0.9, 0.999};  ///< decay of the running means of g and of g^2
  double eps = 1e-8;
  double weight_decay = 0;       ///< L2: weight_decay * w is added to the gradient
  double momentum_decay = 4e-3;  ///< how fast the momentum below grows to beta1
  bool maximize = false;         ///< go up instead: the gradient is negated before all else
};

/// NAdam, Adam with Nesterov's momentum (Dozat 2016), in the parameter's own step t, for the gradient g, to
/// which weight_decay * w is added first:
///
///     mu_t = beta1 * (1 - 0.96^(t * momentum_decay) / 2),  M_t = mu_1 * ... * mu_t
///     m = beta1 * m + (1 - beta1) * g
///     v = beta2 * v + (1 - beta2) * g^2
///     w = w - lr * ((1 - mu_t) / (1 - M_t) * g + mu_(t+1) / (1 - M_(t+1)) * m)
///             / (sqrt(v / (1 - beta2^t)) + eps)
///
/// PyTorch 1.13 multiplies M_(t+1) by mu_t once more unless it runs with foreach=True; the paper and later
/// versions do not.
struct NAdamRule {
  static constexpr const char* name = "NAdam";
  using Options = NAdamOptions;
  struct State {
    Tensor exp_avg;         ///< m
    Tensor exp_avg_sq;      ///< v
    double mu_product = 1;  ///< M
  };
  static void check(const Options& options);
  static void update(const Options& options, std::span<Update<State>> updates);
};

using NAdam = RuleOptimizer<NAdamRule>;
extern template class RuleOptimizer<NAdamRule>;

}  // namespace gradus::optim
