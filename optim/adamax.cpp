#include <gradus/optim/adamax.hpp>

#include <cmath>
#include <gradus/optim/fused.hpp>

namespace gradus::optim {

namespace {

template <class T>
struct AdamaxStep {
  T beta1, beta2, eps;
  T step_size;  // lr / (1 - beta1^t)
  T weight_decay;

  void operator()(T& w, T g, T& mean, T& largest) const {
    if (weight_decay != 0) g += weight_decay * w;
    mean = beta1 * mean + (1 - beta1) * g;
    const T now = std::abs(g) + eps, before = beta2 * largest;
    largest = before > now ? before : now;  // a NaN of now stays
    w -= step_size * mean / largest;
  }
};

}  // namespace

void AdamaxRule::check(const Options& o) { detail::check_adaptive(o); }

void AdamaxRule::update(const Options& o, std::span<Update<State>> updates) {
  constexpr std::int64_t cost = 12;
  fused::prepare(updates, 0, &State::exp_avg, &State::exp_inf);
  fused::update_all(
      updates, cost,
      [&]<class T>(const Update<State>& u) {
        const double correction = 1 - std::pow(o.betas[0], static_cast<double>(u.steps));
        return AdamaxStep<T>{static_cast<T>(o.betas[0]), static_cast<T>(o.betas[1]), static_cast<T>(o.eps),
                             static_cast<T>(o.lr / correction), static_cast<T>(o.weight_decay)};
      },
      &State::exp_avg, &State::exp_inf);
}

template class RuleOptimizer<AdamaxRule>;

}  // namespace gradus::optim
