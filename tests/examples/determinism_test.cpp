#include <gradus/gradus.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "support/catch.hpp"
#include "support/same_bits.hpp"
#include "support/sanitized.hpp"

// Whole trainings: the same bits, in every weight, for any number of threads and from run to run.

namespace gradus::determinism_test {

namespace {

struct Net {
  nn::Conv2d conv{3, 16, 3};
  nn::BatchNorm2d norm{16};
  nn::Conv2d narrow{16, 24, 3, {.stride = 2, .padding = 1, .groups = 2}};
  nn::Linear hidden{24 * 4 * 4, 50};
  nn::LayerNorm layer_norm{{50}};
  nn::Linear out{50, 10};

  Tensor operator()(Tensor x) const {
    x = max_pool2d(relu(norm(conv(x))), 2);
    x = gelu(hidden(flatten(relu(narrow(x)), 1)));
    return out(dropout(layer_norm(x), 0.25));
  }
};

using MakeOptimizer = std::function<std::unique_ptr<optim::Optimizer>(std::vector<Tensor>)>;

template <class O>
MakeOptimizer maker(typename O::Options options) {
  return [options](std::vector<Tensor> parameters) {
    return std::make_unique<O>(std::move(parameters), options);
  };
}

/// A digest of all weights and buffers after a few steps.
std::uint64_t train(const MakeOptimizer& make) {
  manual_seed(11);
  Net net;
  const auto optimizer = make(nn::parameters(net));
  for (int step = 0; step < 2; ++step) {
    const Tensor images = randn({24, 3, 18, 18}), labels = randint(0, 10, {24});
    optimizer->zero_grad();
    cross_entropy(net(images), labels, {.label_smoothing = step == 1 ? 0.1 : 0.0}).backward();
    optim::clip_grad_norm(nn::parameters(net), 1.0);
    optimizer->step();
  }
  return nn::digest(nn::state_dict(net));
}

}  // namespace

TEST_CASE("trainings end in the same bits for any number of threads", "[determinism][threads]") {
  const std::vector<std::pair<std::string, MakeOptimizer>> optimizers{
      {"SGD", maker<optim::SGD>({.lr = 0.1, .momentum = 0.9, .nesterov = true})},
      {"Adam", maker<optim::Adam>({.lr = 0.01})},
      {"AdamW", maker<optim::AdamW>({.lr = 0.01})},
      {"RMSprop", maker<optim::RMSprop>({.lr = 0.01})},
      {"Adagrad", maker<optim::Adagrad>({.lr = 0.01})}};
  for (const auto& [name, make] : optimizers) {
    CAPTURE(name);
    const std::uint64_t alone = test::with_threads(1, [&, &make = make] { return train(make); });
    for (const int threads : test::sanitized ? std::vector{3} : std::vector{2, 3, 5, 8}) {
      CAPTURE(threads);
      CHECK(test::with_threads(threads, [&, &make = make] { return train(make); }) == alone);
    }
    CHECK(train(make) == alone);  // in the default arena
  }
}

TEST_CASE("digests tell trainings apart", "[determinism]") {
  CHECK(train(maker<optim::SGD>({.lr = 0.1})) != train(maker<optim::SGD>({.lr = 0.11})));
}

}  // namespace gradus::determinism_test
