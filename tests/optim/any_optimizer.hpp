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

}  // namespace gradus::test
