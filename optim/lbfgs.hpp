#pragma once

#include <gradus/optim/optimizer.hpp>

namespace gradus::optim {

/// How LBFGS finds the length of a step: always lr, or by a search for a point that fulfils the strong Wolfe
/// conditions.
enum class LineSearch { none, strong_wolfe };

/// Options of LBFGS.
struct LBFGSOptions {
  double lr = 1;
  std::int64_t max_iter = 20;      ///< iterations in one `step`
  std::int64_t max_eval = 0;       ///< evaluations of the loss in one `step`; 0 means 5 / 4 max_iter
  double tolerance_grad = 1e-7;    ///< ends a step where no element of the gradient is larger
  double tolerance_change = 1e-9;  ///< ends a step where neither parameters nor loss change more
  std::int64_t history_size = 100;
  LineSearch line_search_fn = LineSearch::none;
};

/// L-BFGS (Nocedal 1980; Liu & Nocedal 1989): Newton's direction by an inverse Hessian that is approximated
/// from the last `history_size` changes of parameters and gradients, for smooth losses of all the data.
///
///     optim::LBFGS lbfgs{nn::parameters(net), {.line_search_fn = optim::LineSearch::strong_wolfe}};
///     const double loss = lbfgs.step([&] {
///       lbfgs.zero_grad();
///       Tensor loss = mse_loss(net(x), y);
///       loss.backward();
///       return loss;
///     });
///
/// The line search is that of Nocedal & Wright (2006, algorithms 3.5 and 3.6) with cubic interpolation, c1 =
/// 1e-4, c2 = 0.9 and at most 25 evaluations, step for step as in PyTorch, where it comes from minFunc. All
/// parameters are one group, of one dtype; one without a gradient counts as having gradient 0.
class LBFGS final : public Optimizer {
 public:
  using Options = LBFGSOptions;

  /// Throws as `RuleOptimizer::add_group`, and DTypeError for parameters of several dtypes.
  explicit LBFGS(std::vector<Tensor> parameters, const Options& options = {},
                 SourceLocation at = SourceLocation::current());

  /// Up to max_iter iterations. Returns the loss before the step.
  double step(const Closure& closure, SourceLocation at = SourceLocation::current()) override;
  /// Throws ValueError: this optimizer needs to evaluate the loss.
  void step(SourceLocation at = SourceLocation::current()) override;

  /// The options, to read and to set.
  Options& options() { return options_; }

  std::string_view name() const override { return "LBFGS"; }
  std::vector<Tensor> parameters() const override { return parameters_; }
  std::size_t group_count() const override { return 1; }
  double& lr(std::size_t group = 0) override;
  double* momentum(std::size_t group = 0) override;
  State state_dict() const override;
  void load_state_dict(const State& state, SourceLocation at = SourceLocation::current()) override;

  /// What it remembers from step to step; each tensor is one vector of all parameters.
  struct History {
    std::vector<Tensor> gradient_changes;   ///< y, oldest first
    std::vector<Tensor> parameter_changes;  ///< s
    double scale = 1;                       ///< y's / y'y of the latest: the inverse Hessian to start from
    Tensor direction;                       ///< of the latest iteration
    double length = 0;                      ///< and how far it went
    Tensor gradient;                        ///< where it began
    std::int64_t iterations = 0;            ///< so far
    std::int64_t evaluations = 0;           ///< of the loss, so far
  };

 private:
  class Run;
  void check() const;

  std::vector<Tensor> parameters_;
  Options options_;
  History history_;
};

}  // namespace gradus::optim
