#pragma once

#include <gradus/optim/rule_optimizer.hpp>

namespace gradus::optim {

/// Options of Adadelta.
struct AdadeltaOptions {
  double lr = 1;
  double rho = 0.9;  ///< decay of the running means
  double eps = 1e-6;
  double weight_decay = 0;  ///< L2: weight_decay * w is added to the gradient
  bool maximize = false;    ///< go up instead: the gradient is negated before all else
};

/// Adadelta (Zeiler 2012, algorithm 1), for the gradient g, to which weight_decay * w is added first:
///
///     v = rho * v + (1 - rho) * g^2
///     d = sqrt(u + eps) / sqrt(v + eps) * g
///     u = rho * u + (1 - rho) * d^2
///     w = w - lr * d
///
/// lr is PyTorch's addition to the paper, which has 1.
struct AdadeltaRule {
  static constexpr const char* name = "Adadelta";
  using Options = AdadeltaOptions;
  struct State {
    Tensor square_avg;  ///< v
    Tensor acc_delta;   ///< u
  };
  static void check(const Options& options);
  static void update(const Options& options, std::span<Update<State>> updates);
};

using Adadelta = RuleOptimizer<AdadeltaRule>;
extern template class RuleOptimizer<AdadeltaRule>;

}  // namespace gradus::optim
