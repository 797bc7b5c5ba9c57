#pragma once

#include <memory>

#include "optim/trajectory.hpp"

// What the tests that every optimizer has to pass share.
namespace gradus::test {

/// Each optimizer with the options that use all of its state.
inline std::unique_ptr<optim::Optimizer> make(const std::string& name, std::vector<Tensor> parameters) {
  if (name == "SGD")
    return std::make_unique<optim::SGD>(std::move(parameters), optim::SGDOptions{.lr = 0.1, .momentum = 0.9});
  if (name == "Adam")
    return std::make_unique<optim::Adam>(std::move(parameters),
                                         optim::AdamOptions{.lr = 0.1, .amsgrad = true});
  if (name == "AdamW") return std::make_unique<optim::AdamW>(std::move(parameters));
  if (name == "RMSprop")
    return std::make_unique<optim::RMSprop>(std::move(parameters),
                                            optim::RMSpropOptions{.momentum = 0.9, .centered = true});
  if (name == "Adadelta") return std::make_unique<optim::Adadelta>(std::move(parameters));
  if (name == "Adamax")
    return std::make_unique<optim::Adamax>(std::move(parameters), optim::AdamaxOptions{.lr = 0.1});
  if (name == "NAdam")
    return std::make_unique<optim::NAdam>(std::move(parameters), optim::NAdamOptions{.lr = 0.1});
  if (name == "RAdam")
    return std::make_unique<optim::RAdam>(std::move(parameters), optim::RAdamOptions{.lr = 0.1});
  if (name == "Lion")
    return std::make_unique<optim::Lion>(std::move(parameters), optim::LionOptions{.lr = 0.05});
  if (name == "Rprop") return std::make_unique<optim::Rprop>(std::move(parameters));
  if (name == "Adafactor")
    return std::make_unique<optim::Adafactor>(std::move(parameters), optim::AdafactorOptions{.lr = 0.1});
  if (name == "NovoGrad")
    return std::make_unique<optim::NovoGrad>(std::move(parameters), optim::NovoGradOptions{.lr = 0.01});
  if (name == "ASGD")
    return std::make_unique<optim::ASGD>(std::move(parameters), optim::ASGDOptions{.lr = 0.1, .t0 = 1});
  if (name == "Muon") return std::make_unique<optim::Muon>(std::move(parameters));
  return std::make_unique<optim::Adagrad>(std::move(parameters), optim::AdagradOptions{.lr_decay = 0.1});
}

inline std::string any_optimizer() {
  return GENERATE(as<std::string>{}, "SGD", "Adam", "AdamW", "RMSprop", "Adagrad", "Adadelta", "Adamax",
                  "NAdam", "RAdam", "Lion", "Rprop", "ASGD", "Adafactor", "NovoGrad");
}

/// Two parameters that always start alike.
inline std::vector<Tensor> two_leaves() {
  return {leaf(linspace(-1, 1, 6), float64), leaf(linspace(2, 3, 5))};
}

/// A step on gradients that depend on `step` alone.
inline void train(optim::Optimizer& optimizer, int step) {
  Generator generator(static_cast<std::uint64_t>(step));
  for (Tensor& x : optimizer.parameters()) x.set_grad(randn(x.shape(), {.dtype = x.dtype()}, &generator));
  optimizer.step();
}

/// Parameters and gradients after ten steps, with weight decay where there is some: down f, or up -f (whose
/// gradient counts negated).
inline std::vector<Tensor> ten_steps(const std::string& name, const std::vector<Tensor>& start, bool up) {
  std::vector<Tensor> w;
  for (const Tensor& x : start) w.push_back(leaf(x));
  const auto optimizer = make(name, w);
  optim::State state = optimizer->state_dict();
  state.numbers.at("groups.0.maximize") = up;
  if (state.numbers.contains("groups.0.weight_decay")) state.numbers["groups.0.weight_decay"] = 0.1;
  optimizer->load_state_dict(state);
  for (int step = 0; step < 10; ++step) {
    optimizer->zero_grad();
    for (const Tensor& x : w) {
      const Tensor f = sum(square(x - 0.3) * exp(0.1 * x));
      (up ? -f : f).backward();
    }
    optimizer->step();
  }
  std::vector<Tensor> after;
  for (const Tensor& x : w) {
    after.push_back(x.detach());
    after.push_back(up ? -x.grad() : x.grad());
  }
  return after;
}

inline void check_climbing(const std::string& name, const std::vector<Tensor>& start) {
  CAPTURE(name);
  const std::vector<Tensor> down = ten_steps(name, start, false), up = ten_steps(name, start, true);
  for (std::size_t i = 0; i < down.size(); ++i) CHECK(equal(down[i], up[i]));
  CHECK_FALSE(equal(down[0], start[0]));
}

}  // namespace gradus::test
