#include <gradus/optim/adam.hpp>

#include <cmath>
#include <gradus/optim/fused.hpp>

namespace gradus::optim {

namespace {

template <class T>
struct AdamStep {
  T beta1, beta2, eps;
  T step_size;     // lr / (1 - beta1^t)
  T root;          // sqrt(1 - beta2^t)
  T weight_decay;  // L2
  T shrink;        // decoupled decay

  void operator()(T& w, T g, T& mean, T& square) const {
    moments(w, g, mean, square);
    w -= step_size * mean / (std::sqrt(square) / root + eps);
  }
  void operator()(T& w, T g, T& mean, T& square, T& largest) const {
    moments(w, g, mean, square);
    largest = largest >= square ? largest : square;  // a NaN stays
    w -= step_size * mean / (std::sqrt(largest) / root + eps);
  }

 private:
  void moments(T& w, T g, T& mean, T& square) const {
    if (weight_decay != 0) g += weight_decay * w;
    w *= shrink;
    mean = beta1 * mean + (1 - beta1) * g;
    square = beta2 * square + (1 - beta2) * g * g;
  }
};

template <class Options>
void adapt(const Options& o, double weight_decay, double shrink, std::span<Update<AdamState>> updates) {
  constexpr std::int64_t cost = 16;
  const auto make = [&]<class T>(const Update<AdamState>& u) {
    const auto t = static_cast<double>(u.steps);
    return AdamStep<T>{.beta1 = static_cast<T>(o.betas[0]),
                       .beta2 = static_cast<T>(o.betas[1]),
                       .eps = static_cast<T>(o.eps),
                       .step_size = static_cast<T>(o.lr / (1 - std::pow(o.betas[0], t))),
                       .root = static_cast<T>(std::sqrt(1 - std::pow(o.betas[1], t))),
                       .weight_decay = static_cast<T>(weight_decay),
                       .shrink = static_cast<T>(shrink)};
  };
  fused::prepare(updates, 0, &AdamState::exp_avg, &AdamState::exp_avg_sq);
  if (!o.amsgrad) return fused::update_all(updates, cost, make, &AdamState::exp_avg, &AdamState::exp_avg_sq);
  fused::prepare(updates, 0, &AdamState::max_exp_avg_sq);
  fused::update_all(updates, cost, make, &AdamState::exp_avg, &AdamState::exp_avg_sq,
                    &AdamState::max_exp_avg_sq);
}

}  // namespace

void AdamRule::check(const Options& options) { detail::check_adaptive(options); }
void AdamWRule::check(const Options& options) { detail::check_adaptive(options); }

void AdamRule::update(const Options& options, std::span<Update<State>> updates) {
  adapt(options, options.weight_decay, 1, updates);
}
void AdamWRule::update(const Options& options, std::span<Update<State>> updates) {
  adapt(options, 0, 1 - options.lr * options.weight_decay, updates);
}

template class RuleOptimizer<AdamRule>;
template class RuleOptimizer<AdamWRule>;

}  // namespace gradus::optim
