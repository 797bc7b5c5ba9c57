#pragma once

#include <gradus/optim/rule_optimizer.hpp>

namespace gradus::optim {

/// Options of NovoGrad.
struct NovoGradOptions {
  double lr = 1e-3;
  std::array<double, 2> betas{0.95, 0.98};  ///< decay of the momentum and of the running mean of |g|^2
  double eps = 1e-8;
  double weight_decay = 0;      ///< weight_decay * w joins the normalised gradient
  bool grad_averaging = false;  ///< makes the momentum a running mean: what joins it counts 1 - beta1
  bool maximize = false;        ///< go up instead: the gradient is negated before all else
};

/// NovoGrad (Ginsburg et al. 2019, algorithm 1): momentum of gradients that are normalised layer by layer,
/// with one second moment v for a whole parameter. For the gradient g, of length |g|:
///
///     v = beta2 * v + (1 - beta2) * |g|^2, in the first step |g|^2
///     m = beta1 * m + (g / (sqrt(v) + eps) + weight_decay * w)
///     w = w - lr * m
struct NovoGradRule {
  static constexpr const char* name = "NovoGrad";
  using Options = NovoGradOptions;
  struct State {
    Tensor exp_avg;         ///< m
    double exp_avg_sq = 0;  ///< v
  };
  static void check(const Options& options);
  static void update(const Options& options, std::span<Update<State>> updates);
};

using NovoGrad = RuleOptimizer<NovoGradRule>;
extern template class RuleOptimizer<NovoGradRule>;

}  // namespace gradus::optim
