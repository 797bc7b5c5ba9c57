#include <gradus/optim/schedule_swa.hpp>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace gradus::optim {

SWALR::SWALR(Optimizer& optimizer, SWALROptions options, SourceLocation at)
    : Scheduler(optimizer, "SWALR"), options_(std::move(options)) {
  const OpScope scope("SWALR", at);
  const std::size_t groups = optimizer.group_count();
  options_.swa_lr.check("swa_lr", groups);
  for (std::size_t g = 0; g < groups; ++g) detail::check_not_negative("swa_lr", options_.swa_lr[g]);
  require(options_.anneal_epochs >= 0, "anneal_epochs is {}; it must not be negative",
          options_.anneal_epochs);
  set(0);
}

double SWALR::lr_at(std::size_t group, std::int64_t step) const {
  const std::int64_t steps = options_.anneal_epochs;
  const double done = step >= steps ? 1 : static_cast<double>(step) / static_cast<double>(steps);
  const double share =
      options_.anneal_strategy == Anneal::linear ? done : (1 - std::cos(std::numbers::pi * done)) / 2;
  return base(group) * (1 - share) + options_.swa_lr[group] * share;
}

}  // namespace gradus::optim
