#pragma once

#include <gradus/optim/schedule.hpp>

namespace gradus::optim {

struct CosineAnnealingWarmRestartsOptions {
  std::int64_t T_0 = 0;     ///< steps of the first period; must be given
  std::int64_t T_mult = 1;  ///< by which each period is longer than the one before
  double eta_min = 0;
};
/// eta_min + (base - eta_min) * (1 + cos(pi * c / T)) / 2 (Loshchilov & Hutter 2017, eq. 5), c steps into a
/// period of T steps: down to eta_min, then up to base at once. Throws ValueError unless T_0 >= 1, T_mult >=
/// 1 and eta_min >= 0.
class CosineAnnealingWarmRestarts final : public Scheduler {
 public:
  CosineAnnealingWarmRestarts(Optimizer& optimizer, CosineAnnealingWarmRestartsOptions options,
                              SourceLocation at = SourceLocation::current());

 private:
  double lr_at(std::size_t group, std::int64_t step) const override;
  CosineAnnealingWarmRestartsOptions options_;
};

/// What becomes of the amplitude of CyclicLR: it stays, is halved in each cycle, or falls by gamma in each
/// step.
enum class Cycle { triangular, triangular2, exp_range };

/// Options of CyclicLR.
struct CyclicLROptions {
  PerGroup base_lr = {};  ///< must be given
  PerGroup max_lr = {};   ///< must be given
  std::int64_t step_size_up = 2000;
  std::int64_t step_size_down = 0;  ///< as many as up unless given
  Cycle mode = Cycle::triangular;
  double gamma = 1;
  bool cycle_momentum = true;  ///< momentum falls while the rate rises, and back
  PerGroup base_momentum = 0.8;
  PerGroup max_momentum = 0.9;
};

/// Between base_lr and max_lr and back in straight lines, over and over (Smith 2017); step it once a batch.
/// Replaces the optimizer's learning rate and, unless told otherwise, its momentum. Throws ValueError for
/// options out of range, and for cycle_momentum with an optimizer that has no momentum.
class CyclicLR final : public Scheduler {
 public:
  CyclicLR(Optimizer& optimizer, CyclicLROptions options, SourceLocation at = SourceLocation::current());

 private:
  double lr_at(std::size_t group, std::int64_t step) const override;
  void set(std::int64_t step) override;
  void check() const;
  /// How far up from the base, 0 to 1.
  double height(std::int64_t step) const;

  CyclicLROptions options_;
};

}  // namespace gradus::optim
