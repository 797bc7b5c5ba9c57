#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <gradus/autograd/tensor.hpp>
#include <gradus/optim/state.hpp>

namespace gradus::optim {

/// What every optimizer can do, whatever its rule: what a training loop and a schedule need to know.
/// Parameters are kept in groups, each with options of its own. Not copied or moved: schedules refer to it.
class Optimizer {
 public:
  /// Makes the parameters forget their gradients, computes the loss at their current values, calls backward
  /// and returns the loss.
  using Closure = std::function<Tensor()>;

  virtual ~Optimizer() = default;
  Optimizer(const Optimizer&) = delete;
  Optimizer& operator=(const Optimizer&) = delete;

  /// Updates in place every parameter that has a gradient; one that has none keeps its value and its state,
  /// and does not count the step. Nothing is recorded, and gradients are only read. The same bits for any
  /// number of threads. A graph recorded before with the old values can no longer be differentiated: its
  /// backward throws GraphError. Throws ValueError for options out of range, ShapeError or DTypeError for a
  /// gradient that does not fit; then nothing has been changed.
  virtual void step(SourceLocation at = SourceLocation::current()) = 0;
  /// A step on the gradients that `closure` computes: once, but for an optimizer that needs the loss at
  /// several points (LBFGS), for which it must be a function of the parameters, with the same random numbers
  /// each time. Returns the loss before the step. A training loop that steps like this takes every optimizer.
  virtual double step(const Closure& closure, SourceLocation at = SourceLocation::current());
  /// Makes every parameter forget its gradient: `grad()` is undefined again.
  void zero_grad();

  /// "SGD".
  virtual std::string_view name() const = 0;
  /// All parameters in the order given, group by group.
  virtual std::vector<Tensor> parameters() const = 0;
  virtual std::size_t group_count() const = 0;

  /// The learning rate of a group, to read and to set: `sgd.lr() = 0.01`. Throws IndexError.
  virtual double& lr(std::size_t group = 0) = 0;
  /// What schedules cycle as momentum (SGD's and RMSprop's momentum, Adam's first beta); null when the rule
  /// has none. Throws IndexError.
  virtual double* momentum(std::size_t group = 0) = 0;

  /// A snapshot of options and state. Parameters go by their names if all have different ones, else by their
  /// index in `parameters()`.
  virtual State state_dict() const = 0;
  /// Takes over such a snapshot: steps continue exactly as they would have there. The parameters' own values
  /// are not part of it. Throws ValueError with the names that are missing or unexpected, ShapeError or
  /// DTypeError for a tensor that does not fit its parameter; then nothing has been changed.
  virtual void load_state_dict(const State& state, SourceLocation at = SourceLocation::current()) = 0;

 protected:
  Optimizer() = default;
};

namespace detail {

/// "parameter 3 (fc1.weight)", for error texts.
std::string describe(const Tensor& parameter, std::size_t index);
/// Throws unless `added` can be optimized beside `present`: defined leaves that require a gradient, whose
/// elements have memory of their own, none twice.
void check_parameters(const std::vector<Tensor>& added, const std::vector<Tensor>& present);
/// Throws unless the parameter's gradient or state, called `what`, has the shape that it needs, and its
/// dtype.
void check_companion(std::string_view what, const Tensor& companion, const Tensor& parameter,
                     std::size_t index, const Shape& needed);
/// What the parameters are called in a state: by name if all have different ones, else by index.
std::vector<std::string> parameter_keys(const std::vector<Tensor>& parameters);
/// Replaces gradients that share memory with a parameter by copies: updates read what was there before.
void separate_gradients(std::vector<Tensor>& gradients, const std::vector<Tensor>& parameters);

/// Throw ValueError unless value >= 0, or low <= value < high. NaN is refused.
void check_not_negative(std::string_view option, double value);
void check_range(std::string_view option, double value, double low, double high);

}  // namespace detail

}  // namespace gradus::optim
