#pragma once

#include <gradus/optim/rule_optimizer.hpp>

namespace gradus::optim {

/// Options of Adafactor.
struct AdafactorOptions {
  double lr = 1e-2;           ///< bound of the relative step size, which falls as 1 / sqrt(t)
  double beta2_decay = -0.8;  ///< a new square weighs t^beta2_decay in the second moment
  /// eps1, the least root of a second moment, with 0 for the machine epsilon of the dtype; eps2, the least
  /// size that a parameter counts as.
  std::array<double, 2> eps{0, 1e-3};
  double d = 1;             ///< updates whose root mean square is above d are scaled down to it
  double weight_decay = 0;  ///< decoupled: w shrinks by the factor 1 - lr * weight_decay
  bool maximize = false;    ///< go up instead: the gradient is negated before all else
};

/// Adafactor (Shazeer & Stern 2018): steps relative to the size of the parameter, and for the second moment
/// of a matrix a mean for each row and one for each column instead of one for each element. In the
/// parameter's own step t, for the gradient g, with rms(x) = sqrt(mean of x^2):
///
///     alpha = max(eps2, rms(w)) * min(lr, 1 / sqrt(t));  w = (1 - lr * weight_decay) * w
///     r = r + t^beta2_decay * (mean of g^2 over columns - r),  c = .. (mean of g^2 over rows - c)
///     v = r * c / max(mean of r, eps1);  of vectors and numbers: v = v + t^beta2_decay * (g^2 - v)
///     x = g / max(sqrt(v), eps1)
///     w = w - alpha / max(1, rms(x) / d) * x
///
/// as in PyTorch, whose eps1 bounds where that of the paper is added. Of more than two dimensions the last
/// two are rows and columns, each matrix with means of its own.
struct AdafactorRule {
  static constexpr const char* name = "Adafactor";
  using Options = AdafactorOptions;
  struct State {
    Tensor row_var;   ///< r, [.., rows, 1]; undefined for vectors and numbers
    Tensor col_var;   ///< c, [.., 1, columns]; likewise
    Tensor variance;  ///< v; undefined for matrices
  };
  static void check(const Options& options);
  static std::optional<Shape> state_shape(std::string_view state, const Shape& parameter);
  static void update(const Options& options, std::span<Update<State>> updates);
};

using Adafactor = RuleOptimizer<AdafactorRule>;
extern template class RuleOptimizer<AdafactorRule>;

}  // namespace gradus::optim
