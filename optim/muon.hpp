#pragma once

#include <gradus/optim/rule_optimizer.hpp>

namespace gradus::optim {

/// Options of Muon.
struct MuonOptions {
  double lr = 1e-3;
  double weight_decay = 0.1;  ///< decoupled: w shrinks by the factor 1 - lr * weight_decay
  double momentum = 0.95;
  bool nesterov = true;
  std::array<double, 3> ns_coefficients{3.4445, -4.775, 2.0315};  ///< a, b, c below
  double eps = 1e-7;
  std::int64_t ns_steps = 5;
  /// Multiplies lr by 0.2 sqrt(max(rows, columns)), which makes steps as large as AdamW's (Liu et al. 2025);
  /// otherwise by sqrt(max(1, rows / columns)).
  bool match_rms_adamw = false;
  bool maximize = false;  ///< go up instead: the gradient is negated before all else
};

/// Muon (Jordan et al. 2024): momentum whose matrix is replaced by one with the same singular vectors and
/// singular values near 1, by Newton and Schulz's iteration, for the gradient g
///
///     m = momentum * m + (1 - momentum) * g
///     x = (1 - momentum) * g + momentum * m, without nesterov: m
///     x = x / max(|x|, eps);  ns_steps times: s = x x',  x = a * x + (b * s + c * s s) x
///     w = (1 - lr * weight_decay) * w - lr * ratio * x
///
/// as in PyTorch 2.9, but in the parameter's dtype throughout. For weights, [rows, columns], or those of
/// convolutions, [rows, ..], whose other dimensions count as one. Vectors (biases, norms) and embeddings are
/// for another optimizer; a parameter of fewer than two dimensions throws ShapeError.
struct MuonRule {
  static constexpr const char* name = "Muon";
  using Options = MuonOptions;
  struct State {
    Tensor momentum_buffer;  ///< m
  };
  static void check(const Options& options);
  static void check_parameter(const Tensor& parameter, std::size_t index);
  static void update(const Options& options, std::span<Update<State>> updates);
};

using Muon = RuleOptimizer<MuonRule>;
extern template class RuleOptimizer<MuonRule>;

}  // namespace gradus::optim
