#include <gradus/optim/schedule_sequential.hpp>

#include <algorithm>

namespace gradus::optim {

SequentialLR::SequentialLR(Optimizer& optimizer, std::vector<Scheduler*> schedules,
                           SequentialLROptions options, SourceLocation at)
    : Scheduler(optimizer, "SequentialLR"), schedules_(std::move(schedules)), options_(std::move(options)) {
  const OpScope scope("SequentialLR", at);
  const auto& milestones = options_.milestones;
  require(!schedules_.empty() && milestones.size() + 1 == schedules_.size(),
          "{} schedules and {} milestones were given; needs one schedule more than milestones",
          schedules_.size(), milestones.size());
  for (std::size_t i = 0; i < milestones.size(); ++i)
    require(milestones[i] > (i == 0 ? 0 : milestones[i - 1]), "milestone {} is {}; they must ascend from 1",
            i, milestones[i]);
  for (std::size_t i = 0; i < schedules_.size(); ++i) {
    require(schedules_[i] != nullptr, "schedule {} is null", i);
    require(&optimizer_of(*schedules_[i]) == &optimizer, "schedule {} belongs to another optimizer", i);
  }
  share_rates(*schedules_[0], *this);
  set(0);
}

std::pair<std::size_t, std::int64_t> SequentialLR::place(std::int64_t step) const {
  const auto& milestones = options_.milestones;
  const auto next = std::upper_bound(milestones.begin(), milestones.end(), step);
  return {static_cast<std::size_t>(next - milestones.begin()),
          next == milestones.begin() ? step : step - *(next - 1)};
}

double SequentialLR::lr_at(std::size_t group, std::int64_t step) const {
  return schedules_[place(step).first]->last_lr()[group];  // which `set` has put into this step
}

void SequentialLR::set(std::int64_t step) {
  const auto [i, own] = place(step);
  share_rates(*this, *schedules_[i]);
  set_to(*schedules_[i], own);
  Scheduler::set(step);
}

}  // namespace gradus::optim
