#pragma once

#include <chrono>

#include <gradus/optim/optimizer.hpp>
#include <gradus/optim/state.hpp>

namespace gradus::optim {

/// Says when a training has had its time, by a clock that never goes back:
///
///     optim::TimeLimit limit{std::chrono::minutes(30)};
///     for (epoch...) {
///       train;
///       if (limit.stopped() || optim::lr_is_below(optimizer, 1e-6)) break;
///     }
///
/// See `EarlyStopping` for the rule that asks a metric.
class TimeLimit {
 public:
  using Seconds = std::chrono::duration<double>;
  /// The time runs from here. Throws ValueError unless the limit is positive.
  explicit TimeLimit(Seconds limit, SourceLocation at = SourceLocation::current());

  bool stopped() const { return elapsed() >= limit_; }
  Seconds elapsed() const { return Clock::now() - start_; }
  /// What remains, 0 once the limit is reached.
  Seconds left() const;

  /// The time that has passed. The limit is not part of it.
  State state_dict() const;
  /// Goes on from the time that had passed; what lay between does not count. Throws ValueError with the names
  /// that are missing or unexpected, and for a negative time.
  void load_state_dict(const State& state, SourceLocation at = SourceLocation::current());

 private:
  using Clock = std::chrono::steady_clock;
  Seconds limit_;
  std::chrono::time_point<Clock, Seconds> start_ = Clock::now();
};

/// Whether the learning rate of every parameter group is less than `limit`: a schedule such as
/// ReduceLROnPlateau has done what it can.
bool lr_is_below(Optimizer& optimizer, double limit);

}  // namespace gradus::optim
