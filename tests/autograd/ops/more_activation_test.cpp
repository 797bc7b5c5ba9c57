// The hard and the further smooth activations.
#include <algorithm>
#include <functional>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include <gradus/autograd/backward.hpp>
#include <gradus/autograd/gradcheck.hpp>
#include <gradus/autograd/ops.hpp>

#include "support/catch.hpp"
#include "support/layouts.hpp"
#include "support/pytorch.hpp"

namespace gradus::more_activation_test {
using namespace test;
using Catch::Matchers::Contains;

namespace {

constexpr const char* file = "more_activations.json";
constexpr double inf = std::numeric_limits<double>::infinity();
constexpr double NaN = std::numeric_limits<double>::quiet_NaN();

using Function = std::function<Tensor(const Tensor&)>;

/// Each with the kinks that the differences must keep away from moved to odd places.
std::vector<std::pair<std::string, Function>> activations() {
  return {
      {"hardtanh", [](const Tensor& x) { return hardtanh(x, -0.77, 1.13); }},
      {"relu6", [](const Tensor& x) { return relu6(4 * x); }},
      {"hardsigmoid", [](const Tensor& x) { return hardsigmoid(3 * x); }},
      {"hardswish", [](const Tensor& x) { return hardswish(3 * x); }},
      {"hardshrink", [](const Tensor& x) { return hardshrink(x, 0.77); }},
      {"softshrink", [](const Tensor& x) { return softshrink(x, 0.77); }},
      {"threshold", [](const Tensor& x) { return threshold(x, 0.13, 5); }},
      {"selu", [](const Tensor& x) { return selu(x); }},
      {"celu", [](const Tensor& x) { return celu(x, 0.6); }},
      {"mish", [](const Tensor& x) { return mish(x); }},
      {"softsign", [](const Tensor& x) { return softsign(x); }},
      {"tanhshrink", [](const Tensor& x) { return tanhshrink(x); }},
      {"rrelu", [](const Tensor& x) { return rrelu(x, 0.1, 0.4); }},
  };
}

using Subject = Tensor (*)(In x, Options o);

/// As fixtures name them.
std::vector<std::pair<std::string, Subject>> subjects() {
  return {
      {"hardtanh",
       [](In in, Options o) { return hardtanh(in["x"], o.number("min_val", -1), o.number("max_val", 1)); }},
      {"relu6", [](In in, Options) { return relu6(in["x"]); }},
      {"hardswish", [](In in, Options) { return hardswish(in["x"]); }},
      {"hardshrink", [](In in, Options o) { return hardshrink(in["x"], o.number("lambd", 0.5)); }},
      {"softshrink", [](In in, Options o) { return softshrink(in["x"], o.number("lambd", 0.5)); }},
      {"threshold",
       [](In in, Options o) { return threshold(in["x"], o.number("threshold", 0), o.number("value", 0)); }},
      {"selu", [](In in, Options) { return selu(in["x"]); }},
      {"celu", [](In in, Options o) { return celu(in["x"], o.number("alpha", 1)); }},
      {"mish", [](In in, Options) { return mish(in["x"]); }},
      {"softsign", [](In in, Options) { return softsign(in["x"]); }},
      {"tanhshrink", [](In in, Options) { return tanhshrink(in["x"]); }},
      {"rrelu", [](In in, Options o) { return rrelu(in["x"], o.number("lower", 0), o.number("upper", 0)); }},
      {"glu", [](In in, Options o) { return glu(in["x"], o.integer("dim", 0)); }},
      {"prelu", [](In in, Options) { return prelu(in["x"], in["weight"]); }},
  };
}

}  // namespace

TEST_CASE("further activations agree with PyTorch, at their kinks too", "[activation]") {
  for (const auto& [name, f] : subjects()) CHECK(disagreement(file, name, f) == "");
  // PyTorch has 1 / 6 in float there.
  CHECK(disagreement(file, "hardsigmoid", [](In in, Options) { return hardsigmoid(in["x"]); },
                     {.tolerance = 2e-8}) == "");
}

TEST_CASE("further activations are differentiated right, twice, in any layout", "[activation]") {
  for (const auto& [name, f] : activations())
    for (const auto& [layout, x] : layouts([](std::int64_t n) { return spread(n, -2.05, 1.9); })) {
      CAPTURE(name, layout);
      CHECK(gradcheck(f, {x}));
      CHECK(gradgradcheck(f, {x}));
    }
}

TEST_CASE("further activations worked by hand", "[activation]") {
  const auto values = [](const Tensor& y) { return y.to_vector<double>(); };
  using V = std::vector<double>;
  const Tensor x = doubles({-4, -1.5, 0, 1.5, 7});
  CHECK(values(hardtanh(x)) == V{-1, -1, 0, 1, 1});
  CHECK(values(relu6(x)) == V{0, 0, 0, 1.5, 6});
  CHECK(values(hardsigmoid(x)) == V{0, 0.25, 0.5, 0.75, 1});
  CHECK(values(hardswish(x)) == V{0, -0.375, 0, 1.125, 7});
  CHECK(values(hardshrink(x, 2)) == V{-4, 0, 0, 0, 7});
  CHECK(values(softshrink(x, 1)) == V{-3, -0.5, 0, 0.5, 6});
  CHECK(values(threshold(x, 1.5, 9)) == V{9, 9, 9, 9, 7});
  CHECK(values(softsign(x)) == V{-0.8, -0.6, 0, 0.6, 0.875});
  CHECK(difference(glu(doubles({3, 5, 0, std::log(3.0)})), doubles({1.5, 3.75})) < 1e-15);
  CHECK(difference(prelu(doubles({{-1, -1}, {2, -4}}), doubles({0.5, 2})), doubles({{-0.5, -2}, {2, -8}})) ==
        0);
  CHECK(difference(mish(doubles({0, 1})), doubles({0, std::tanh(std::log1p(std::exp(1.0)))})) < 1e-15);
  CHECK(difference(celu(doubles({-2}), 2), doubles({2 * std::expm1(-1.0)})) < 1e-15);
}

TEST_CASE("hardswish is flat at its left kink and straight at its right one", "[activation]") {
  Tensor x = doubles({-3, 3}).requires_grad_();
  sum(hardswish(x)).backward();
  CHECK(x.grad().to_vector<double>() == std::vector<double>{0, 1});
}

TEST_CASE("further activations at infinity and NaN", "[activation]") {
  const Tensor x = doubles({-inf, inf, NaN});
  const auto expect = [](const Tensor& y, const Nested& wanted) {
    CHECK(difference(y, tensor(wanted, {.dtype = float64})) == 0);
  };
  expect(hardtanh(x), {-1, 1, NaN});
  expect(hardsigmoid(x), {0, 1, NaN});
  expect(hardswish(x), {0, inf, NaN});
  expect(hardshrink(x), {-inf, inf, NaN});
  expect(softshrink(x), {-inf, inf, NaN});
  expect(celu(x), {-1, inf, NaN});
}

TEST_CASE("rrelu draws a slope for each element in training", "[activation]") {
  const Tensor x = full({1000}, -1, {.dtype = float64}).requires_grad_();
  Generator generator(7), same(7);
  const Tensor y = rrelu(x, 0.25, 0.5, true, &generator);
  const auto values = y.to_vector<double>();
  CHECK(*std::min_element(values.begin(), values.end()) >= -0.5);
  CHECK(*std::max_element(values.begin(), values.end()) <= -0.25);
  CHECK(std::abs(mean(y).item<double>() + 0.375) < 0.01);
  CHECK(difference(rrelu(x, 0.25, 0.5, true, &same), y) == 0);
  CHECK(difference(grad(sum(y), x), -y.detach()) == 0);
  CHECK(rrelu(doubles({-1, 2}), 0.25, 0.5).to_vector<double>() == std::vector<double>{-0.375, 2});
}

TEST_CASE("further activations refuse what makes no sense", "[activation][error]") {
  const Tensor x = zeros({2, 3});
  CHECK_THROWS_WITH(hardtanh(x, 2, 1),
                    Contains("hardtanh: min is 2 and max is 1; min must not be the larger ("));
  CHECK_THROWS_WITH(hardshrink(x, -1), Contains("hardshrink: lambd is -1; it must not be negative"));
  CHECK_THROWS_WITH(softshrink(x, -1), Contains("softshrink: lambd is -1; it must not be negative"));
  CHECK_THROWS_WITH(celu(x, 0), Contains("celu: alpha is 0; it must be above 0"));
  CHECK_THROWS_WITH(glu(x, 1), Contains("glu: the size of dimension 1 of [2, 3] is odd"));
  CHECK_THROWS_WITH(prelu(x, zeros({2})),
                    Contains("prelu: weight is [2] but input is [2, 3]; needs [1] or [3]"));
  CHECK_THROWS_WITH(prelu(x, zeros({3}, {.dtype = float64})),
                    Contains("prelu: input is float32 but weight is float64"));
  CHECK_THROWS_WITH(rrelu(x, 2, 1), Contains("rrelu: lower is 2 and upper is 1"));
  CHECK_THROWS_WITH(mish(x.to(int64)), Contains("mish: given int64; needs float32 or float64"));
  CHECK_THROWS_WITH(relu6(x.to(int64)), Contains("relu6: given int64"));
}

}  // namespace gradus::more_activation_test
