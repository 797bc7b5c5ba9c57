#include <gradus/optim/asgd.hpp>

#include <algorithm>
#include <cmath>
#include <gradus/optim/fused.hpp>

namespace gradus::optim {

namespace {

template <class T>
struct ASGDStep {
  T eta, shrink, share, weight_decay;

  void operator()(T& w, T g, T& mean) const {
    if (weight_decay != 0) g += weight_decay * w;
    w = w * shrink - eta * g;
    mean = share == 1 ? w : mean + (w - mean) * share;
  }
};

}  // namespace

void ASGDRule::check(const Options& o) {
  detail::check_not_negative("lr", o.lr);
  detail::check_not_negative("lambd", o.lambd);
  detail::check_not_negative("alpha", o.alpha);
  detail::check_not_negative("t0", o.t0);
  detail::check_not_negative("weight_decay", o.weight_decay);
}

void ASGDRule::update(const Options& o, std::span<Update<State>> updates) {
  constexpr std::int64_t cost = 8;
  fused::prepare(updates, 0, &State::ax);
  fused::update_all(
      updates, cost,
      [&]<class T>(const Update<State>& u) {
        const auto before = static_cast<double>(u.steps - 1);
        const double eta = o.lr / std::pow(1 + o.lambd * o.lr * before, o.alpha);
        return ASGDStep<T>{static_cast<T>(eta), static_cast<T>(1 - o.lambd * eta),
                           static_cast<T>(1 / std::max(1.0, before - o.t0)), static_cast<T>(o.weight_decay)};
      },
      &State::ax);
}

template class RuleOptimizer<ASGDRule>;

}  // namespace gradus::optim
