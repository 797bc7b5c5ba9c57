#pragma once

#include <cstdint>

#include <gradus/optim/state.hpp>

namespace gradus::optim {

/// Options of EarlyStopping.
struct EarlyStoppingOptions {
  enum class Mode { min, max };

  Mode mode = Mode::min;       ///< whether the metric is to fall (a loss) or to rise (an accuracy)
  std::int64_t patience = 10;  ///< steps without improvement that are put up with
  double min_delta = 0;        ///< by how much at least the best must be beaten to count as improvement
};

/// Says when to end a training whose validation metric no longer improves (Prechelt 1998):
///
///     optim::EarlyStopping stopping{{.patience = 5}};
///     for (epoch...) {
///       train;
///       const bool stop = stopping.step(validation_loss);
///       if (stopping.improved()) save(net);
///       if (stop) break;
///     }
///
/// A NaN is no improvement.
class EarlyStopping {
 public:
  using Options = EarlyStoppingOptions;
  /// Throws ValueError for a negative patience or min_delta.
  explicit EarlyStopping(const Options& options = {}, SourceLocation at = SourceLocation::current());

  /// Takes note of this step's metric; true once it has not improved in more than `patience` steps.
  bool step(double metric);
  bool stopped() const { return bad_steps_ > options_.patience; }
  /// Whether the last step was the best so far.
  bool improved() const { return steps_ > 0 && bad_steps_ == 0; }
  /// The best metric, infinite before the first step, and the number of the step that had it, from 1.
  double best() const { return best_; }
  std::int64_t best_step() const { return steps_ - bad_steps_; }

  /// The best metric and the counts. The options are not part of it.
  State state_dict() const;
  /// Throws ValueError with the names that are missing or unexpected.
  void load_state_dict(const State& state, SourceLocation at = SourceLocation::current());

 private:
  Options options_;
  double best_;
  std::int64_t steps_ = 0, bad_steps_ = 0;
};

}  // namespace gradus::optim
