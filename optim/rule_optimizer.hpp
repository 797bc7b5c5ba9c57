#pragma once

#include <array>
#include <concepts>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

#include <gradus/autograd/members.hpp>
#include <gradus/autograd/ops/arithmetic.hpp>
#include <gradus/autograd/tape.hpp>
#include <gradus/optim/optimizer.hpp>

namespace gradus::optim {

/// A parameter that has a gradient, in a running step. `State` is what the rule remembers of a parameter: a
/// plain struct of tensors, undefined until the rule makes them, and of numbers (double).
template <class State>
struct Update {
  Tensor parameter;
  Tensor gradient;  ///< read only; any strides
  State& state;
  std::int64_t steps;  ///< steps of this parameter, this one included: 1 in the first
  bool fresh = false;  ///< whether `fused::prepare` has made a state in this step
};

/// An update rule, which `RuleOptimizer` makes an optimizer of:
///
///     struct SignRule {
///       static constexpr const char* name = "Sign";
///       struct Options {  // of double, bool, std::int64_t, std::array of double; one is lr
///         double lr = 1e-3;
///       };
///       struct State {};                       // of Tensor, double
///       static void check(const Options& o);   // throws ValueError for options out of range
///       static void update(const Options& o, std::span<Update<State>> updates);  // see fused.hpp
///     };
///     using Sign = RuleOptimizer<SignRule>;
///
/// `update` gets all parameters of a group that have a gradient at once, so that it can pass over them as
/// over one long array. With a `bool maximize` among the options and true, it gets the gradients negated. A
/// rule that does not take every parameter has `static void check_parameter(const Tensor& parameter,
/// std::size_t index)`, which throws. One whose states have not all the shape of their parameter has `static
/// std::optional<Shape> state_shape(std::string_view state, const Shape& parameter)`, with nothing for a
/// state that such a parameter does not have.
template <class R>
concept Rule = requires(typename R::Options& options, std::span<Update<typename R::State>> updates) {
  { R::name } -> std::convertible_to<const char*>;
  { options.lr } -> std::same_as<double&>;
  R::check(options);
  R::update(options, updates);
};

/// Parameters in groups, each with its options, and beside each parameter its state; updated by the rule.
template <Rule R>
class RuleOptimizer final : public Optimizer {
 public:
  using Options = typename R::Options;
  /// Parameters that share options.
  struct Group {
    std::vector<Tensor> parameters;
    Options options = {};
  };

  /// One group. Throws as `add_group`.
  explicit RuleOptimizer(std::vector<Tensor> parameters, Options options = {},
                         SourceLocation at = SourceLocation::current()) {
    add_group({std::move(parameters), std::move(options)}, at);
  }
  /// Throws ValueError when there are none, and as `add_group`.
  explicit RuleOptimizer(std::vector<Group> groups, SourceLocation at = SourceLocation::current()) {
    const OpScope scope(R::name, at);
    require(!groups.empty(), "the list of parameter groups is empty");
    for (Group& group : groups) add_group(std::move(group), at);
  }

  /// Further parameters. Throws ValueError for an empty list, an undefined or expanded tensor, a tensor given
  /// twice, or options out of range; GraphError for one that is not a leaf, or when none requires a gradient.
  /// Those that do not (frozen ones) are passed over in `step`.
  void add_group(Group group, SourceLocation at = SourceLocation::current()) {
    const OpScope scope(R::name, at);
    R::check(group.options);
    const std::vector<Tensor> present = parameters();
    detail::check_parameters(group.parameters, present);
    if constexpr (requires { R::check_parameter(group.parameters[0], std::size_t{}); })
      for (std::size_t i = 0; i < group.parameters.size(); ++i)
        R::check_parameter(group.parameters[i], present.size() + i);
    Members& added = groups_.emplace_back(Members{std::move(group.options), {}});
    for (Tensor& parameter : group.parameters) added.slots.push_back({std::move(parameter), {}, 0});
  }

