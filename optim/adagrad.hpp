#pragma once

#include <gradus/optim/rule_optimizer.hpp>

namespace gradus::optim {

/// Options of Adagrad.
struct AdagradOptions {
  double lr = 1e-2;
  double lr_decay = 0;
  double weight_decay = 0;  ///< L2: weight_decay * w is added to the gradient
  double initial_accumulator_value = 0;
  double eps = 1e-10;
  bool maximize = false;  ///< go up instead: the gradient is negated before all else
};

/// Adagrad (Duchi, Hazan & Singer 2011, diagonal form), in the parameter's own step t, for the gradient g, to
/// which weight_decay * w is added first:
///
///     s = s + g^2                                    (s = initial_accumulator_value at first)
///     w = w - lr / (1 + (t - 1) * lr_decay) * g / (sqrt(s) + eps)
///
/// lr_decay is PyTorch's addition to the paper.
struct AdagradRule {
  static constexpr const char* name = "Adagrad";
  using Options = AdagradOptions;
  struct State {
    Tensor sum;
  };
  static void check(const Options& options);
  static void update(const Options& options, std::span<Update<State>> updates);
};

using Adagrad = RuleOptimizer<AdagradRule>;
extern template class RuleOptimizer<AdagradRule>;

}  // namespace gradus::optim
