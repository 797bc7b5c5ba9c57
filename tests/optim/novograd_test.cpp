#include <gradus/optim/novograd.hpp>

#include <cmath>

#include "optim/trajectory.hpp"

namespace gradus::novograd_test {
using namespace test;
using optim::NovoGrad;
using optim::NovoGradOptions;

namespace {

/// The algorithm written out, element by element, for one layer.
struct Naive {
  NovoGradOptions o;
  std::vector<double> w, m = std::vector<double>(w.size());
  double v = 0;
  bool first = true;

  void step(const std::vector<double>& g) {
    double square = 0;
    for (const double value : g) square += value * value;
    v = first ? square : o.betas[1] * v + (1 - o.betas[1]) * square;
    first = false;
    for (std::size_t i = 0; i < w.size(); ++i) {
      const double normalised = g[i] / (std::sqrt(v) + o.eps) + o.weight_decay * w[i];
      m[i] = o.betas[0] * m[i] + (o.grad_averaging ? 1 - o.betas[0] : 1) * normalised;
      w[i] -= o.lr * m[i];
    }
  }
};

}  // namespace

TEST_CASE("NovoGrad takes the steps of its formulas, layer by layer", "[optim][novograd]") {
  const NovoGradOptions other{
      .lr = 0.1, .betas = {0.5, 0.25}, .eps = 0.5, .weight_decay = 0.1, .grad_averaging = true};
  for (const NovoGradOptions& options : {NovoGradOptions{.lr = 0.05}, other})
    for (const Layout layout : {Layout::dense, Layout::strided})
      for (const auto& [dtype, tolerance] : {std::pair{float64, 1e-12}, std::pair{float32, 1e-5}}) {
        CAPTURE(options.lr, layout, dtype);
        Generator generator(4);
        std::vector<Tensor> parameters;
        std::vector<Naive> naive;
        for (const Shape& shape : {Shape{3, 4}, Shape{5}, Shape{}}) {
          const Tensor start = randn(shape, {.dtype = float64}, &generator);
          parameters.push_back(leaf(start, dtype, layout));
          naive.push_back({.o = options, .w = start.to_vector<double>()});
        }
        NovoGrad novograd(parameters, options);
        for (int step = 0; step < 6; ++step) {
          for (std::size_t i = 0; i < parameters.size(); ++i) {
            const Tensor g = (1 + 10.0 * step) * randn(parameters[i].shape(), {.dtype = float64}, &generator);
            parameters[i].set_grad(layout == Layout::dense ? g.to(dtype) : column_major(g.to(dtype)));
            naive[i].step(g.to_vector<double>());
          }
          novograd.step();
          for (std::size_t i = 0; i < parameters.size(); ++i)
            CHECK(difference(parameters[i].detach(), from_vector(naive[i].w, parameters[i].shape())) <
                  tolerance);
        }
      }
}

TEST_CASE("NovoGrad's steps do not depend on the scale of a layer's gradients", "[optim][novograd]") {
  Tensor small = leaf(zeros({4}, {.dtype = float64})), large = leaf(zeros({4}, {.dtype = float64}));
  NovoGrad novograd({small, large}, {.eps = 0});
  for (int step = 0; step < 3; ++step) {
    const Tensor g = sin(linspace(step, step + 5, 4, {.dtype = float64}));
    small.set_grad(g);
    large.set_grad(1024 * g);
    novograd.step();
  }
  CHECK(difference(small.detach(), large.detach()) < 1e-15);
  CHECK(difference(small.detach(), zeros({4}, {.dtype = float64})) > 1e-4);
}

TEST_CASE("NovoGrad stays where it is without a gradient to speak of", "[optim][novograd]") {
  Tensor w = leaf_with_gradient(ones({3}), zeros({3}));
  NovoGrad novograd({w}, {.eps = 0});
  novograd.step();
  novograd.step();
  CHECK(w.to_vector<float>() == std::vector<float>{1, 1, 1});
}

TEST_CASE("NovoGrad keeps one number for the second moment of a layer", "[optim][novograd]") {
  Tensor w = leaf_with_gradient(zeros({2}), tensor({3, 4}));
  NovoGrad novograd({w}, {.lr = 1, .betas = {0.5, 0.75}, .eps = 0});
  novograd.step();
  const optim::State state = novograd.state_dict();
  CHECK(state.numbers.at("state.0.exp_avg_sq") == 25);
  CHECK(state.tensors.size() == 1);
  CHECK(difference(w.detach(), tensor({-0.6, -0.8})) < 1e-6);
  w.set_grad(zeros({2}));
  novograd.step();
  CHECK(novograd.state_dict().numbers.at("state.0.exp_avg_sq") == 18.75);
  CHECK(difference(w.detach(), tensor({-0.9, -1.2})) < 1e-6);
}

TEST_CASE("NovoGrad refuses options out of range", "[optim][novograd][error]") {
  const auto refusal = [](const NovoGradOptions& options) {
    return text_of<ValueError>([&] { NovoGrad novograd({leaf(ones({2}))}, options); });
  };
  CHECK(refusal({.lr = -1}) == "NovoGrad: lr is -1; it must not be negative");
  CHECK(refusal({.betas = {1, 0}}) == "NovoGrad: betas[0] is 1; it must lie in [0, 1)");
  CHECK(refusal({.betas = {0, 1}}) == "NovoGrad: betas[1] is 1; it must lie in [0, 1)");
  CHECK(refusal({.eps = -1}) == "NovoGrad: eps is -1; it must not be negative");
  CHECK(refusal({.weight_decay = -1}) == "NovoGrad: weight_decay is -1; it must not be negative");
}

}  // namespace gradus::novograd_test