  /// The options of a group, to read and to set; checked at the next step. Throws IndexError.
  Options& options(std::size_t group = 0) { return at_group(group).options; }

  std::string_view name() const override { return R::name; }
  std::size_t group_count() const override { return groups_.size(); }
  double& lr(std::size_t group = 0) override { return options(group).lr; }
  double* momentum(std::size_t group = 0) override {
    [[maybe_unused]] Options& o = options(group);
    if constexpr (requires { o.momentum; })
      return &o.momentum;
    else if constexpr (requires { o.betas; })
      return &o.betas[0];
    else
      return nullptr;
  }
  std::vector<Tensor> parameters() const override {
    std::vector<Tensor> all;
    for (const Members& group : groups_)
      for (const Slot& slot : group.slots) all.push_back(slot.parameter);
    return all;
  }

  using Optimizer::step;
  void step(SourceLocation at = SourceLocation::current()) override;
  State state_dict() const override;
  void load_state_dict(const State& state, SourceLocation at = SourceLocation::current()) override;

 private:
  using RuleState = typename R::State;
  struct Slot {
    Tensor parameter;
    RuleState state;
    std::int64_t steps = 0;
  };
  struct Members {
    Options options;
    std::vector<Slot> slots;
  };

  Members& at_group(std::size_t group) {
    require<IndexError>(group < groups_.size(), "{} has no parameter group {}; there are {}", R::name, group,
                        groups_.size());
    return groups_[group];
  }
  /// Of the state of that name; nothing where such a parameter has none.
  static std::optional<Shape> state_shape(std::string_view state, const Tensor& parameter) {
    if constexpr (requires { R::state_shape(state, parameter.shape()); })
      return R::state_shape(state, parameter.shape());
    else
      return parameter.shape();
  }
  /// One a parameter, undefined where there is none, negated where the group maximizes.
  std::vector<Tensor> checked_gradients() const;

