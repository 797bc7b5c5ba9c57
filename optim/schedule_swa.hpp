#pragma once

#include <gradus/optim/schedule_one_cycle.hpp>

namespace gradus::optim {

/// Options of SWALR.
struct SWALROptions {
  PerGroup swa_lr = {};             ///< must be given
  std::int64_t anneal_epochs = 10;  ///< steps that it takes to get there; 0 for at once
  Anneal anneal_strategy = Anneal::cos;
};

/// From the base rate to a constant one, at which weights are averaged (`EMA` with decay = nullopt):
/// stochastic weight averaging (Izmailov et al. 2018). Throws ValueError for a negative number.
class SWALR final : public Scheduler {
 public:
  SWALR(Optimizer& optimizer, SWALROptions options, SourceLocation at = SourceLocation::current());

 private:
  double lr_at(std::size_t group, std::int64_t step) const override;

  SWALROptions options_;
};

}  // namespace gradus::optim
