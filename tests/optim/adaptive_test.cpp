// The rules that update every element by itself, beyond SGD, Adam, RMSprop and Adagrad.
#include "optim/trajectory.hpp"

namespace gradus::adaptive_test {
using namespace test;
using optim::Adadelta;
using optim::Adamax;
using optim::ASGD;
using optim::Lion;
using optim::NAdam;
using optim::RAdam;
using optim::Rprop;

namespace {

constexpr const char* file = "more_optim.json";

Tensor one(double value) { return tensor({value}, {.dtype = float64}); }

/// Where the rule takes w = 1 in one step per gradient.
template <class O>
double after(const typename O::Options& options, std::initializer_list<double> gradients) {
  Tensor w = leaf(one(1));
  O optimizer({w}, options);
  for (const double g : gradients) {
    w.set_grad(one(g));
    optimizer.step();
  }
  return w.item<double>();
}

bool near(double a, double b) { return std::abs(a - b) < 1e-14; }

template <class O>
std::string refusal(const typename O::Options& options) {
  return text_of<ValueError>([&] { O optimizer({leaf(ones({2}))}, options); });
}

}  // namespace

TEST_CASE("Adaptive optimizers take the same ten steps as PyTorch", "[optim][fixtures]") {
  follow_all<Adadelta>("adadelta", file);
  follow_all<Adamax>("adamax", file);
  follow_all<NAdam>("nadam", file);
  follow_all<RAdam>("radam", file);
  follow_all<Rprop>("rprop", file);
}

TEST_CASE("ASGD takes the same ten steps as PyTorch, to the same mean", "[optim][asgd][fixtures]") {
  follow_all<ASGD>("asgd", file);
  const Fixture f = fixture(file, "asgd/averaged");
  Tensor a = leaf(f.inputs["a"]);
  ASGD optimizer({a}, {.lr = 0.1, .lambd = 0.1, .t0 = 3});
  for (std::int64_t step = 0; step < 10; ++step) {
    a.set_grad(select(f.inputs["grad_a"], 0, step));
    optimizer.step();
  }
  CHECK(difference(optimizer.state_dict().tensors.at("state.0.ax"), f.outputs["ax_a"]) < 1e-12);
}

TEST_CASE("Lion takes the ten steps of its paper's algorithm", "[optim][lion][fixtures]") {
  follow_all<Lion>("lion", file);
}

TEST_CASE("Adaptive optimizers, worked by hand", "[optim]") {
  // v = 0.5 * 16 = 8, d = sqrt(1) / sqrt(9) * 4, as eps = 1.
  CHECK(near(after<Adadelta>({.rho = 0.5, .eps = 1}, {4}), 1 - 4.0 / 3));
  // m / (1 - 0.9) = 4, u = 4; then m = 0.36 + 0.1 * 2 = 0.56, u = max(2, 2.1) of 4 * 0.5 and 2.1.
  CHECK(near(after<Adamax>({.lr = 0.5, .eps = 0}, {4}), 0.5));
  CHECK(near(after<Adamax>({.lr = 0.5, .betas = {0.9, 0.5}, .eps = 0}, {4, 2.1}),
             0.5 - 0.5 / 0.19 * (0.36 + 0.21) / 2.1));
  // eta = 0.5, then 0.5 / 2; w shrinks by 1 - eta * lambd in both.
  CHECK(near(after<ASGD>({.lr = 0.5, .lambd = 2, .alpha = 1}, {4}), -2));
  CHECK(near(after<ASGD>({.lr = 0.5, .lambd = 2, .alpha = 1}, {4, 4}), -2 * 0.5 - 0.25 * 4));
  // c = 0.1 * 4 > 0; then m = 0.04 and c = 0.9 * 0.04 - 0.1 * 0.5 < 0.
  CHECK(near(after<Lion>({.lr = 0.25}, {4}), 0.75));
  CHECK(near(after<Lion>({.lr = 0.25}, {4, -0.5}), 1));
  CHECK(near(after<Lion>({.lr = 0.25, .weight_decay = 2}, {4}), 0.25));
  CHECK(after<Lion>({.lr = 0.25}, {0}) == 1);
  // r is 1 in the first step, so that RAdam moves by lr times the mean gradient.
  CHECK(near(after<RAdam>({.lr = 0.5}, {4}), 1 - 0.5 * 4));
  // mu_1 = 0.9 * (1 - 0.96^0 / 2) = 0.45 = mu_2: ((1 - 0.45) / (1 - 0.45) * 4 + 0.45 / (1 - 0.2025) * 0.4)
  // / 4.
  CHECK(near(after<NAdam>({.lr = 1, .eps = 0, .momentum_decay = 0}, {4}), 1 - (4 + 0.45 / 0.7975 * 0.4) / 4));
  // Steps of 0.5, then 0.6; the sign turns, so it waits and halves: 0.3.
  CHECK(near(after<Rprop>({.lr = 0.5}, {3, 1, -1, -1}), 1 - 0.5 - 0.6 + 0.3));
}

TEST_CASE("NAdam's product of momenta is part of its state", "[optim][nadam]") {
  Tensor w = leaf_with_gradient(one(1), one(4));
  NAdam nadam({w}, {.momentum_decay = 0});
  nadam.step();
  nadam.step();
  const optim::State state = nadam.state_dict();
  CHECK(near(state.numbers.at("state.0.mu_product"), 0.45 * 0.45));
  NAdam other({leaf(one(1))});
  other.load_state_dict(state);
  CHECK(other.state_dict().numbers == state.numbers);
}

TEST_CASE("Adaptive optimizers refuse options out of range", "[optim][error]") {
  CHECK(refusal<Adadelta>({.lr = -1}) == "Adadelta: lr is -1; it must not be negative");
  CHECK(refusal<Adadelta>({.rho = 1}) == "Adadelta: rho is 1; it must lie in [0, 1)");
  CHECK(refusal<Adadelta>({.eps = -1}) == "Adadelta: eps is -1; it must not be negative");
  CHECK(refusal<Adamax>({.betas = {0.9, 1}}) == "Adamax: betas[1] is 1; it must lie in [0, 1)");
  CHECK(refusal<Adamax>({.weight_decay = -1}) == "Adamax: weight_decay is -1; it must not be negative");
  CHECK(refusal<ASGD>({.lambd = -1}) == "ASGD: lambd is -1; it must not be negative");
  CHECK(refusal<NAdam>({.momentum_decay = -1}) == "NAdam: momentum_decay is -1; it must not be negative");
  CHECK(refusal<RAdam>({.betas = {-1, 0.9}}) == "RAdam: betas[0] is -1; it must lie in [0, 1)");
  CHECK(refusal<Lion>({.lr = -1}) == "Lion: lr is -1; it must not be negative");
  CHECK(refusal<Rprop>({.etas = {1.5, 2}}) == "Rprop: etas are 1.5 and 2; they must lie on both sides of 1");
  CHECK(refusal<Rprop>({.step_sizes = {2, 1}}) ==
        "Rprop: step_sizes are 2 and 1; the first must not be the larger");
}

}  // namespace gradus::adaptive_test
