#pragma once

#include <gradus/optim/rule_optimizer.hpp>

namespace gradus::optim {

/// Options of Adam.
struct AdamOptions {
  double lr = 1e-3;
  std::array<double, 2> betas{0.9, 0.999};  ///< decay of the running means of g and of g^2
  double eps = 1e-8;
  double weight_decay = 0;  ///< L2: weight_decay * w is added to the gradient
  bool amsgrad = false;     ///< divide by the largest running mean of g^2 so far
  bool maximize = false;    ///< go up instead: the gradient is negated before all else
};

/// Options of AdamW.
struct AdamWOptions {
  double lr = 1e-3;
  std::array<double, 2> betas{0.9, 0.999};  ///< decay of the running means of g and of g^2
  double eps = 1e-8;
  double weight_decay = 1e-2;  ///< decoupled: w shrinks by the factor 1 - lr * weight_decay
  bool amsgrad = false;        ///< divide by the largest running mean of g^2 so far
  bool maximize = false;       ///< go up instead: the gradient is negated before all else
};

/// What Adam and AdamW remember of a parameter.
struct AdamState {
  Tensor exp_avg;         ///< running mean of g
  Tensor exp_avg_sq;      ///< running mean of g^2
  Tensor max_exp_avg_sq;  ///< its largest value so far; amsgrad only
};

/// Adam (Kingma & Ba 2015, algorithm 1), in the parameter's own step t, for the gradient g, to which
/// weight_decay * w is added first:
///
///     m = beta1 * m + (1 - beta1) * g
///     v = beta2 * v + (1 - beta2) * g^2
///     w = w - lr / (1 - beta1^t) * m / (sqrt(v / (1 - beta2^t)) + eps)
///
/// With amsgrad (Reddi et al. 2018, algorithm 2) the largest v so far stands in place of v; as in PyTorch it
/// is corrected for bias, which the paper leaves out.
struct AdamRule {
  static constexpr const char* name = "Adam";
  using Options = AdamOptions;
  using State = AdamState;
  static void check(const Options& options);
  static void update(const Options& options, std::span<Update<State>> updates);
};

/// Adam with decoupled weight decay (Loshchilov & Hutter 2019, algorithm 2): before Adam's step, which sees
/// the bare gradient, w is multiplied by 1 - lr * weight_decay. As in PyTorch the decay is scaled by lr, not
/// by the schedule's multiplier alone.
struct AdamWRule {
  static constexpr const char* name = "AdamW";
  using Options = AdamWOptions;
  using State = AdamState;
  static void check(const Options& options);
  static void update(const Options& options, std::span<Update<State>> updates);
};

using Adam = RuleOptimizer<AdamRule>;
using AdamW = RuleOptimizer<AdamWRule>;
extern template class RuleOptimizer<AdamRule>;
extern template class RuleOptimizer<AdamWRule>;

}  // namespace gradus::optim
