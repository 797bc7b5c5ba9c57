#include <gradus/autograd/backward.hpp>
#include <gradus/autograd/gradcheck.hpp>
#include <gradus/autograd/ops.hpp>

#include <cmath>
#include <limits>

#include "support/catch.hpp"
#include "support/fixtures.hpp"
#include "support/layouts.hpp"

namespace gradus::power_test {

namespace {

constexpr double inf = std::numeric_limits<double>::infinity();
constexpr double NaN = std::numeric_limits<double>::quiet_NaN();
constexpr TensorOptions variable{.dtype = float64, .requires_grad = true};

std::vector<double> values(const Tensor& x) { return x.to_vector<double>(); }

}  // namespace

TEST_CASE("powers agree with PyTorch over the reals", "[pow][fixtures]") {
  for (const test::Fixture& torch : test::fixtures("ops.json", "pow")) {
    if (!torch.options.has("exponent")) continue;
    CAPTURE(torch.name);
    Tensor x = torch.inputs["x"].detach().requires_grad_();
    const Tensor y = pow(x, torch.options.number("exponent", 0));
    CHECK(test::difference(y, torch.outputs["y"]) < 1e-13);
    for (const bool create_graph : {false, true})
      CHECK(test::difference(
                grad(y, x,
                     {.grad_outputs = {torch.cotangent}, .retain_graph = true, .create_graph = create_graph}),
                torch.grads["x"]) < 1e-13);
  }
}

TEST_CASE("powers of two tensors agree with PyTorch, corners included", "[pow][fixtures]") {
  const auto name = GENERATE(as<std::string>{}, "pow/broadcast", "pow/corners");
  const test::Fixture torch = test::fixture("ops.json", name);
  CAPTURE(name);
  Tensor x = torch.inputs["x"].detach().requires_grad_(), y = torch.inputs["y"].detach().requires_grad_();
  const Tensor z = pow(x, y);
  CHECK(test::difference(z, torch.outputs["y"]) < 1e-14);
  for (const bool create_graph : {false, true}) {
    const auto g = grad(
        {z}, {x, y}, {.grad_outputs = {torch.cotangent}, .retain_graph = true, .create_graph = create_graph});
    CHECK(test::difference(g[0], torch.grads["x"]) < 1e-13);
    CHECK(test::difference(g[1], torch.grads["y"]) < 1e-13);
  }
}

TEST_CASE("powers are differentiated right, twice, in any layout", "[pow][gradcheck]") {
  for (const auto& [layout, x] : test::layouts([](std::int64_t n) { return test::spread(n, 0.3, 2.5); })) {
    for (const double exponent : {-2.0, -1.0, -0.5, 0.0, 0.5, 1.0, 1.7, 2.0, 3.0}) {
      CAPTURE(layout, exponent);
      const auto power = [=](const Tensor& base) { return pow(base, exponent); };
      CHECK(gradcheck(power, {x}));
      CHECK(gradgradcheck(power, {x}));
    }
    CAPTURE(layout);
    const auto exponential = [](const Tensor& exponent) { return pow(1.5, exponent); };
    CHECK(gradcheck(exponential, {x}));
    CHECK(gradgradcheck(exponential, {x}));
    Tensor other = tensor({0.7}, variable);
    const auto power = [](const Tensor& a, const Tensor& b) { return pow(a, b); };
    CHECK(gradcheck(power, {x, other}));
    CHECK(gradgradcheck(power, {x, other}));
    CHECK(gradcheck(power, {other, x}));
    CHECK(gradgradcheck(power, {other, x}));
  }
}

TEST_CASE("powers with whole exponents are differentiated right at bases below and at 0",
          "[pow][gradcheck]") {
  const Tensor x = tensor({-1.5, -0.4, 0, 0.8}, variable);
  for (const double exponent : {0.0, 1.0, 2.0, 3.0, 4.0}) {
    CAPTURE(exponent);
    const auto power = [=](const Tensor& base) { return pow(base, exponent); };
    CHECK(gradcheck(power, {x}, {.atol = 1e-6}));
    CHECK(gradgradcheck(power, {x}, {.atol = 1e-6}));
    const auto both = [=](const Tensor& base) { return pow(base, full_like(base, exponent)); };
    CHECK(gradcheck(both, {x}, {.atol = 1e-6}));
    CHECK(gradgradcheck(both, {x}, {.atol = 1e-6}));
  }
}

TEST_CASE("a base of 0 gives no NaN", "[pow]") {
  const auto slopes = [](double base, double exponent) {
    Tensor x = tensor(base, variable), y = tensor(exponent, variable);
    const auto g = grad({pow(x, y)}, {x, y}, {.create_graph = true});
    return std::pair{g[0].item<double>(), g[1].item<double>()};
  };
  CHECK(pow(tensor(0, variable), 0).item<double>() == 1);
  CHECK(slopes(0, 0) == std::pair{0.0, 0.0});
  CHECK(slopes(0, 1) == std::pair{1.0, 0.0});
  CHECK(slopes(0, 2) == std::pair{0.0, 0.0});
  CHECK(slopes(0, 0.5) == std::pair{inf, 0.0});
  const Tensor exponents = tensor({0, 1, 2.5}, variable);
  const Tensor powers = pow(0, exponents);
  CHECK(values(powers) == std::vector<double>{1, 0, 0});
  CHECK(values(grad(sum(powers), exponents)) == std::vector<double>{0, 0, 0});
}

TEST_CASE("powers follow IEEE", "[pow]") {
  const Tensor x = tensor({-inf, -2, -0.0, inf, NaN}, {.dtype = float64});
  const auto expect = [](const Tensor& y, const Nested& wanted) {
    CHECK(test::difference(y, tensor(wanted, {.dtype = float64})) == 0);
  };
  expect(pow(x, 2), {inf, 4, 0, inf, NaN});
  expect(pow(x, 3), {-inf, -8, 0, inf, NaN});
  expect(pow(x, 0), {1, 1, 1, 1, 1});
  expect(pow(x, -1), {0, -0.5, -inf, 0, NaN});
  expect(pow(x, 1.5), {inf, NaN, 0, inf, NaN});
  expect(pow(2, x), {0, 0.25, 1, inf, NaN});
}

TEST_CASE("integers are raised to whole numbers exactly", "[pow]") {
  const Tensor x = tensor({-3, 0, 2}, {.dtype = int64});
  CHECK(pow(x, 2).to_vector<std::int64_t>() == std::vector<std::int64_t>{9, 0, 4});
  CHECK(pow(x, 3).to_vector<std::int64_t>() == std::vector<std::int64_t>{-27, 0, 8});
  CHECK(pow(x, 0).to_vector<std::int64_t>() == std::vector<std::int64_t>{1, 1, 1});
  CHECK(pow(tensor(3, {.dtype = int64}), 39).item<std::int64_t>() == 4052555153018976267);
  CHECK_THROWS_WITH(pow(x, -1),
                    Catch::Matchers::StartsWith(
                        "pow: an integer tensor to the power -1; use to(float32) first (power_test.cpp:"));
  CHECK_THROWS_AS(pow(x, 0.5), DTypeError);
  CHECK_THROWS_AS(pow(2, x), DTypeError);
  CHECK_THROWS_AS(pow(x, x), DTypeError);
}

TEST_CASE("powers name shapes and dtypes that do not fit", "[pow][error]") {
  CHECK_THROWS_AS(pow(ones({2}), ones({3})), ShapeError);
  CHECK_THROWS_WITH(pow(ones({2}), ones({2}, {.dtype = float64})),
                    Catch::Matchers::StartsWith("pow: given float32 and float64"));
}

}  // namespace gradus::power_test
