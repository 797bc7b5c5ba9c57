#pragma once

#include <gradus/optim/schedule.hpp>

namespace gradus::optim {

/// Several schedules at once: the base rate times the factor of each, its rate over its base.
///
///     optim::LinearLR warm_up{sgd, {.total_iters = 5}};
///     optim::ExponentialLR decay{sgd, {.gamma = 0.9}};
///     optim::ChainedScheduler schedule{sgd, {&warm_up, &decay}};
///
/// Only `schedule` is stepped and saved; otherwise as `SequentialLR`. Throws ValueError for an empty list, or
/// a schedule of another optimizer.
class ChainedScheduler final : public Scheduler {
 public:
  ChainedScheduler(Optimizer& optimizer, std::vector<Scheduler*> schedules,
                   SourceLocation at = SourceLocation::current());

 private:
  double lr_at(std::size_t group, std::int64_t step) const override;
  void set(std::int64_t step) override;

  std::vector<Scheduler*> schedules_;
};

}  // namespace gradus::optim
