// What an op costs beside its arithmetic: chains of ops on single numbers.
#include <library.hpp>

#include "harness.hpp"

namespace {

constexpr int length = 1000;

/// y = x, then y = f(y, x) again and again.
template <class F>
lib::Tensor chain(const lib::Tensor& x, const F& f) {
  lib::Tensor y = x;
  for (int i = 0; i < length; ++i) y = f(y, x);
  return y;
}

template <class F>
void add_chain(const std::string& name, const F& f) {
  const auto make = [=](bool recorded, bool backward) {
    return [=](benchmark::State& state) {
      const lib::Tensor x = lib::full({1}, 1.0).requires_grad_(recorded);
      measure(state, [&] {
        lib::Tensor y = chain(x, f);
        if (backward) y.backward();
        return y;
      });
      state.counters["units"] = length;
    };
  };
  add_row("scalar/" + name + "/unrecorded", make(false, false));
  add_row("scalar/" + name + "/forward", make(true, false));
  add_row("scalar/" + name + "/forward_backward", make(true, true));
}

}  // namespace

void add_scalars() {
  add_chain("mul", [](const lib::Tensor& y, const lib::Tensor& x) { return y * x; });
  add_chain("tanh", [](const lib::Tensor& y, const lib::Tensor&) { return lib::tanh(y); });
}