  std::vector<Members> groups_;
};

namespace detail {

/// Throws ValueError unless the options that rules with running means share are in range: lr, eps and
/// weight_decay not negative, betas in [0, 1). A rule need not have all of them.
template <class Options>
void check_adaptive(const Options& o) {
  check_not_negative("lr", o.lr);
  check_range("betas[0]", o.betas[0], 0, 1);
  check_range("betas[1]", o.betas[1], 0, 1);
  if constexpr (requires { o.eps; }) check_not_negative("eps", o.eps);
  check_not_negative("weight_decay", o.weight_decay);
}

/// Calls `f(name, number)` for each of the numbers in the options; std::arrays go by "betas.0".
template <class Options, class F>
void for_each_number(Options& options, F&& f) {
  for_each_member(options, [&](std::string_view name, auto& member) {
    if constexpr (requires { member[0]; })
      for (std::size_t i = 0; i < member.size(); ++i) f(fmt::format("{}.{}", name, i), member[i]);
    else
      f(std::string(name), member);
  });
}

/// Calls `f(name, tensor)` for each tensor, `f(name, number)` for each number of a parameter's state.
template <class State, class F>
void for_each_tensor(State& state, F&& f) {
  for_each_member(state, [&]<class M>(std::string_view name, M& member) {
    if constexpr (std::is_same_v<std::remove_const_t<M>, Tensor>) f(name, member);
  });
}
template <class State, class F>
void for_each_scalar(State& state, F&& f) {
  for_each_member(state, [&]<class M>(std::string_view name, M& member) {
    if constexpr (std::is_same_v<std::remove_const_t<M>, double>) f(name, member);
  });
}

}  // namespace detail

template <Rule R>
std::vector<Tensor> RuleOptimizer<R>::checked_gradients() const {
  std::vector<Tensor> gradients;
  for (const Members& group : groups_)
    for (const Slot& slot : group.slots) {
      const std::size_t index = gradients.size();
      Tensor& gradient = gradients.emplace_back(slot.parameter.grad());
      if (!gradient.defined()) continue;
      detail::check_companion("gradient", gradient, slot.parameter, index, slot.parameter.shape());
      detail::for_each_tensor(slot.state, [&](std::string_view name, const Tensor& state) {
        if (state.defined())
          detail::check_companion(name, state, slot.parameter, index,
                                  state_shape(name, slot.parameter).value_or(state.shape()));
      });
      if constexpr (requires { group.options.maximize; })
        if (group.options.maximize) gradient = -gradient;
    }
  detail::separate_gradients(gradients, parameters());
  return gradients;
}

template <Rule R>
void RuleOptimizer<R>::step(SourceLocation at) {
  const OpScope scope(R::name, at);
  const NoGrad guard;
  for (const Members& group : groups_) R::check(group.options);
  const std::vector<Tensor> gradients = checked_gradients();
  std::size_t index = 0;
  for (Members& group : groups_) {
    std::vector<Update<RuleState>> updates;
    for (Slot& slot : group.slots) {
      const Tensor& gradient = gradients[index++];
      if (!gradient.defined()) continue;
      slot.parameter.mark_written(R::name, at);
      updates.push_back({slot.parameter, gradient, slot.state, ++slot.steps});
    }
    R::update(std::as_const(group.options), std::span<Update<RuleState>>(updates));
  }
}

template <Rule R>
State RuleOptimizer<R>::state_dict() const {
  State out;
  const std::vector<std::string> keys = detail::parameter_keys(parameters());
  std::size_t index = 0;
  for (std::size_t g = 0; g < groups_.size(); ++g) {
    detail::for_each_number(groups_[g].options, [&](const std::string& name, const auto& value) {
      out.numbers[fmt::format("groups.{}.{}", g, name)] = static_cast<double>(value);
    });
    for (const Slot& slot : groups_[g].slots) {
      const std::string prefix = "state." + keys[index++] + ".";
      if (slot.steps == 0) continue;
      out.numbers[prefix + "steps"] = static_cast<double>(slot.steps);
      detail::for_each_tensor(slot.state, [&](std::string_view name, const Tensor& value) {
        if (value.defined()) out.tensors[prefix + std::string(name)] = value.clone();
      });
      detail::for_each_scalar(slot.state, [&](std::string_view name, double value) {
        out.numbers[prefix + std::string(name)] = value;
      });
    }
  }
  return out;
}

template <Rule R>
void RuleOptimizer<R>::load_state_dict(const State& state, SourceLocation at) {
  const OpScope scope(R::name, at);
  std::vector<Members> loaded = groups_;
  StateReader reader(state);
  const std::vector<std::string> keys = detail::parameter_keys(parameters());
  std::size_t index = 0;
  for (std::size_t g = 0; g < loaded.size(); ++g) {
    detail::for_each_number(loaded[g].options, [&]<class T>(const std::string& name, T& value) {
      const double number = reader.number(fmt::format("groups.{}.{}", g, name));
      value = static_cast<T>(number);
    });
    for (Slot& slot : loaded[g].slots) {
      const std::string prefix = "state." + keys[index++] + ".";
      const bool stepped = reader.has_number(prefix + "steps");
      slot.steps = stepped ? reader.integer(prefix + "steps") : 0;
      slot.state = {};
      if (!stepped) continue;
      detail::for_each_tensor(slot.state, [&](std::string_view name, Tensor& value) {
        if (const auto shape = state_shape(name, slot.parameter))
          value = reader.find_tensor(prefix + std::string(name), slot.parameter, *shape);
      });
      detail::for_each_scalar(slot.state, [&](std::string_view name, double& value) {
        value = reader.number(prefix + std::string(name));
      });
    }
  }
  reader.finish();
  for (const Members& group : loaded) R::check(group.options);
  groups_ = std::move(loaded);
}

}  // namespace gradus::optim
