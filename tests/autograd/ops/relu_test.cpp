#include <gradus/autograd/backward.hpp>
#include <gradus/autograd/ops.hpp>

#include <vector>

#include "support/catch.hpp"
#include "support/fixtures.hpp"
#include "support/layouts.hpp"
#include "support/same_bits.hpp"

namespace gradus::relu_test {

namespace {

constexpr TensorOptions real{.dtype = float64};

Tensor numbers(const Shape& shape) { return from_vector(test::spread(numel(shape), -2, 3), shape); }
Tensor variable(const Shape& shape) { return numbers(shape).requires_grad_(); }
const void* memory(const Tensor& x) { return x.data<double>(); }

}  // namespace

TEST_CASE("relu of a temporary takes its place", "[activation][relu]") {
  const Tensor x = numbers({3, 4});
  for (const bool turned : {false, true}) {
    CAPTURE(turned);
    Tensor sum = turned ? transpose(x, 0, 1) + 0 : x + 0;
    const Tensor expected = relu(sum);
    CHECK(memory(expected) != memory(sum));
    const void* place = memory(sum);
    const Tensor y = relu(std::move(sum));
    CHECK(memory(y) == place);
    CHECK_FALSE(sum.defined());  // NOLINT: what was moved from is given up, visibly
    CHECK(test::same_bits(y, expected));
  }
}

TEST_CASE("relu of a temporary takes its place on the tape too", "[activation][relu][gradient]") {
  const Tensor x = variable({3, 4}), g = numbers({3, 4});
  const Tensor apart = x * 2, expected = grad(relu(apart), x, {.grad_outputs = {g}});
  Tensor product = x * 2;
  const void* place = memory(product);
  const Tensor y = relu(std::move(product));
  CHECK(memory(y) == place);
  CHECK(test::same_bits(grad(y, x, {.grad_outputs = {g}}), expected));
}

TEST_CASE("relu keeps its hands off what somebody else knows", "[activation][relu]") {
  const Tensor x = variable({3, 4});
  const Tensor values = numbers({3, 4});
  const auto kept = [](Tensor&& given, const Tensor& other) {
    const Tensor before = other.detach().clone();
    const Tensor y = relu(std::move(given));
    CHECK(test::same_bits(other, before));
    CHECK(test::difference(y, where(before > 0, before, 0)) == 0);
  };
  SECTION("another handle") {
    const Tensor other = values + 0;
    kept(Tensor(other), other);
  }
  SECTION("a view") {
    Tensor sum = values + 0;
    const Tensor view = reshape(sum, {12});
    const Tensor before = view.clone();
    relu(std::move(sum));
    CHECK(test::same_bits(view, before));
  }
  SECTION("the tape, as a result") {
    const Tensor y = relu(tanh(x));
    y.backward(ones_like(y));
    const Tensor t = tanh(x.detach());
    CHECK(test::difference(x.grad(), where(t > 0, 1 - t * t, 0)) < 1e-15);
  }
  SECTION("the tape, as an operand") {
    Tensor doubled = x * 2;
    const Tensor squared = square(doubled), y = relu(std::move(doubled));
    (sum(squared) + sum(y)).backward();
    CHECK(test::difference(x.grad(), 8 * x.detach() + where(x.detach() > 0, 2.0, zeros({}, real))) < 1e-14);
  }
  SECTION("memory of the caller") {
    std::vector<double> mine{-1, 2, -3};
    const Tensor y = relu(borrow(std::span<double>(mine), {3}));
    CHECK(mine == std::vector<double>{-1, 2, -3});
    CHECK(y.to_vector<double>() == std::vector<double>{0, 2, 0});
  }
  SECTION("elements that share memory") {
    const Tensor y = relu(expand(tensor({-1.0, 2.0}, real), {3, 2}));
    CHECK(y.to_vector<double>() == std::vector<double>{0, 2, 0, 2, 0, 2});
  }
}

TEST_CASE("gradients are overwritten only where nobody sees it", "[activation][relu][gradient]") {
  const Tensor x = variable({3, 4}), g = numbers({3, 4}), before = g.clone();
  Tensor inner = x * 1;
  inner.retain_grad();
  std::vector<Tensor> seen;
  Tensor y = relu(inner);
  y.register_hook([&](const Tensor& gradient) {
    seen.push_back(gradient);
    return Tensor();
  });
  y.backward(g);
  const Tensor open = where(x.detach() > 0, g, 0);
  CHECK(test::same_bits(g, before));
  CHECK(test::same_bits(seen.at(0), g));
  CHECK(test::same_bits(inner.grad(), open));
  CHECK(test::same_bits(x.grad(), open));

  const Tensor z = relu(tanh(relu(x * 1)));  // each gradient on the way may take the place of the one before
  const Tensor t = tanh(where(x.detach() > 0, x.detach(), 0));
  CHECK(test::difference(grad(sum(z), x), where(x.detach() > 0, 1 - t * t, 0)) < 1e-15);
}

}  // namespace gradus::relu_test
