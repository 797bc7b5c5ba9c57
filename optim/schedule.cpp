#include <gradus/optim/schedule.hpp>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace gradus::optim {

void PerGroup::check(std::string_view option, std::size_t groups) const {
  require(values.size() == 1 || values.size() == groups,
          "{} has {} numbers but the optimizer has {} parameter groups; give one, or one for each", option,
          values.size(), groups);
}

Scheduler::Scheduler(Optimizer& optimizer, std::string_view name) : optimizer_(optimizer), name_(name) {
  for (std::size_t g = 0; g < optimizer.group_count(); ++g) base_lr_.push_back(optimizer.lr(g));
  last_lr_ = base_lr_;
}

void Scheduler::step(SourceLocation at) {
  const OpScope scope(name_, at);
  require(optimizer_.group_count() == base_lr_.size(),
          "the optimizer has {} parameter groups but had {} when the schedule was made; make it after adding "
          "groups",
          optimizer_.group_count(), base_lr_.size());
  set(steps_ + 1);
  ++steps_;
}

void Scheduler::set(std::int64_t step) {
  for (std::size_t g = 0; g < base_lr_.size(); ++g) {
    last_lr_[g] = lr_at(g, step);
    optimizer_.lr(g) = last_lr_[g];
  }
}

void Scheduler::set_to(Scheduler& other, std::int64_t step) {
  other.set(step);
  other.steps_ = step;
}

void Scheduler::share_rates(const Scheduler& from, Scheduler& to) {
  to.base_lr_ = from.base_lr_;
  to.last_lr_ = from.last_lr_;
}

State Scheduler::state_dict() const {
  State out;
  out.numbers["steps"] = static_cast<double>(steps_);
  for (std::size_t g = 0; g < base_lr_.size(); ++g) {
    out.numbers[fmt::format("base_lr.{}", g)] = base_lr_[g];
    out.numbers[fmt::format("last_lr.{}", g)] = last_lr_[g];
  }
  return out;
}

void Scheduler::load_state_dict(const State& state, SourceLocation at) {
  const OpScope scope(name_, at);
  StateReader reader(state);
  const std::int64_t steps = reader.integer("steps");
  std::vector<double> base, last;
  for (std::size_t g = 0; g < base_lr_.size(); ++g) {
    base.push_back(reader.number(fmt::format("base_lr.{}", g)));
    last.push_back(reader.number(fmt::format("last_lr.{}", g)));
  }
  reader.finish();
  steps_ = steps;
  base_lr_ = std::move(base);
  last_lr_ = std::move(last);
}

StepLR::StepLR(Optimizer& optimizer, StepLROptions options, SourceLocation at)
    : Scheduler(optimizer, "StepLR"), options_(options) {
  const OpScope scope("StepLR", at);
  require(options.step_size >= 1, "step_size is {}; it must be at least 1", options.step_size);
  set(0);
}
double StepLR::lr_at(std::size_t group, std::int64_t step) const {
  return base(group) * std::pow(options_.gamma, static_cast<double>(step / options_.step_size));
}

MultiStepLR::MultiStepLR(Optimizer& optimizer, MultiStepLROptions options, SourceLocation at)
    : Scheduler(optimizer, "MultiStepLR"), options_(std::move(options)) {
  const OpScope scope("MultiStepLR", at);
  for (const std::int64_t milestone : options_.milestones)
    require(milestone >= 0, "a milestone is {}; it must not be negative", milestone);
  set(0);
}
double MultiStepLR::lr_at(std::size_t group, std::int64_t step) const {
  const auto passed = std::count_if(options_.milestones.begin(), options_.milestones.end(),
                                    [&](std::int64_t milestone) { return milestone <= step; });
  return base(group) * std::pow(options_.gamma, static_cast<double>(passed));
}

ExponentialLR::ExponentialLR(Optimizer& optimizer, ExponentialLROptions options, SourceLocation at)
    : Scheduler(optimizer, "ExponentialLR"), options_(options) {
  const OpScope scope("ExponentialLR", at);
  require(options.gamma > 0, "gamma is {}; it must be above 0", options.gamma);
  set(0);
}
double ExponentialLR::lr_at(std::size_t group, std::int64_t step) const {
  return base(group) * std::pow(options_.gamma, static_cast<double>(step));
}

CosineAnnealingLR::CosineAnnealingLR(Optimizer& optimizer, CosineAnnealingLROptions options,
                                     SourceLocation at)
    : Scheduler(optimizer, "CosineAnnealingLR"), options_(options) {
  const OpScope scope("CosineAnnealingLR", at);
  require(options.T_max >= 1, "T_max is {}; it must be at least 1", options.T_max);
  detail::check_not_negative("eta_min", options.eta_min);
  set(0);
}
double CosineAnnealingLR::lr_at(std::size_t group, std::int64_t step) const {
  const double turn = std::numbers::pi * static_cast<double>(step) / static_cast<double>(options_.T_max);
  return options_.eta_min + (base(group) - options_.eta_min) * (1 + std::cos(turn)) / 2;
}

LinearLR::LinearLR(Optimizer& optimizer, LinearLROptions options, SourceLocation at)
    : Scheduler(optimizer, "LinearLR"), options_(options) {
  const OpScope scope("LinearLR", at);
  require(options.start_factor > 0 && options.start_factor <= 1, "start_factor is {}; it must lie in (0, 1]",
          options.start_factor);
  require(options.end_factor >= 0 && options.end_factor <= 1, "end_factor is {}; it must lie in [0, 1]",
          options.end_factor);
  require(options.total_iters >= 1, "total_iters is {}; it must be at least 1", options.total_iters);
  set(0);
}
double LinearLR::lr_at(std::size_t group, std::int64_t step) const {
  const double done =
      static_cast<double>(std::min(step, options_.total_iters)) / static_cast<double>(options_.total_iters);
  return base(group) * (options_.start_factor + (options_.end_factor - options_.start_factor) * done);
}

}  // namespace gradus::optim
