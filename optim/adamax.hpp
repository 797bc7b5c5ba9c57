#pragma once

#include <gradus/optim/rule_optimizer.hpp>

namespace gradus::optim {

/// Options of Adamax.
struct AdamaxOptions {
  double lr = 2e-3;
  std::array<double, 2> betas{0.9, 0.999};  ///< decay of the running mean of g and of the largest |g|
  double eps = 1e-8;
  double weight_decay = 0;  ///< L2: weight_decay * w is added to the gradient
  bool maximize = false;    ///< go up instead: the gradient is negated before all else
};

/// Adamax (Kingma & Ba 2015, algorithm 2), in the parameter's own step t, for the gradient g, to which
/// weight_decay * w is added first:
///
///     m = beta1 * m + (1 - beta1) * g
///     u = max(beta2 * u, |g| + eps)
///     w = w - lr / (1 - beta1^t) * m / u
///
/// eps is PyTorch's addition to the paper.
struct AdamaxRule {
  static constexpr const char* name = "Adamax";
  using Options = AdamaxOptions;
  struct State {
    Tensor exp_avg;  ///< m
    Tensor exp_inf;  ///< u
  };
  static void check(const Options& options);
  static void update(const Options& options, std::span<Update<State>> updates);
};

using Adamax = RuleOptimizer<AdamaxRule>;
extern template class RuleOptimizer<AdamaxRule>;

}  // namespace gradus::optim
