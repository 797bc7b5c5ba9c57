// Updates of all the parameters of the digit network.
#include <library.hpp>
#include <models.hpp>

#include "harness.hpp"

namespace {

template <class Make>
void add_optimizer(const std::string& name, Make make) {
  add_row("optimizer/" + name, [=](benchmark::State& state) {
    models::Cnn net;
    auto optimizer = make(lib::parameters(net));
    net.loss(net(lib::rand({8, 1, 28, 28})), lib::integers(10, {8})).backward();
    measure(state, [&] { optimizer.step(); });
  });
}

}  // namespace

void add_optimizers() {
  add_optimizer("sgd", [](const lib::Tensors& p) { return lib::sgd(p); });
  add_optimizer("adam", [](const lib::Tensors& p) { return lib::adam(p); });
  add_optimizer("adamw", [](const lib::Tensors& p) { return lib::adamw(p); });
  add_optimizer("rmsprop", [](const lib::Tensors& p) { return lib::rmsprop(p); });
  add_optimizer("adagrad", [](const lib::Tensors& p) { return lib::adagrad(p); });
}
