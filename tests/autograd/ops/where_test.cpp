#include <gradus/autograd/backward.hpp>
#include <gradus/autograd/gradcheck.hpp>
#include <gradus/autograd/ops.hpp>

#include <limits>

#include "support/catch.hpp"
#include "support/fixtures.hpp"
#include "support/layouts.hpp"

namespace gradus::where_test {

namespace {

constexpr double inf = std::numeric_limits<double>::infinity();
constexpr double NaN = std::numeric_limits<double>::quiet_NaN();
constexpr TensorOptions plain{.dtype = float64};
constexpr TensorOptions variable{.dtype = float64, .requires_grad = true};

using Doubles = std::vector<double>;
Doubles values(const Tensor& x) { return x.to_vector<double>(); }
/// Of the sum of y, recorded for a second derivative or not.
Doubles slopes(const Tensor& y, const Tensor& x, bool create_graph = false) {
  return values(grad(sum(y), x, {.retain_graph = true, .create_graph = create_graph}));
}
Tensor alternating(const Shape& shape) {
  const std::int64_t n = numel(shape);
  std::vector<bool> flags;
  for (std::int64_t i = 0; i < n; ++i) flags.push_back(i % 3 != 1);
  return from_vector<bool>(flags, shape);
}

}  // namespace

TEST_CASE("where, maximum and minimum agree with PyTorch", "[where][fixtures]") {
  const auto name = GENERATE(as<std::string>{}, "where/broadcast", "maximum/broadcast", "minimum/broadcast",
                             "maximum/tie", "minimum/tie");
  const test::Fixture torch = test::fixture("ops.json", name);
  CAPTURE(name);
  Tensor x = torch.inputs["x"].detach().requires_grad_(), y = torch.inputs["y"].detach().requires_grad_();
  const Tensor z = name.starts_with("where")     ? where(torch.inputs["condition"], x, y)
                   : name.starts_with("maximum") ? maximum(x, y)
                                                 : minimum(x, y);
  CHECK(test::difference(z, torch.outputs["y"]) == 0);
  for (const bool create_graph : {false, true}) {
    const auto g = grad(
        {z}, {x, y}, {.grad_outputs = {torch.cotangent}, .retain_graph = true, .create_graph = create_graph});
    CHECK(test::difference(g[0], torch.grads["x"]) < 1e-15);
    CHECK(test::difference(g[1], torch.grads["y"]) < 1e-15);
  }
}

TEST_CASE("clamp agrees with PyTorch", "[where][fixtures]") {
  for (const test::Fixture& torch : test::fixtures("ops.json", "clamp")) {
    CAPTURE(torch.name);
    Tensor x = torch.inputs["x"].detach().requires_grad_();
    std::optional<Operand> min, max;
    if (torch.options.has("min")) min = torch.options.number("min", 0);
    if (torch.options.has("max")) max = torch.options.number("max", 0);
    const Tensor y = clamp(x, min, max);
    CHECK(test::difference(y, torch.outputs["y"]) == 0);
    for (const bool create_graph : {false, true})
      CHECK(test::difference(
                grad(y, x,
                     {.grad_outputs = {torch.cotangent}, .retain_graph = true, .create_graph = create_graph}),
                torch.grads["x"]) == 0);
  }
}

TEST_CASE("choices are differentiated right, twice, in any layout", "[where][gradcheck]") {
  for (const auto& [layout, x] : test::layouts([](std::int64_t n) { return test::spread(n, -2.05, 1.9); })) {
    CAPTURE(layout);
    const auto check = [](const auto& f, const std::vector<Tensor>& in) {
      CHECK(gradcheck(f, in));
      CHECK(gradgradcheck(f, in));
    };
    const Tensor condition = alternating(x.shape());
    const Tensor other = tensor({0.013}, variable);
    check([&](const Tensor& a, const Tensor& b) { return where(condition, a * a, b * b * b); }, {x, other});
    check([&](const Tensor& a, const Tensor& b) { return where(condition, b, a); }, {x, other});
    check([](const Tensor& a, const Tensor& b) { return maximum(a * a, b); }, {x, other});
    check([](const Tensor& a, const Tensor& b) { return minimum(b, a); }, {x, other});
    check([](const Tensor& a) { return clamp(a * a, 0.51, 3.1); }, {x});
    check([](const Tensor& a, const Tensor& b) { return clamp(a, b, b + 1.02); }, {x, other});
    check([](const Tensor& a, const Tensor& b) { return clamp(a, {}, b); }, {x, other});
  }
}

TEST_CASE("where chooses, broadcast, and numbers adapt", "[where]") {
  const Tensor condition = tensor({{1, 0, 1}, {0, 1, 0}}, {.dtype = boolean});
  CHECK(values(where(condition, tensor({1, 2, 3}, plain), 0)) == Doubles{1, 0, 3, 0, 2, 0});
  CHECK(values(where(condition, -1, tensor({{5}, {6}}, plain))) == Doubles{-1, 5, -1, 6, -1, 6});
  CHECK(where(condition, 1, 0).dtype() == float32);
  CHECK(where(condition, arange(3), 7).to_vector<std::int64_t>() ==
        std::vector<std::int64_t>{0, 7, 2, 7, 1, 7});
  CHECK(where(tensor(1, {.dtype = boolean}), condition, false).dtype() == boolean);
  CHECK(where(zeros({0}, {.dtype = boolean}), 1, ones({1})).shape() == Shape{0});
}

TEST_CASE("what where does not choose gets gradient 0, not NaN", "[where]") {
  const Tensor x = tensor({0, 4}, variable);
  const Tensor safe = where(x == 0, 1, x);
  CHECK(slopes(where(x == 0, 0, sqrt(safe)), x) == Doubles{0, 0.25});
  const Tensor a = tensor({1, 2}, variable);
  const Tensor chosen = where(tensor({1, 0}, {.dtype = boolean}), a, 5);
  CHECK(values(grad(chosen, a, {.grad_outputs = {tensor({3, inf}, plain)}})) == Doubles{3, 0});
}

TEST_CASE("ties of maximum and minimum share the gradient evenly", "[where]") {
  const Tensor a = tensor({1, 2, 3}, variable), b = tensor({3, 2, 1}, variable);
  for (const bool recorded : {false, true}) {
    CHECK(slopes(maximum(a, b), a, recorded) == Doubles{0, 0.5, 1});
    CHECK(slopes(maximum(a, b), b, recorded) == Doubles{1, 0.5, 0});
    CHECK(slopes(minimum(a, b), a, recorded) == Doubles{1, 0.5, 0});
    CHECK(slopes(minimum(a, b), b, recorded) == Doubles{0, 0.5, 1});
  }
  CHECK(slopes(maximum(a, a), a) == Doubles{1, 1, 1});
}

TEST_CASE("maximum and minimum pass NaN on and take integers", "[where]") {
  const Tensor a = tensor({NaN, 1, NaN, -inf}, plain), b = tensor({1, NaN, NaN, inf}, plain);
  CHECK(test::difference(maximum(a, b), tensor({NaN, NaN, NaN, inf}, plain)) == 0);
  CHECK(test::difference(minimum(a, b), tensor({NaN, NaN, NaN, -inf}, plain)) == 0);
  CHECK(maximum(arange(4), 2).to_vector<std::int64_t>() == std::vector<std::int64_t>{2, 2, 2, 3});
  CHECK(minimum(2, arange(4)).to_vector<std::int64_t>() == std::vector<std::int64_t>{0, 1, 2, 2});
}

TEST_CASE("clamp passes the gradient at its bounds", "[where]") {
  const Tensor x = tensor({-2, -1, 0, 1, 2}, variable);
  const Tensor low = tensor(-1, variable), high = tensor(1, variable);
  for (const bool recorded : {false, true}) {
    CHECK(slopes(clamp(x, -1, 1), x, recorded) == Doubles{0, 1, 1, 1, 0});
    CHECK(slopes(clamp(x, -1), x, recorded) == Doubles{0, 1, 1, 1, 1});
    CHECK(slopes(clamp(x, {}, 1), x, recorded) == Doubles{1, 1, 1, 1, 0});
    const Tensor y = clamp(x, low, high);
    CHECK(values(y) == Doubles{-1, -1, 0, 1, 1});
    CHECK(slopes(y, x, recorded) == Doubles{0, 1, 1, 1, 0});
    CHECK(slopes(y, low, recorded) == Doubles{1});
    CHECK(slopes(y, high, recorded) == Doubles{1});
  }
}

TEST_CASE("clamp with NaN, with bounds that cross, and on integers", "[where]") {
  const Tensor x = tensor({NaN, -inf, 5}, plain);
  CHECK(test::difference(clamp(x, 0, 1), tensor({NaN, 0, 1}, plain)) == 0);
  CHECK(test::difference(clamp(x, zeros({3}, plain), 1), tensor({NaN, 0, 1}, plain)) == 0);
  CHECK(values(clamp(tensor({-5, 5}, plain), 2, 1)) == Doubles{1, 1});
  CHECK(values(clamp(tensor({-5, 5}, plain), tensor(2, plain), tensor(1, plain))) == Doubles{1, 1});
  CHECK(test::difference(clamp(ones({2}, plain), tensor({NaN, 0}, plain)), tensor({NaN, 1}, plain)) == 0);
  CHECK(clamp(arange(5), 1, 3).to_vector<std::int64_t>() == std::vector<std::int64_t>{1, 1, 2, 3, 3});
  CHECK(clamp(arange(3), {}, 1).to_vector<std::int64_t>() == std::vector<std::int64_t>{0, 1, 1});
}

TEST_CASE("choices name what does not fit", "[where][error]") {
  const Tensor x = ones({2}), condition = x > 0;
  CHECK_THROWS_WITH(where(x, x, x), Catch::Matchers::StartsWith(
                                        "where: the condition is float32; needs bool (where_test.cpp:"));
  CHECK_THROWS_WITH(where(condition, x, arange(2)),
                    Catch::Matchers::StartsWith("where: given float32 and int64"));
  CHECK_THROWS_AS(where(condition, ones({3}), x), ShapeError);
  CHECK_THROWS_WITH(maximum(x, ones({3})), Catch::Matchers::StartsWith("maximum: "));
  CHECK_THROWS_AS(maximum(x, arange(2)), DTypeError);
  CHECK_THROWS_WITH(clamp(x, {}),
                    Catch::Matchers::StartsWith("clamp: neither min nor max is given (where_test.cpp:"));
  CHECK_THROWS_WITH(clamp(x, NaN), Catch::Matchers::StartsWith("clamp: a bound is NaN"));
  CHECK_THROWS_AS(clamp(arange(3), 0.5), DTypeError);
  CHECK_THROWS_AS(clamp(x, arange(2)), DTypeError);
}

TEST_CASE("choices keep channels-last", "[where]") {
  const Tensor x = permute(ones({2, 5, 6, 3}), {0, 3, 1, 2});
  CHECK(where(x > 0, x, 0).strides() == x.strides());
  CHECK(maximum(x, 0).strides() == x.strides());
  CHECK(maximum(0, x).strides() == x.strides());
  CHECK(clamp(x, 0, 1).strides() == x.strides());
}

}  // namespace gradus::where_test
