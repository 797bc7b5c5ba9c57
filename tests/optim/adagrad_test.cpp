#include "optim/trajectory.hpp"

namespace gradus::adagrad_test {
using namespace test;
using optim::Adagrad;

TEST_CASE("Adagrad takes the same ten steps as PyTorch", "[optim][adagrad]") {
  follow_all<Adagrad>("adagrad");
}

TEST_CASE("Adagrad's first steps, worked by hand", "[optim][adagrad]") {
  Tensor w = leaf_with_gradient(tensor({1}, {.dtype = float64}), tensor({4}, {.dtype = float64}));
  Adagrad adagrad{{w}, {.lr = 0.5, .lr_decay = 1, .initial_accumulator_value = 9, .eps = 0}};
  adagrad.step();  // s = 25
  CHECK(std::abs(w.item<double>() - (1 - 0.5 * 4 / 5)) < 1e-15);
  w.set_grad(tensor({12}, {.dtype = float64}));
  adagrad.step();  // s = 169, lr = 0.25
  CHECK(std::abs(w.item<double>() - (0.6 - 0.25 * 12 / 13)) < 1e-15);
}

TEST_CASE("Adagrad refuses options out of range", "[optim][adagrad][error]") {
  const auto refusal = [](const optim::AdagradOptions& options) {
    return text_of<ValueError>([&] { Adagrad adagrad({leaf(ones({2}))}, options); });
  };
  CHECK(refusal({.lr = -1}) == "Adagrad: lr is -1; it must not be negative");
  CHECK(refusal({.lr_decay = -1}) == "Adagrad: lr_decay is -1; it must not be negative");
  CHECK(refusal({.weight_decay = -1}) == "Adagrad: weight_decay is -1; it must not be negative");
  CHECK(refusal({.initial_accumulator_value = -1}) ==
        "Adagrad: initial_accumulator_value is -1; it must not be negative");
  CHECK(refusal({.eps = -1}) == "Adagrad: eps is -1; it must not be negative");
}

}  // namespace gradus::adagrad_test
