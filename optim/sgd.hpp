#pragma once

#include <gradus/optim/rule_optimizer.hpp>

namespace gradus::optim {

/// Options of SGD.
struct SGDOptions {
  double lr = 1e-3;
  double momentum = 0;
  double dampening = 0;     ///< share of the gradient that is kept out of the momentum buffer
  double weight_decay = 0;  ///< L2: weight_decay * w is added to the gradient
  bool nesterov = false;    ///< needs momentum > 0 and dampening 0
  bool maximize = false;    ///< go up instead: the gradient is negated before all else
};

/// Stochastic gradient descent with momentum (Sutskever et al. 2013), as PyTorch writes it, for the gradient
/// g, to which weight_decay * w is added first:
///
///     b = momentum * b + (1 - dampening) * g        (b = g in the parameter's first step)
///     w = w - lr * d,  d = g without momentum, b with it, g + momentum * b for Nesterov's form
///
/// The learning rate stands outside the buffer, so a change of it takes effect at once; in the paper it is
/// inside.
struct SGDRule {
  static constexpr const char* name = "SGD";
  using Options = SGDOptions;
  struct State {
    Tensor momentum_buffer;
  };
  static void check(const Options& options);
  static void update(const Options& options, std::span<Update<State>> updates);
};

using SGD = RuleOptimizer<SGDRule>;
extern template class RuleOptimizer<SGDRule>;

}  // namespace gradus::optim
