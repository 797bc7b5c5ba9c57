#include "optim/trajectory.hpp"

namespace gradus::adam_test {
using namespace test;
using optim::Adam;
using optim::AdamW;

TEST_CASE("Adam takes the same ten steps as PyTorch", "[optim][adam]") { follow_all<Adam>("adam"); }
TEST_CASE("AdamW takes the same ten steps as PyTorch", "[optim][adam]") { follow_all<AdamW>("adamw"); }

TEST_CASE("Adam's first step is lr times the gradient's sign, but for eps", "[optim][adam]") {
  // m / (1 - beta1) = g and sqrt(v / (1 - beta2)) = |g|, so the step is lr g / (|g| + eps).
  Tensor w =
      leaf_with_gradient(tensor({1, 1, 1}, {.dtype = float64}), tensor({4, -0.25, 0}, {.dtype = float64}));
  Adam adam{{w}, {.lr = 0.5, .eps = 0.25}};
  adam.step();
  const Tensor expected = tensor({1 - 0.5 * 4 / 4.25, 1 + 0.5 * 0.25 / 0.5, 1}, {.dtype = float64});
  CHECK(difference(w.detach(), expected) < 1e-14);
}

TEST_CASE("AdamW shrinks the weight before the step, Adam's decay goes through the gradient",
          "[optim][adam]") {
  const Tensor start = tensor({2}, {.dtype = float64}), none = zeros({1}, {.dtype = float64});
  Tensor w = leaf_with_gradient(start, none), v = leaf_with_gradient(start, none);
  AdamW adamw{{w}, {.lr = 0.5, .weight_decay = 0.25}};
  Adam adam{{v}, {.lr = 0.5, .eps = 0, .weight_decay = 0.25}};
  adamw.step();
  adam.step();
  CHECK(w.item<double>() == 2 * (1 - 0.5 * 0.25));
  CHECK(difference(v.detach(), tensor({1.5}, {.dtype = float64})) < 1e-14);  // g = 0.5, so one lr down
}

TEST_CASE("amsgrad divides by the largest mean square so far", "[optim][adam]") {
  const auto second_step = [](bool amsgrad) {
    Tensor w = leaf_with_gradient(tensor({0}, {.dtype = float64}), tensor({4}, {.dtype = float64}));
    Adam adam{{w}, {.lr = 1, .betas = {0, 0.5}, .eps = 0, .amsgrad = amsgrad}};
    adam.step();  // v = 8, to -1
    w.set_grad(tensor({1}, {.dtype = float64}));
    adam.step();  // v = 4.5; over 1 - 0.25
    return -1 - w.item<double>();
  };
  CHECK(std::abs(second_step(false) - 1 / std::sqrt(4.5 / 0.75)) < 1e-14);
  CHECK(std::abs(second_step(true) - 1 / std::sqrt(8 / 0.75)) < 1e-14);
}

TEST_CASE("Adam and AdamW refuse options out of range", "[optim][adam][error]") {
  const auto refusal = [](const optim::AdamOptions& options) {
    return text_of<ValueError>([&] { Adam adam({leaf(ones({2}))}, options); });
  };
  CHECK(refusal({.lr = -1}) == "Adam: lr is -1; it must not be negative");
  CHECK(refusal({.betas = {1, 0.999}}) == "Adam: betas[0] is 1; it must lie in [0, 1)");
  CHECK(refusal({.betas = {0.9, -0.5}}) == "Adam: betas[1] is -0.5; it must lie in [0, 1)");
  CHECK(refusal({.eps = -1}) == "Adam: eps is -1; it must not be negative");
  CHECK(refusal({.weight_decay = -1}) == "Adam: weight_decay is -1; it must not be negative");
  CHECK(text_of<ValueError>([] { AdamW adamw({leaf(ones({2}))}, {.lr = -1}); }) ==
        "AdamW: lr is -1; it must not be negative");
}

}  // namespace gradus::adam_test
