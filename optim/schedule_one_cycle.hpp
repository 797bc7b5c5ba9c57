#pragma once

#include <gradus/optim/schedule.hpp>

namespace gradus::optim {

/// How OneCycleLR and SWALR go from one value to the next.
enum class Anneal { cos, linear };

/// Options of OneCycleLR.
struct OneCycleLROptions {
  PerGroup max_lr = {};          ///< must be given
  std::int64_t total_steps = 0;  ///< must be given, or the next two
  std::int64_t epochs = 0;
  std::int64_t steps_per_epoch = 0;
  double pct_start = 0.3;  ///< share of the steps that rise
  Anneal anneal_strategy = Anneal::cos;
  bool cycle_momentum = true;  ///< momentum falls while the rate rises, and back
  PerGroup base_momentum = 0.85;
  PerGroup max_momentum = 0.95;
  double div_factor = 25;         ///< starts at max_lr / div_factor
  double final_div_factor = 1e4;  ///< ends at the start divided by this
  bool three_phase = false;       ///< falls as it rose, then to the end; else falls to the end at once
};

/// The one-cycle policy (Smith & Topin 2019), in PyTorch's two-phase or three-phase form; step it once a
/// batch. Replaces the optimizer's learning rate and, unless told otherwise, its momentum (Adam's first
/// beta). Steps 0 to total_steps - 1 make up the cycle; step total_steps, which a loop makes after its last
/// batch, repeats the last rate (PyTorch extrapolates, below 0 even), and one more throws ValueError. Throws
/// ValueError, too, for options out of range, and for cycle_momentum with an optimizer that has no momentum.
class OneCycleLR final : public Scheduler {
 public:
  OneCycleLR(Optimizer& optimizer, OneCycleLROptions options, SourceLocation at = SourceLocation::current());

 private:
  double lr_at(std::size_t group, std::int64_t step) const override;
  double momentum_at(std::size_t group, std::int64_t step) const;
  void set(std::int64_t step) override;
  void check() const;
  /// The value in `step` of what takes these values at the ends of the phases, the start first.
  double between(std::int64_t step, std::initializer_list<double> values) const;

  OneCycleLROptions options_;
};

}  // namespace gradus::optim
