#pragma once

#include <gradus/optim/schedule.hpp>

namespace gradus::optim {

struct SequentialLROptions {
  std::vector<std::int64_t> milestones = {};  ///< where each schedule but the first takes over; ascending
};
/// One schedule after the other, each from its own step 0:
///
///     optim::LinearLR warm_up{sgd, {.total_iters = 5}};
///     optim::CosineAnnealingLR cosine{sgd, {.T_max = 95}};
///     optim::SequentialLR schedule{sgd, {&warm_up, &cosine}, {.milestones = {5}}};
///
/// Only `schedule` is stepped and saved. All start from the base rates of the first, which must have been
/// made first. The schedules must outlive it. Throws ValueError unless there is one milestone less than
/// schedules, milestones ascend from 1, and all schedules belong to the optimizer.
class SequentialLR final : public Scheduler {
 public:
  SequentialLR(Optimizer& optimizer, std::vector<Scheduler*> schedules, SequentialLROptions options,
               SourceLocation at = SourceLocation::current());

 private:
  double lr_at(std::size_t group, std::int64_t step) const override;
  void set(std::int64_t step) override;
  /// Which schedule holds in a step, and which step of its own that is.
  std::pair<std::size_t, std::int64_t> place(std::int64_t step) const;

  std::vector<Scheduler*> schedules_;
  SequentialLROptions options_;
};

}  // namespace gradus::optim
