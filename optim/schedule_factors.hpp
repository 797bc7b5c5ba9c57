#pragma once

#include <functional>

#include <gradus/optim/schedule.hpp>

namespace gradus::optim {

/// Of the step, from 0.
using StepFactor = std::function<double(std::int64_t)>;

/// base * f(t) for a function of the step: `optim::LambdaLR{sgd, [](double t) { return 1 / (1 + t); }}`. One
/// function for all groups, or one for each. Throws ValueError for another number of them, or one that is
/// empty. The functions are not part of the state.
class LambdaLR final : public Scheduler {
 public:
  LambdaLR(Optimizer& optimizer, StepFactor factor, SourceLocation at = SourceLocation::current());
  LambdaLR(Optimizer& optimizer, std::vector<StepFactor> factors,
           SourceLocation at = SourceLocation::current());

 private:
  double lr_at(std::size_t group, std::int64_t step) const override;
  std::vector<StepFactor> factors_;
};

/// base * f(1) * ... * f(t), likewise.
class MultiplicativeLR final : public Scheduler {
 public:
  MultiplicativeLR(Optimizer& optimizer, StepFactor factor, SourceLocation at = SourceLocation::current());
  MultiplicativeLR(Optimizer& optimizer, std::vector<StepFactor> factors,
                   SourceLocation at = SourceLocation::current());

 private:
  double lr_at(std::size_t group, std::int64_t step) const override;
  std::vector<StepFactor> factors_;
};

struct ConstantLROptions {
  double factor = 1.0 / 3;
  std::int64_t total_iters = 5;
};
/// base * factor before step total_iters, then base. Throws ValueError unless factor lies in [0, 1] and
/// total_iters >= 0.
class ConstantLR final : public Scheduler {
 public:
  explicit ConstantLR(Optimizer& optimizer, ConstantLROptions options = {},
                      SourceLocation at = SourceLocation::current());

 private:
  double lr_at(std::size_t group, std::int64_t step) const override;
  ConstantLROptions options_;
};

struct PolynomialLROptions {
  std::int64_t total_iters = 5;
  double power = 1;
};
/// base * (1 - t / total_iters)^power, and 0 from total_iters on. Throws ValueError unless total_iters >= 1
/// and power >= 0.
class PolynomialLR final : public Scheduler {
 public:
  explicit PolynomialLR(Optimizer& optimizer, PolynomialLROptions options = {},
                        SourceLocation at = SourceLocation::current());

 private:
  double lr_at(std::size_t group, std::int64_t step) const override;
  PolynomialLROptions options_;
};

}  // namespace gradus::optim
