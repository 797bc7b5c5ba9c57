#pragma once

#include <gradus/optim/rule_optimizer.hpp>

namespace gradus::optim {

/// Options of Rprop.
struct RpropOptions {
  double lr = 1e-2;                            ///< the first step of every element
  std::array<double, 2> etas{0.5, 1.2};        ///< factors of the step: sign changed, sign kept
  std::array<double, 2> step_sizes{1e-6, 50};  ///< the smallest and the largest step
  bool maximize = false;                       ///< go up instead: the gradient is negated before all else
};

/// Rprop (Riedmiller & Braun 1993; the variant Rprop- of Igel & Huesken 2000, as in PyTorch): every element
/// has a step d of its own, for the gradient g and the one before, p:
///
///     d = clamp(d * etas[1]) where g p > 0,  clamp(d * etas[0]) and g = 0 where g p < 0
///     w = w - sign(g) * d,  p = g
///
/// For gradients of whole data sets: it looks at their signs only.
struct RpropRule {
  static constexpr const char* name = "Rprop";
  using Options = RpropOptions;
  struct State {
    Tensor prev;
    Tensor step_size;
  };
  static void check(const Options& options);
  static void update(const Options& options, std::span<Update<State>> updates);
};

using Rprop = RuleOptimizer<RpropRule>;
extern template class RuleOptimizer<RpropRule>;

}  // namespace gradus::optim
