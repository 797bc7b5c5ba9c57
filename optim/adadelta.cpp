#include <gradus/optim/adadelta.hpp>

#include <cmath>
#include <gradus/optim/fused.hpp>

namespace gradus::optim {

namespace {

template <class T>
struct AdadeltaStep {
  T lr, rho, eps, weight_decay;

  void operator()(T& w, T g, T& square, T& delta) const {
    if (weight_decay != 0) g += weight_decay * w;
    square = rho * square + (1 - rho) * g * g;
    const T d = std::sqrt(delta + eps) / std::sqrt(square + eps) * g;
    delta = rho * delta + (1 - rho) * d * d;
    w -= lr * d;
  }
};

}  // namespace

void AdadeltaRule::check(const Options& o) {
  detail::check_not_negative("lr", o.lr);
  detail::check_range("rho", o.rho, 0, 1);
  detail::check_not_negative("eps", o.eps);
  detail::check_not_negative("weight_decay", o.weight_decay);
}

void AdadeltaRule::update(const Options& o, std::span<Update<State>> updates) {
  constexpr std::int64_t cost = 20;
  fused::prepare(updates, 0, &State::square_avg, &State::acc_delta);
  fused::update_all(
      updates, cost,
      [&]<class T>(const Update<State>&) {
        return AdadeltaStep<T>{static_cast<T>(o.lr), static_cast<T>(o.rho), static_cast<T>(o.eps),
                               static_cast<T>(o.weight_decay)};
      },
      &State::square_avg, &State::acc_delta);
}

template class RuleOptimizer<AdadeltaRule>;

}  // namespace gradus::optim
