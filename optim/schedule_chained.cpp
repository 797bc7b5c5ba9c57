#include <gradus/optim/schedule_chained.hpp>

namespace gradus::optim {

ChainedScheduler::ChainedScheduler(Optimizer& optimizer, std::vector<Scheduler*> schedules, SourceLocation at)
    : Scheduler(optimizer, "ChainedScheduler"), schedules_(std::move(schedules)) {
  const OpScope scope("ChainedScheduler", at);
  require(!schedules_.empty(), "the list of schedules is empty");
  for (std::size_t i = 0; i < schedules_.size(); ++i) {
    require(schedules_[i] != nullptr, "schedule {} is null", i);
    require(&optimizer_of(*schedules_[i]) == &optimizer, "schedule {} belongs to another optimizer", i);
  }
  share_rates(*schedules_[0], *this);
  set(0);
}

double ChainedScheduler::lr_at(std::size_t group, std::int64_t) const {
  double lr = base(group);
  if (lr == 0) return 0;
  for (const Scheduler* each : schedules_) lr *= each->last_lr()[group] / base(group);
  return lr;
}

void ChainedScheduler::set(std::int64_t step) {
  for (Scheduler* each : schedules_) {
    share_rates(*this, *each);
    set_to(*each, step);
  }
  Scheduler::set(step);
}

}  // namespace gradus::optim
