#pragma once

#include <gradus/optim/rule_optimizer.hpp>

namespace gradus::optim {

/// Options of ASGD.
struct ASGDOptions {
  double lr = 1e-2;
  double lambd = 1e-4;      ///< decay: w shrinks by the factor 1 - lambd * eta
  double alpha = 0.75;      ///< how fast eta falls
  double t0 = 1e6;          ///< the step from which on the mean is taken
  double weight_decay = 0;  ///< L2: weight_decay * w is added to the gradient
  bool maximize = false;    ///< go up instead: the gradient is negated before all else
};

/// Averaged SGD (Polyak & Juditsky 1992; the schedule of Bottou 2010), in the parameter's own step t, for the
/// gradient g, to which weight_decay * w is added first:
///
///     eta = lr / (1 + lambd * lr * (t - 1))^alpha
///     w = w - eta * (lambd * w + g)
///     ax = ax + (w - ax) / max(1, t - 1 - t0)
///
/// The mean ax is part of the state: `state_dict().tensors.at("state.fc.weight.ax")`. A new lr counts at
/// once; in PyTorch it does one step later.
struct ASGDRule {
  static constexpr const char* name = "ASGD";
  using Options = ASGDOptions;
  struct State {
    Tensor ax;  ///< mean of w
  };
  static void check(const Options& options);
  static void update(const Options& options, std::span<Update<State>> updates);
};

using ASGD = RuleOptimizer<ASGDRule>;
extern template class RuleOptimizer<ASGDRule>;

}  // namespace gradus::optim
