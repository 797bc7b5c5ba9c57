#include <gradus/optim/rmsprop.hpp>

#include <cmath>
#include <gradus/optim/fused.hpp>

namespace gradus::optim {

namespace {

template <class T>
struct Scale {
  T lr, alpha, eps, weight_decay, momentum;

  /// The direction to go, g over its running size.
  T plain(T w, T g, T& square) const {
    if (weight_decay != 0) g += weight_decay * w;
    square = alpha * square + (1 - alpha) * g * g;
    return g / (std::sqrt(square) + eps);
  }
  T centered(T w, T g, T& square, T& mean) const {
    if (weight_decay != 0) g += weight_decay * w;
    square = alpha * square + (1 - alpha) * g * g;
    mean = alpha * mean + (1 - alpha) * g;
    const T variance = square - mean * mean;
    return g / (std::sqrt(variance < 0 ? T(0) : variance) + eps);  // a NaN stays
  }
  void move(T& w, T direction) const { w -= lr * direction; }
  void move(T& w, T direction, T& buffer) const {
    buffer = momentum * buffer + direction;
    w -= lr * buffer;
  }
};

template <class T>
struct Plain : Scale<T> {
  template <class... Buffer>
  void operator()(T& w, T g, T& square, Buffer&... buffer) const {
    this->move(w, this->plain(w, g, square), buffer...);
  }
};

template <class T>
struct Centered : Scale<T> {
  template <class... Buffer>
  void operator()(T& w, T g, T& square, T& mean, Buffer&... buffer) const {
    this->move(w, this->centered(w, g, square, mean), buffer...);
  }
};

template <template <class> class Form, class... Member>
void scale(const RMSpropOptions& o, std::span<Update<RMSpropRule::State>> updates, Member... member) {
  constexpr std::int64_t cost = 12;
  fused::prepare(updates, 0, member...);
  fused::update_all(
      updates, cost,
      [&]<class T>(const auto&) {
        return Form<T>{{static_cast<T>(o.lr), static_cast<T>(o.alpha), static_cast<T>(o.eps),
                        static_cast<T>(o.weight_decay), static_cast<T>(o.momentum)}};
      },
      member...);
}

}  // namespace

void RMSpropRule::check(const Options& o) {
  detail::check_not_negative("lr", o.lr);
  detail::check_not_negative("eps", o.eps);
  detail::check_not_negative("weight_decay", o.weight_decay);
  detail::check_not_negative("momentum", o.momentum);
  detail::check_range("alpha", o.alpha, 0, 1);
}

void RMSpropRule::update(const Options& o, std::span<Update<State>> updates) {
  constexpr auto square = &State::square_avg, mean = &State::grad_avg, buffer = &State::momentum_buffer;
  if (o.centered)
    o.momentum > 0 ? scale<Centered>(o, updates, square, mean, buffer)
                   : scale<Centered>(o, updates, square, mean);
  else
    o.momentum > 0 ? scale<Plain>(o, updates, square, buffer) : scale<Plain>(o, updates, square);
}

template class RuleOptimizer<RMSpropRule>;

}  // namespace gradus::optim
