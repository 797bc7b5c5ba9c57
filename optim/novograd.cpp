#include <gradus/optim/novograd.hpp>

#include <cmath>

#include <gradus/autograd/ops/vector_norm.hpp>
#include <gradus/optim/fused.hpp>

namespace gradus::optim {

namespace {

template <class T>
struct NovoGradStep {
  T lr, beta1, share, scale, weight_decay;

  void operator()(T& w, T g, T& m) const {
    m = beta1 * m + share * (scale * g + weight_decay * w);
    w -= lr * m;
  }
};

}  // namespace

void NovoGradRule::check(const Options& o) { detail::check_adaptive(o); }

void NovoGradRule::update(const Options& o, std::span<Update<State>> updates) {
  constexpr std::int64_t cost = 8;
  fused::prepare(updates, 0, &State::exp_avg);
  for (const Update<State>& u : updates) {
    const double length = norm(u.gradient).item<double>(), square = length * length;
    double& v = u.state.exp_avg_sq;
    v = u.steps == 1 ? square : o.betas[1] * v + (1 - o.betas[1]) * square;
  }
  fused::update_all(
      updates, cost,
      [&]<class T>(const Update<State>& u) {
        const double root = std::sqrt(u.state.exp_avg_sq) + o.eps;
        return NovoGradStep<T>{
            .lr = static_cast<T>(o.lr),
            .beta1 = static_cast<T>(o.betas[0]),
            .share = static_cast<T>(o.grad_averaging ? 1 - o.betas[0] : 1),
            .scale = static_cast<T>(root > 0 ? 1 / root : 0),  // only a g of zeros leaves it at 0
            .weight_decay = static_cast<T>(o.weight_decay)};
      },
      &State::exp_avg);
}

template class RuleOptimizer<NovoGradRule>;

}  // namespace gradus::optim
