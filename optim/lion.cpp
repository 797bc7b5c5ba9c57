#include <gradus/optim/lion.hpp>

#include <gradus/optim/fused.hpp>

namespace gradus::optim {

namespace {

template <class T>
struct LionStep {
  T lr, beta1, beta2, shrink;

  void operator()(T& w, T g, T& mean) const {
    const T way = beta1 * mean + (1 - beta1) * g;
    w = w * shrink - lr * (way > 0 ? T(1) : way < 0 ? T(-1) : way);  // 0 and NaN stay
    mean = beta2 * mean + (1 - beta2) * g;
  }
};

}  // namespace

void LionRule::check(const Options& o) { detail::check_adaptive(o); }

void LionRule::update(const Options& o, std::span<Update<State>> updates) {
  constexpr std::int64_t cost = 8;
  fused::prepare(updates, 0, &State::exp_avg);
  fused::update_all(
      updates, cost,
      [&]<class T>(const Update<State>&) {
        return LionStep<T>{static_cast<T>(o.lr), static_cast<T>(o.betas[0]), static_cast<T>(o.betas[1]),
                           static_cast<T>(1 - o.lr * o.weight_decay)};
      },
      &State::exp_avg);
}

template class RuleOptimizer<LionRule>;

}  // namespace gradus::optim
