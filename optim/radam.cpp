#include <gradus/optim/radam.hpp>

#include <cmath>
#include <gradus/optim/fused.hpp>

namespace gradus::optim {

namespace {

template <class T>
struct RAdamStep {
  T beta1, beta2, eps;
  T step_size;  // lr / (1 - beta1^t)
  T scale;      // of the adaptive step; 0 while there is none
  T weight_decay;

  void operator()(T& w, T g, T& mean, T& square) const {
    if (weight_decay != 0) g += weight_decay * w;
    mean = beta1 * mean + (1 - beta1) * g;
    square = beta2 * square + (1 - beta2) * g * g;
    const T step = step_size * mean;
    w -= scale == 0 ? step : step * scale / (std::sqrt(square) + eps);
  }
};

/// The factor of 1 / (sqrt(v) + eps), or 0 while the variance of v is unbounded.
double rectification(double beta2, std::int64_t steps) {
  const auto t = static_cast<double>(steps);
  const double power = std::pow(beta2, t);
  const double most = 2 / (1 - beta2) - 1;
  const double length = most - 2 * t * power / (1 - power);
  if (length <= 5) return 0;
  return std::sqrt((length - 4) * (length - 2) * most / ((most - 4) * (most - 2) * length) * (1 - power));
}

}  // namespace

void RAdamRule::check(const Options& o) { detail::check_adaptive(o); }

void RAdamRule::update(const Options& o, std::span<Update<State>> updates) {
  constexpr std::int64_t cost = 20;
  fused::prepare(updates, 0, &State::exp_avg, &State::exp_avg_sq);
  fused::update_all(
      updates, cost,
      [&]<class T>(const Update<State>& u) {
        const double correction = 1 - std::pow(o.betas[0], static_cast<double>(u.steps));
        return RAdamStep<T>{.beta1 = static_cast<T>(o.betas[0]),
                            .beta2 = static_cast<T>(o.betas[1]),
                            .eps = static_cast<T>(o.eps),
                            .step_size = static_cast<T>(o.lr / correction),
                            .scale = static_cast<T>(rectification(o.betas[1], u.steps)),
                            .weight_decay = static_cast<T>(o.weight_decay)};
      },
      &State::exp_avg, &State::exp_avg_sq);
}

template class RuleOptimizer<RAdamRule>;

}  // namespace gradus::optim
