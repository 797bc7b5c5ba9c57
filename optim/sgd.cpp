#include <gradus/optim/sgd.hpp>

#include <gradus/optim/fused.hpp>

namespace gradus::optim {

namespace {

template <class T>
struct Descend {
  T lr, momentum, keep, weight_decay;
  bool nesterov;

  void operator()(T& w, T g) const {
    if (weight_decay != 0) g += weight_decay * w;
    w -= lr * g;
  }
  void operator()(T& w, T g, T& buffer) const {
    if (weight_decay != 0) g += weight_decay * w;
    buffer = momentum * buffer + keep * g;
    w -= lr * (nesterov ? g + momentum * buffer : buffer);
  }
};

}  // namespace

void SGDRule::check(const Options& o) {
  detail::check_not_negative("lr", o.lr);
  detail::check_not_negative("momentum", o.momentum);
  detail::check_not_negative("weight_decay", o.weight_decay);
  require(!o.nesterov || (o.momentum > 0 && o.dampening == 0),
          "nesterov needs a momentum above 0 and a dampening of 0; momentum is {} and dampening {}",
          o.momentum, o.dampening);
}

void SGDRule::update(const Options& o, std::span<Update<State>> updates) {
  constexpr std::int64_t cost = 4;
  const auto descend = [&]<class T>(const Update<State>& u) {
    const double keep = u.fresh ? 1 : 1 - o.dampening;  // a fresh buffer starts as the gradient itself
    return Descend<T>{static_cast<T>(o.lr), static_cast<T>(o.momentum), static_cast<T>(keep),
                      static_cast<T>(o.weight_decay), o.nesterov};
  };
  if (o.momentum == 0) return fused::update_all(updates, cost, descend);
  fused::prepare(updates, 0, &State::momentum_buffer);
  fused::update_all(updates, cost, descend, &State::momentum_buffer);
}

template class RuleOptimizer<SGDRule>;

}  // namespace gradus::optim
