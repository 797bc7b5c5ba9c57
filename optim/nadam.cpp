#include <gradus/optim/nadam.hpp>

#include <cmath>
#include <gradus/optim/fused.hpp>

namespace gradus::optim {

namespace {

template <class T>
struct NAdamStep {
  T beta1, beta2, eps;
  T root;         // sqrt(1 - beta2^t)
  T of_gradient;  // lr (1 - mu_t) / (1 - M_t)
  T of_mean;      // lr mu_(t+1) / (1 - M_(t+1))
  T weight_decay;

  void operator()(T& w, T g, T& mean, T& square) const {
    if (weight_decay != 0) g += weight_decay * w;
    mean = beta1 * mean + (1 - beta1) * g;
    square = beta2 * square + (1 - beta2) * g * g;
    w -= (of_gradient * g + of_mean * mean) / (std::sqrt(square) / root + eps);
  }
};

double momentum(const NAdamOptions& o, std::int64_t step) {
  return o.betas[0] * (1 - 0.5 * std::pow(0.96, static_cast<double>(step) * o.momentum_decay));
}

}  // namespace

void NAdamRule::check(const Options& o) {
  detail::check_adaptive(o);
  detail::check_not_negative("momentum_decay", o.momentum_decay);
}

void NAdamRule::update(const Options& o, std::span<Update<State>> updates) {
  constexpr std::int64_t cost = 20;
  fused::prepare(updates, 0, &State::exp_avg, &State::exp_avg_sq);
  for (const Update<State>& u : updates) u.state.mu_product *= momentum(o, u.steps);
  fused::update_all(
      updates, cost,
      [&]<class T>(const Update<State>& u) {
        const double now = momentum(o, u.steps), next = momentum(o, u.steps + 1);
        const double product = u.state.mu_product;
        return NAdamStep<T>{
            .beta1 = static_cast<T>(o.betas[0]),
            .beta2 = static_cast<T>(o.betas[1]),
            .eps = static_cast<T>(o.eps),
            .root = static_cast<T>(std::sqrt(1 - std::pow(o.betas[1], static_cast<double>(u.steps)))),
            .of_gradient = static_cast<T>(o.lr * (1 - now) / (1 - product)),
            .of_mean = static_cast<T>(o.lr * next / (1 - product * next)),
            .weight_decay = static_cast<T>(o.weight_decay)};
      },
      &State::exp_avg, &State::exp_avg_sq);
}

template class RuleOptimizer<NAdamRule>;

}  // namespace gradus::optim
