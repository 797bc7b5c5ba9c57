#include <gradus/optim/rprop.hpp>

#include <algorithm>
#include <gradus/optim/fused.hpp>

namespace gradus::optim {

namespace {

template <class T>
struct RpropStep {
  T shrink, grow, least, most;

  void operator()(T& w, T g, T& before, T& step) const {
    const T agreement = g * before;
    if (agreement > 0) step = std::min(std::max(step * grow, least), most);
    if (agreement < 0) {
      step = std::min(std::max(step * shrink, least), most);
      g = 0;
    }
    before = g;
    w -= g > 0 ? step : g < 0 ? -step : g;  // 0 and NaN stay
  }
};

}  // namespace

void RpropRule::check(const Options& o) {
  detail::check_not_negative("lr", o.lr);
  require(0 < o.etas[0] && o.etas[0] < 1 && 1 < o.etas[1],
          "etas are {} and {}; they must lie on both sides of 1", o.etas[0], o.etas[1]);
  require(0 <= o.step_sizes[0] && o.step_sizes[0] <= o.step_sizes[1],
          "step_sizes are {} and {}; the first must not be the larger", o.step_sizes[0], o.step_sizes[1]);
}

void RpropRule::update(const Options& o, std::span<Update<State>> updates) {
  constexpr std::int64_t cost = 8;
  fused::prepare(updates, 0, &State::prev);
  fused::prepare(updates, o.lr, &State::step_size);
  fused::update_all(
      updates, cost,
      [&]<class T>(const Update<State>&) {
        return RpropStep<T>{static_cast<T>(o.etas[0]), static_cast<T>(o.etas[1]),
                            static_cast<T>(o.step_sizes[0]), static_cast<T>(o.step_sizes[1])};
      },
      &State::prev, &State::step_size);
}

template class RuleOptimizer<RpropRule>;

}  // namespace gradus::optim
