#include <gradus/autograd/backward.hpp>
#include <gradus/autograd/gradcheck.hpp>
#include <gradus/autograd/ops.hpp>

#include <cmath>
#include <limits>

#include "support/catch.hpp"
#include "support/fixtures.hpp"
#include "support/layouts.hpp"

namespace gradus::activation_test {

namespace {

constexpr double inf = std::numeric_limits<double>::infinity();
constexpr double NaN = std::numeric_limits<double>::quiet_NaN();
constexpr TensorOptions variable{.dtype = float64, .requires_grad = true};

using Function = std::function<Tensor(const Tensor&)>;

std::vector<std::pair<std::string, Function>> activations() {
  return {
      {"tanh", [](const Tensor& x) { return tanh(x); }},
      {"sigmoid", [](const Tensor& x) { return sigmoid(x); }},
      {"relu", [](const Tensor& x) { return relu(x); }},
      {"leaky_relu", [](const Tensor& x) { return leaky_relu(x, 0.3); }},
      {"leaky_relu falling", [](const Tensor& x) { return leaky_relu(x, -0.5); }},
      {"elu", [](const Tensor& x) { return elu(x, 1.5); }},
      {"silu", [](const Tensor& x) { return silu(x); }},
      {"softplus", [](const Tensor& x) { return softplus(x); }},
      {"softplus with threshold", [](const Tensor& x) { return softplus(x, 2, 1); }},
      {"logsigmoid", [](const Tensor& x) { return logsigmoid(x); }},
      {"gelu", [](const Tensor& x) { return gelu(x); }},
      {"gelu by tanh", [](const Tensor& x) { return gelu(x, {.approximate = Gelu::tanh}); }},
  };
}

/// The activation of a fixture, with its options.
Function activation(const test::Fixture& torch) {
  const std::string name = torch.name.substr(0, torch.name.find('/'));
  const test::FixtureOptions options = torch.options;
  if (name == "leaky_relu")
    return [=](const Tensor& x) { return leaky_relu(x, options.number("negative_slope", 0.01)); };
  if (name == "elu") return [=](const Tensor& x) { return elu(x, options.number("alpha", 1)); };
  if (name == "softplus")
    return [=](const Tensor& x) {
      return softplus(x, options.number("beta", 1), options.number("threshold", 20));
    };
  if (name == "gelu")
    return [=](const Tensor& x) {
      return gelu(x,
                  {.approximate = options.text("approximate", "none") == "tanh" ? Gelu::tanh : Gelu::none});
    };
  for (const auto& [known, f] : activations())
    if (known == name) return f;
  throw std::logic_error("no activation " + name);
}

double slope(const Function& f, double at) {
  const Tensor x = tensor(at, variable);
  return grad(f(x), x).item<double>();
}

}  // namespace

TEST_CASE("activations agree with PyTorch over the reals", "[activation][fixtures]") {
  const auto name =
      GENERATE(as<std::string>{}, "tanh", "sigmoid", "relu", "leaky_relu", "elu", "silu", "softplus", "gelu");
  for (const test::Fixture& torch : test::fixtures("ops.json", name)) {
    CAPTURE(torch.name);
    Tensor x = torch.inputs["x"].detach().requires_grad_();
    const Tensor y = activation(torch)(x);
    CHECK(test::difference(y, torch.outputs["y"]) < 1e-14);
    // The slope computed element by element, and the one recorded for a second derivative, are the same.
    CHECK(test::difference(grad(y, x, {.grad_outputs = {torch.cotangent}, .retain_graph = true}),
                           torch.grads["x"]) < 1e-14);
    CHECK(test::difference(grad(y, x, {.grad_outputs = {torch.cotangent}, .create_graph = true}),
                           torch.grads["x"]) < 1e-14);
  }
}

TEST_CASE("activations are differentiated right, twice, in any layout", "[activation][gradcheck]") {
  for (const auto& [name, f] : activations())
    for (const auto& [layout, x] :
         test::layouts([](std::int64_t n) { return test::spread(n, -2.05, 1.9); })) {
      CAPTURE(name, layout);
      CHECK(gradcheck(f, {x}));
      CHECK(gradgradcheck(f, {x}));
    }
}

TEST_CASE("activations worked by hand", "[activation]") {
  const double e = std::exp(1.0);
  const Tensor one = tensor(1, {.dtype = float64});
  const auto near = [](const Tensor& y, double wanted) {
    return std::abs(y.item<double>() - wanted) < 1e-15;
  };
  CHECK(near(sigmoid(one), 1 / (1 + 1 / e)));
  CHECK(near(silu(one), 1 / (1 + 1 / e)));
  CHECK(near(elu(-one, 2), 2 * (1 / e - 1)));
  CHECK(near(leaky_relu(-one), -0.01));
  CHECK(near(softplus(one), std::log(1 + e)));
  CHECK(near(softplus(one, 2), std::log(1 + e * e) / 2));
  CHECK(near(logsigmoid(one), -std::log(1 + 1 / e)));
  CHECK(near(gelu(one), 0.5 * std::erfc(-std::sqrt(0.5))));
  CHECK(relu(tensor({-2, 0, 3})).to_vector<float>() == std::vector<float>{0, 0, 3});
}

TEST_CASE("conventions at the kinks of activations", "[activation]") {
  CHECK(slope([](const Tensor& x) { return relu(x); }, 0) == 0);
  CHECK(slope([](const Tensor& x) { return relu(x); }, -0.0) == 0);
  CHECK(slope([](const Tensor& x) { return relu(x); }, 1e-300) == 1);
  CHECK(slope([](const Tensor& x) { return leaky_relu(x, 0.25); }, 0) == 0.25);
  CHECK(slope([](const Tensor& x) { return elu(x, 0.5); }, 0) == 0.5);
  CHECK(slope([](const Tensor& x) { return sigmoid(x); }, 0) == 0.25);
}

TEST_CASE("activations saturate without overflow or NaN", "[activation]") {
  for (const double far : {40.0, 800.0, 1e6}) {
    CAPTURE(far);
    for (const auto& [name, f] : activations()) {
      CAPTURE(name);
      for (const double at : {-far, far}) {
        const Tensor x = tensor(at, variable);
        const Tensor y = f(x);
        const Tensor first = grad(y, x, {.create_graph = true});
        CHECK(std::isfinite(y.item<double>()));
        CHECK(std::isfinite(first.item<double>()));
        if (first.requires_grad())
          CHECK(std::isfinite(grad(first, x, {.allow_unused = true}).item<double>()));
      }
    }
  }
  const Tensor low = tensor(-800, {.dtype = float64});
  CHECK(logsigmoid(low).item<double>() == -800);
  CHECK(softplus(low).item<double>() == 0);
  CHECK(softplus(tensor(30, {.dtype = float64}), 1, inf).item<double>() == 30 + std::log1p(std::exp(-30.0)));
  // Where 1 + e^x rounds to 1, the answer is e^x still.
  CHECK(softplus(tensor(-50, {.dtype = float64})).item<double>() == std::exp(-50.0));
}

TEST_CASE("activations at infinity and NaN", "[activation]") {
  const Tensor x = tensor({-inf, inf, NaN}, {.dtype = float64});
  const auto expect = [](const Tensor& y, const Nested& wanted) {
    CHECK(test::difference(y, tensor(wanted, {.dtype = float64})) == 0);
  };
  expect(tanh(x), {-1, 1, NaN});
  expect(sigmoid(x), {0, 1, NaN});
  expect(relu(x), {0, inf, NaN});
  expect(leaky_relu(x), {-inf, inf, NaN});
  expect(elu(x), {-1, inf, NaN});
  expect(softplus(x), {0, inf, NaN});
  expect(logsigmoid(x), {-inf, 0, NaN});
}

TEST_CASE("a gradient that is infinite does not leak through a closed relu", "[activation]") {
  const Tensor x = tensor({-1, 0, 4}, variable);
  const Tensor slopes = grad(sqrt(relu(x)), x, {.grad_outputs = {ones({3}, {.dtype = float64})}});
  CHECK(slopes.to_vector<double>() == std::vector<double>{0, 0, 0.25});
}

TEST_CASE("activations keep channels-last", "[activation]") {
  const Tensor x = permute(ones({2, 5, 6, 3}), {0, 3, 1, 2}).detach().requires_grad_();
  for (const auto& [name, f] : activations()) {
    CAPTURE(name);
    const Tensor y = f(x);
    CHECK(y.strides() == x.strides());
    CHECK(grad(y, x, {.grad_outputs = {ones_like(y)}}).strides() == x.strides());
  }
}

TEST_CASE("activations refuse what makes no sense", "[activation][error]") {
  const Tensor x = tensor({1, 2});
  CHECK_THROWS_WITH(elu(x, -1), Catch::Matchers::StartsWith(
                                    "elu: alpha is -1; it must not be negative (activation_test.cpp:"));
  CHECK_THROWS_WITH(softplus(x, 0), Catch::Matchers::StartsWith("softplus: beta is 0; it must be above 0 ("));
  CHECK_THROWS_AS(softplus(x, NaN), ValueError);
  CHECK_THROWS_WITH(relu(x.to(int64)),
                    Catch::Matchers::StartsWith("relu: given int64; needs float32 or float64"));
}

}  // namespace gradus::activation_test
