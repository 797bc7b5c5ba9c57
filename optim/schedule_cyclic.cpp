#include <gradus/optim/schedule_cyclic.hpp>

#include <cmath>
#include <numbers>

namespace gradus::optim {

CosineAnnealingWarmRestarts::CosineAnnealingWarmRestarts(Optimizer& optimizer,
                                                         CosineAnnealingWarmRestartsOptions options,
                                                         SourceLocation at)
    : Scheduler(optimizer, "CosineAnnealingWarmRestarts"), options_(options) {
  const OpScope scope("CosineAnnealingWarmRestarts", at);
  require(options.T_0 >= 1, "T_0 is {}; it must be at least 1", options.T_0);
  require(options.T_mult >= 1, "T_mult is {}; it must be at least 1", options.T_mult);
  detail::check_not_negative("eta_min", options.eta_min);
  set(0);
}

double CosineAnnealingWarmRestarts::lr_at(std::size_t group, std::int64_t step) const {
  std::int64_t period = options_.T_0, begin = 0;
  if (options_.T_mult == 1)
    begin = step / period * period;
  else
    for (; step - begin >= period; period *= options_.T_mult) begin += period;
  const double turn = std::numbers::pi * static_cast<double>(step - begin) / static_cast<double>(period);
  return options_.eta_min + (base(group) - options_.eta_min) * (1 + std::cos(turn)) / 2;
}

CyclicLR::CyclicLR(Optimizer& optimizer, CyclicLROptions options, SourceLocation at)
    : Scheduler(optimizer, "CyclicLR"), options_(std::move(options)) {
  const OpScope scope("CyclicLR", at);
  if (options_.step_size_down == 0) options_.step_size_down = options_.step_size_up;
  check();
  set(0);
}

void CyclicLR::check() const {
  const CyclicLROptions& o = options_;
  const std::size_t groups = optimizer().group_count();
  o.base_lr.check("base_lr", groups);
  o.max_lr.check("max_lr", groups);
  o.base_momentum.check("base_momentum", groups);
  o.max_momentum.check("max_momentum", groups);
  for (std::size_t g = 0; g < groups; ++g) {
    detail::check_not_negative("base_lr", o.base_lr[g]);
    detail::check_not_negative("max_lr", o.max_lr[g]);
  }
  require(o.step_size_up >= 1 && o.step_size_down >= 1,
          "step_size_up is {} and step_size_down {}; needs 1 or more", o.step_size_up, o.step_size_down);
  require(o.gamma > 0, "gamma is {}; it must be above 0", o.gamma);
  for (std::size_t g = 0; o.cycle_momentum && g < groups; ++g)
    require(optimizer().momentum(g) != nullptr, "{} has no momentum to cycle; set cycle_momentum = false",
            optimizer().name());
}

double CyclicLR::height(std::int64_t step) const {
  const std::int64_t length = options_.step_size_up + options_.step_size_down;
  const std::int64_t cycle = step / length, place = step % length;
  const double straight =
      place <= options_.step_size_up
          ? static_cast<double>(place) / static_cast<double>(options_.step_size_up)
          : static_cast<double>(length - place) / static_cast<double>(options_.step_size_down);
  if (options_.mode == Cycle::triangular2) return straight * std::pow(0.5, static_cast<double>(cycle));
  if (options_.mode == Cycle::exp_range)
    return straight * std::pow(options_.gamma, static_cast<double>(step));
  return straight;
}

double CyclicLR::lr_at(std::size_t group, std::int64_t step) const {
  const double low = options_.base_lr[group];
  return low + (options_.max_lr[group] - low) * height(step);
}

void CyclicLR::set(std::int64_t step) {
  Scheduler::set(step);
  if (!options_.cycle_momentum) return;
  for (std::size_t g = 0; g < optimizer().group_count(); ++g) {
    const double high = options_.max_momentum[g];
    *optimizer().momentum(g) = high - (high - options_.base_momentum[g]) * height(step);
  }
}

}  // namespace gradus::optim
