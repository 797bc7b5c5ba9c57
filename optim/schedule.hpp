#pragma once

#include <cstdint>
#include <initializer_list>
#include <string_view>
#include <vector>

#include <gradus/optim/optimizer.hpp>

namespace gradus::optim {

/// One number for all parameter groups, or one for each: `0.1`, `{0.1, 0.01}`.
struct PerGroup {
  PerGroup() = default;
  PerGroup(double all) : values{all} {}                            // NOLINT: implicit
  PerGroup(std::initializer_list<double> each) : values(each) {}   // NOLINT
  PerGroup(std::vector<double> each) : values(std::move(each)) {}  // NOLINT

  double operator[](std::size_t group) const { return values.size() == 1 ? values[0] : values[group]; }
  /// Throws ValueError unless there is one number or one for each of the groups.
  void check(std::string_view option, std::size_t groups) const;

  std::vector<double> values;
};

/// A learning rate for each step (epochs or batches, as the caller steps it), by a formula of PyTorch's:
///
///     optim::StepLR schedule{sgd, {.step_size = 30}};
///     for (epoch...) { train; schedule.step(); }
///
/// It takes the groups' learning rates when it is made as their base, sets those of step 0 at once, and in
/// `step()` those of the next; rates set by hand in between do not last. The optimizer must outlive it.
class Scheduler {
 public:
  virtual ~Scheduler() = default;
  Scheduler(const Scheduler&) = delete;
  Scheduler& operator=(const Scheduler&) = delete;

  /// Sets the learning rates of the next step. Throws ValueError if groups have been added since it was made.
  void step(SourceLocation at = SourceLocation::current());
  /// Steps taken: 0 at first.
  std::int64_t steps() const { return steps_; }
  /// The rates that were set last, one a group.
  const std::vector<double>& last_lr() const { return last_lr_; }

  /// Steps, base rates and last rates. The options are not part of it.
  State state_dict() const;
  /// Continues from there at the next `step()`; the rates in force are the optimizer's to restore. Throws
  /// ValueError with the names that are missing or unexpected.
  void load_state_dict(const State& state, SourceLocation at = SourceLocation::current());

 protected:
  Scheduler(Optimizer& optimizer, std::string_view name);

  /// The rate of a group in `step`; the formula.
  virtual double lr_at(std::size_t group, std::int64_t step) const = 0;
  /// Sets everything for `step`. Constructors of schedules end with `set(0)`.
  virtual void set(std::int64_t step);
  double base(std::size_t group) const { return base_lr_[group]; }
  Optimizer& optimizer() const { return optimizer_; }

  /// For schedules made of others.
  static Optimizer& optimizer_of(const Scheduler& other) { return other.optimizer_; }
  /// Puts `other` into that step.
  static void set_to(Scheduler& other, std::int64_t step);
  /// Gives one schedule the base rates and the last rates of another.
  static void share_rates(const Scheduler& from, Scheduler& to);

 private:
  Optimizer& optimizer_;
  std::string_view name_;
  std::int64_t steps_ = 0;
  std::vector<double> base_lr_, last_lr_;
};

struct StepLROptions {
  std::int64_t step_size = 0;  ///< must be given
  double gamma = 0.1;
};
/// base * gamma^floor(t / step_size). Throws ValueError unless step_size >= 1.
class StepLR final : public Scheduler {
 public:
  StepLR(Optimizer& optimizer, StepLROptions options, SourceLocation at = SourceLocation::current());

 private:
  double lr_at(std::size_t group, std::int64_t step) const override;
  StepLROptions options_;
};

struct MultiStepLROptions {
  std::vector<std::int64_t> milestones = {};  ///< in any order; one given twice counts twice
  double gamma = 0.1;
};
/// base * gamma^(number of milestones <= t).
class MultiStepLR final : public Scheduler {
 public:
  MultiStepLR(Optimizer& optimizer, MultiStepLROptions options,
              SourceLocation at = SourceLocation::current());

 private:
  double lr_at(std::size_t group, std::int64_t step) const override;
  MultiStepLROptions options_;
};

struct ExponentialLROptions {
  double gamma = 0;  ///< must be given
};
/// base * gamma^t. Throws ValueError unless gamma > 0.
class ExponentialLR final : public Scheduler {
 public:
  ExponentialLR(Optimizer& optimizer, ExponentialLROptions options,
                SourceLocation at = SourceLocation::current());

 private:
  double lr_at(std::size_t group, std::int64_t step) const override;
  ExponentialLROptions options_;
};

struct CosineAnnealingLROptions {
  std::int64_t T_max = 0;  ///< half a period; must be given
  double eta_min = 0;
};
/// eta_min + (base - eta_min) * (1 + cos(pi * t / T_max)) / 2 (Loshchilov & Hutter 2017, eq. 5, without
/// restarts): down to eta_min at T_max and, as in PyTorch, up again past it. Throws ValueError unless T_max
/// >= 1.
class CosineAnnealingLR final : public Scheduler {
 public:
  CosineAnnealingLR(Optimizer& optimizer, CosineAnnealingLROptions options,
                    SourceLocation at = SourceLocation::current());

 private:
  double lr_at(std::size_t group, std::int64_t step) const override;
  CosineAnnealingLROptions options_;
};

struct LinearLROptions {
  double start_factor = 1.0 / 3;
  double end_factor = 1;
  std::int64_t total_iters = 5;
};
/// base * f, where f goes from start_factor to end_factor in total_iters equal steps and then stays: a
/// warm-up. Throws ValueError unless start_factor lies in (0, 1], end_factor in [0, 1], and total_iters >= 1.
class LinearLR final : public Scheduler {
 public:
  LinearLR(Optimizer& optimizer, LinearLROptions options = {}, SourceLocation at = SourceLocation::current());

 private:
  double lr_at(std::size_t group, std::int64_t step) const override;
  LinearLROptions options_;
};

}  // namespace gradus::optim
