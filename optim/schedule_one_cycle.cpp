#include <gradus/optim/schedule_one_cycle.hpp>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace gradus::optim {

OneCycleLR::OneCycleLR(Optimizer& optimizer, OneCycleLROptions options, SourceLocation at)
    : Scheduler(optimizer, "OneCycleLR"), options_(std::move(options)) {
  const OpScope scope("OneCycleLR", at);
  if (options_.total_steps == 0) options_.total_steps = options_.epochs * options_.steps_per_epoch;
  check();
  set(0);
}

void OneCycleLR::check() const {
  const OneCycleLROptions& o = options_;
  const std::size_t groups = optimizer().group_count();
  require(o.total_steps >= 1, "there are {} steps; give total_steps >= 1, or epochs and steps_per_epoch",
          o.total_steps);
  o.max_lr.check("max_lr", groups);
  o.base_momentum.check("base_momentum", groups);
  o.max_momentum.check("max_momentum", groups);
  require(o.pct_start >= 0 && o.pct_start <= 1, "pct_start is {}; it must lie in [0, 1]", o.pct_start);
  require(o.div_factor > 0 && o.final_div_factor > 0,
          "div_factor is {} and final_div_factor {}; they must be above 0", o.div_factor, o.final_div_factor);
  for (std::size_t g = 0; g < groups; ++g) {
    detail::check_not_negative("max_lr", o.max_lr[g]);
    require(!o.cycle_momentum || optimizer().momentum(g) != nullptr,
            "{} has no momentum to cycle; set cycle_momentum = false", optimizer().name());
  }
}

double OneCycleLR::between(std::int64_t step, std::initializer_list<double> values) const {
  const auto total = static_cast<double>(options_.total_steps);
  const double peak = options_.pct_start * total - 1;
  const double last = total - 1;
  std::vector<double> ends{0, peak, last};
  if (options_.three_phase) ends.insert(ends.begin() + 2, 2 * peak);
  const auto now = static_cast<double>(step);
  std::size_t phase = 1;
  while (phase + 1 < ends.size() && now > ends[phase]) ++phase;
  const double length = ends[phase] - ends[phase - 1];
  const double share = length == 0 ? 1 : std::min((now - ends[phase - 1]) / length, 1.0);
  const double from = values.begin()[phase - 1], to = values.begin()[phase];
  if (options_.anneal_strategy == Anneal::linear) return from + (to - from) * share;
  return to + (from - to) / 2 * (1 + std::cos(std::numbers::pi * share));
}

double OneCycleLR::lr_at(std::size_t group, std::int64_t step) const {
  const double highest = options_.max_lr[group];
  const double start = highest / options_.div_factor;
  const double end = start / options_.final_div_factor;
  return options_.three_phase ? between(step, {start, highest, start, end})
                              : between(step, {start, highest, end});
}

double OneCycleLR::momentum_at(std::size_t group, std::int64_t step) const {
  const double high = options_.max_momentum[group], low = options_.base_momentum[group];
  return options_.three_phase ? between(step, {high, low, high, high}) : between(step, {high, low, high});
}

void OneCycleLR::set(std::int64_t step) {
  require(step <= options_.total_steps, "step {} is past the end; the cycle has {} steps", step,
          options_.total_steps);
  Scheduler::set(step);
  if (!options_.cycle_momentum) return;
  for (std::size_t g = 0; g < optimizer().group_count(); ++g) *optimizer().momentum(g) = momentum_at(g, step);
}

}  // namespace gradus::optim
