#pragma once

#include <optional>
#include <vector>

#include <gradus/optim/state.hpp>

namespace gradus::optim {

/// Options of EMA.
struct EMAOptions {
  /// Share that the average keeps in each update; nullopt means the plain mean of all updates (stochastic
  /// weight averaging, Izmailov et al. 2018).
  std::optional<double> decay = 0.999;
  /// Lets the share grow as (1 + t) / (10 + t) up to decay, so that early averages are not held back by the
  /// start.
  bool warm_up = false;
};

/// Running averages of parameters, which often do better than the parameters of the last step (Polyak &
/// Juditsky 1992): average = decay * average + (1 - decay) * parameter.
///
///     optim::EMA ema{nn::parameters(net), {.decay = 0.99}};
///     ... sgd.step(); ema.update();
///     {
///       const optim::EMA::Applied averages(ema);  // the model has the averages until here
///       evaluate(net);
///     }
///
/// The first update takes the parameters as they are. Buffers, such as batch norm's statistics, may be given
/// along with the parameters, as long as they are floating.
class EMA {
 public:
  /// Throws ValueError for an empty list, an undefined tensor, or a decay outside of [0, 1], DTypeError
  /// unless all are floating.
  explicit EMA(std::vector<Tensor> parameters, const EMAOptions& options = {},
               SourceLocation at = SourceLocation::current());

  /// Takes note of the current values.
  void update(SourceLocation at = SourceLocation::current());
  /// How many updates there have been.
  std::int64_t updates() const { return updates_; }
  /// One for each parameter; the values at construction before the first update.
  const std::vector<Tensor>& averages() const { return averages_; }
  /// Exchanges the values of the parameters and the averages.
  void swap(SourceLocation at = SourceLocation::current());
  /// Gives other tensors, such as the parameters of a clone, the averages. Throws ValueError for another
  /// number of tensors, ShapeError for other shapes.
  void copy_to(const std::vector<Tensor>& parameters, SourceLocation at = SourceLocation::current()) const;

  /// The parameters have the averages as long as it lives, and then their own values again.
  class Applied {
   public:
    explicit Applied(EMA& ema) : ema_(ema) { ema_.swap(); }
    ~Applied() { ema_.swap(); }
    Applied(const Applied&) = delete;
    Applied& operator=(const Applied&) = delete;

   private:
    EMA& ema_;
  };

  /// The averages, by the parameters' names if all have different ones, and the number of updates.
  State state_dict() const;
  /// Throws ValueError with the names that are missing or unexpected, ShapeError or DTypeError; then nothing
  /// has been changed.
  void load_state_dict(const State& state, SourceLocation at = SourceLocation::current());

 private:
  std::vector<Tensor> parameters_, averages_;
  EMAOptions options_;
  std::int64_t updates_ = 0;
};

}  // namespace gradus::optim
