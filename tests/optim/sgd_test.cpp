#include "optim/trajectory.hpp"

namespace gradus::sgd_test {
using namespace test;
using optim::SGD;

TEST_CASE("SGD takes the same ten steps as PyTorch", "[optim][sgd]") { follow_all<SGD>("sgd"); }

TEST_CASE("SGD's first steps, worked by hand", "[optim][sgd]") {
  Tensor w = leaf_with_gradient(tensor({1, -2}), tensor({0.5, 4}));
  SECTION("plain: w - lr g") {
    SGD sgd{{w}, {.lr = 0.5}};
    sgd.step();
    CHECK(w.to_vector<float>() == std::vector<float>{0.75, -4});
    sgd.step();
    CHECK(w.to_vector<float>() == std::vector<float>{0.5, -6});
  }
  SECTION("momentum: the buffer starts as g, dampening or not, then is m b + (1 - d) g") {
    SGD sgd{{w}, {.lr = 0.5, .momentum = 0.5, .dampening = 0.75}};
    sgd.step();
    CHECK(w.to_vector<float>() == std::vector<float>{0.75, -4});
    sgd.step();  // b = 0.25 + 0.125, 2 + 1
    CHECK(w.to_vector<float>() == std::vector<float>{0.5625, -5.5});
  }
  SECTION("nesterov: w - lr (g + m b)") {
    SGD sgd{{w}, {.lr = 0.5, .momentum = 0.5, .nesterov = true}};
    sgd.step();
    CHECK(w.to_vector<float>() == std::vector<float>{0.625, -5});
  }
  SECTION("weight decay adds to g") {
    SGD sgd{{w}, {.lr = 0.5, .weight_decay = 0.5}};
    sgd.step();  // g = 1, 3
    CHECK(w.to_vector<float>() == std::vector<float>{0.5, -3.5});
  }
}

TEST_CASE("Momentum switched on later starts its buffer as the gradient", "[optim][sgd]") {
  Tensor w = leaf_with_gradient(tensor(1), tensor(0.5));
  SGD sgd{{w}, {.lr = 1, .dampening = 0.5}};
  sgd.step();
  sgd.options().momentum = 0.5;
  sgd.step();
  CHECK(w.item<double>() == 0);
  sgd.step();  // b = 0.25 + 0.25
  CHECK(w.item<double>() == -0.5);
}

TEST_CASE("SGD refuses options out of range", "[optim][sgd][error]") {
  const auto refusal = [](const optim::SGDOptions& options) {
    return text_of<ValueError>([&] { SGD sgd({leaf(ones({2}))}, options); });
  };
  CHECK(refusal({.lr = -0.1}) == "SGD: lr is -0.1; it must not be negative");
  CHECK(refusal({.lr = std::nan("")}) == "SGD: lr is nan; it must not be negative");
  CHECK(refusal({.momentum = -1}) == "SGD: momentum is -1; it must not be negative");
  CHECK(refusal({.weight_decay = -1}) == "SGD: weight_decay is -1; it must not be negative");
  CHECK(refusal({.nesterov = true}) ==
        "SGD: nesterov needs a momentum above 0 and a dampening of 0; momentum is 0 and dampening 0");
  CHECK(refusal({.momentum = 0.9, .dampening = 0.5, .nesterov = true}) ==
        "SGD: nesterov needs a momentum above 0 and a dampening of 0; momentum is 0.9 and dampening 0.5");
  CHECK(refusal({.lr = 0}) == "nothing");
}

}  // namespace gradus::sgd_test
