#include <gradus/optim/adagrad.hpp>

#include <cmath>
#include <gradus/optim/fused.hpp>

namespace gradus::optim {

namespace {

template <class T>
struct Accumulate {
  T lr, weight_decay, eps;

  void operator()(T& w, T g, T& sum) const {
    if (weight_decay != 0) g += weight_decay * w;
    sum += g * g;
    w -= lr * g / (std::sqrt(sum) + eps);
  }
};

}  // namespace

void AdagradRule::check(const Options& o) {
  detail::check_not_negative("lr", o.lr);
  detail::check_not_negative("lr_decay", o.lr_decay);
  detail::check_not_negative("weight_decay", o.weight_decay);
  detail::check_not_negative("initial_accumulator_value", o.initial_accumulator_value);
  detail::check_not_negative("eps", o.eps);
}

void AdagradRule::update(const Options& o, std::span<Update<State>> updates) {
  constexpr std::int64_t cost = 12;
  fused::prepare(updates, o.initial_accumulator_value, &State::sum);
  fused::update_all(
      updates, cost,
      [&]<class T>(const Update<State>& u) {
        const double lr = o.lr / (1 + static_cast<double>(u.steps - 1) * o.lr_decay);
        return Accumulate<T>{static_cast<T>(lr), static_cast<T>(o.weight_decay), static_cast<T>(o.eps)};
      },
      &State::sum);
}

template class RuleOptimizer<AdagradRule>;

}  // namespace gradus::optim
