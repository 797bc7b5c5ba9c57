#include <gradus/optim/schedule_factors.hpp>

#include <algorithm>
#include <cmath>

namespace gradus::optim {

namespace {

void check(const std::vector<StepFactor>& factors, std::size_t groups) {
  require(factors.size() == 1 || factors.size() == groups,
          "{} functions were given but the optimizer has {} parameter groups; give one, or one for each",
          factors.size(), groups);
  for (const StepFactor& factor : factors) require(static_cast<bool>(factor), "a function is empty");
}

const StepFactor& of_group(const std::vector<StepFactor>& factors, std::size_t group) {
  return factors[factors.size() == 1 ? 0 : group];
}

}  // namespace

LambdaLR::LambdaLR(Optimizer& optimizer, StepFactor factor, SourceLocation at)
    : LambdaLR(optimizer, std::vector<StepFactor>{std::move(factor)}, at) {}
LambdaLR::LambdaLR(Optimizer& optimizer, std::vector<StepFactor> factors, SourceLocation at)
    : Scheduler(optimizer, "LambdaLR"), factors_(std::move(factors)) {
  const OpScope scope("LambdaLR", at);
  check(factors_, optimizer.group_count());
  set(0);
}
double LambdaLR::lr_at(std::size_t group, std::int64_t step) const {
  return base(group) * of_group(factors_, group)(step);
}

MultiplicativeLR::MultiplicativeLR(Optimizer& optimizer, StepFactor factor, SourceLocation at)
    : MultiplicativeLR(optimizer, std::vector<StepFactor>{std::move(factor)}, at) {}
MultiplicativeLR::MultiplicativeLR(Optimizer& optimizer, std::vector<StepFactor> factors, SourceLocation at)
    : Scheduler(optimizer, "MultiplicativeLR"), factors_(std::move(factors)) {
  const OpScope scope("MultiplicativeLR", at);
  check(factors_, optimizer.group_count());
  set(0);
}
double MultiplicativeLR::lr_at(std::size_t group, std::int64_t step) const {
  return step == 0 ? base(group) : last_lr()[group] * of_group(factors_, group)(step);
}

ConstantLR::ConstantLR(Optimizer& optimizer, ConstantLROptions options, SourceLocation at)
    : Scheduler(optimizer, "ConstantLR"), options_(options) {
  const OpScope scope("ConstantLR", at);
  require(options.factor >= 0 && options.factor <= 1, "factor is {}; it must lie in [0, 1]", options.factor);
  require(options.total_iters >= 0, "total_iters is {}; it must not be negative", options.total_iters);
  set(0);
}
double ConstantLR::lr_at(std::size_t group, std::int64_t step) const {
  return base(group) * (step < options_.total_iters ? options_.factor : 1);
}

PolynomialLR::PolynomialLR(Optimizer& optimizer, PolynomialLROptions options, SourceLocation at)
    : Scheduler(optimizer, "PolynomialLR"), options_(options) {
  const OpScope scope("PolynomialLR", at);
  require(options.total_iters >= 1, "total_iters is {}; it must be at least 1", options.total_iters);
  detail::check_not_negative("power", options.power);
  set(0);
}
double PolynomialLR::lr_at(std::size_t group, std::int64_t step) const {
  const double done =
      static_cast<double>(std::min(step, options_.total_iters)) / static_cast<double>(options_.total_iters);
  return base(group) * std::pow(1 - done, options_.power);
}

}  // namespace gradus::optim
