#include "optim/trajectory.hpp"

namespace gradus::rmsprop_test {
using namespace test;
using optim::RMSprop;

TEST_CASE("RMSprop takes the same ten steps as PyTorch", "[optim][rmsprop]") {
  follow_all<RMSprop>("rmsprop");
}

TEST_CASE("RMSprop's first steps, worked by hand", "[optim][rmsprop]") {
  Tensor w = leaf_with_gradient(tensor({1}, {.dtype = float64}), tensor({2}, {.dtype = float64}));
  SECTION("plain: v = 3, the root is 3^0.5") {
    RMSprop rmsprop{{w}, {.lr = 0.5, .alpha = 0.25, .eps = 0}};
    rmsprop.step();
    CHECK(std::abs(w.item<double>() - (1 - 0.5 * 2 / std::sqrt(3.0))) < 1e-15);
  }
  SECTION("centered: v - m^2 = 3 - 1.5^2") {
    RMSprop rmsprop{{w}, {.lr = 0.5, .alpha = 0.25, .eps = 0, .centered = true}};
    rmsprop.step();
    CHECK(std::abs(w.item<double>() - (1 - 0.5 * 2 / std::sqrt(0.75))) < 1e-15);
  }
  SECTION("momentum: b = d1, then 0.5 d1 + d2") {
    RMSprop rmsprop{{w}, {.lr = 0.5, .alpha = 0, .eps = 0, .momentum = 0.5}};
    rmsprop.step();  // d = 1
    CHECK(w.item<double>() == 0.5);
    rmsprop.step();
    CHECK(w.item<double>() == 0.5 - 0.5 * 1.5);
  }
}

TEST_CASE("Centered RMSprop stays finite on a constant gradient", "[optim][rmsprop]") {
  // v - m^2 falls to 0 and, rounded in float, below; its root must not be NaN.
  Tensor w = leaf_with_gradient(zeros({64}), linspace(0.1, 3.7, 64));
  RMSprop rmsprop{{w}, {.lr = 1e-6, .alpha = 0.5, .eps = 1e-3, .centered = true}};
  for (int step = 0; step < 100; ++step) rmsprop.step();
  for (const float value : w.to_vector<float>()) REQUIRE(std::isfinite(value));
}

TEST_CASE("RMSprop refuses options out of range", "[optim][rmsprop][error]") {
  const auto refusal = [](const optim::RMSpropOptions& options) {
    return text_of<ValueError>([&] { RMSprop rmsprop({leaf(ones({2}))}, options); });
  };
  CHECK(refusal({.lr = -1}) == "RMSprop: lr is -1; it must not be negative");
  CHECK(refusal({.alpha = 1}) == "RMSprop: alpha is 1; it must lie in [0, 1)");
  CHECK(refusal({.eps = -1}) == "RMSprop: eps is -1; it must not be negative");
  CHECK(refusal({.weight_decay = -1}) == "RMSprop: weight_decay is -1; it must not be negative");
  CHECK(refusal({.momentum = -1}) == "RMSprop: momentum is -1; it must not be negative");
}

}  // namespace gradus::rmsprop_test
