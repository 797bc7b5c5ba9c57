#pragma once

#include <gradus/optim/schedule.hpp>

namespace gradus::optim {

/// Options of ReduceLROnPlateau.
struct ReduceLROnPlateauOptions {
  enum class Mode { min, max };
  enum class ThresholdMode { rel, abs };

  Mode mode = Mode::min;  ///< whether the metric is to fall (a loss) or to rise (an accuracy)
  double factor = 0.1;
  std::int64_t patience = 10;  ///< steps without improvement that are put up with
  double threshold = 1e-4;  ///< what counts as an improvement: best * (1 -+ threshold), or best -+ threshold
  ThresholdMode threshold_mode = ThresholdMode::rel;
  std::int64_t cooldown = 0;  ///< steps after a reduction in which nothing is counted
  PerGroup min_lr = 0;
  double eps = 1e-8;  ///< a reduction by no more than this is not made
};

/// Multiplies the learning rates by `factor` (not below min_lr) when a metric has not improved for more than
/// `patience` steps. A NaN is no improvement. The optimizer must outlive it.
class ReduceLROnPlateau {
 public:
  using Options = ReduceLROnPlateauOptions;
  /// Throws ValueError unless 0 <= factor < 1 and the other numbers are not negative.
  explicit ReduceLROnPlateau(Optimizer& optimizer, Options options = {},
                             SourceLocation at = SourceLocation::current());
  ReduceLROnPlateau(const ReduceLROnPlateau&) = delete;
  ReduceLROnPlateau& operator=(const ReduceLROnPlateau&) = delete;

  /// Takes note of this step's metric. Throws ValueError if groups have been added and min_lr does not fit.
  void step(double metric, SourceLocation at = SourceLocation::current());
  /// The groups' rates after the last step.
  const std::vector<double>& last_lr() const { return last_lr_; }
  /// The best metric so far; infinite before the first step.
  double best() const { return best_; }

  /// The best metric, the counts and the last rates. The options are not part of it.
  State state_dict() const;
  /// Throws ValueError with the names that are missing or unexpected.
  void load_state_dict(const State& state, SourceLocation at = SourceLocation::current());

 private:
  bool is_better(double metric) const;
  void reduce();
  void note_rates();

  Optimizer& optimizer_;
  Options options_;
  double best_;
  std::int64_t bad_steps_ = 0, cooldown_left_ = 0;
  std::vector<double> last_lr_;
};

}  // namespace gradus::optim
