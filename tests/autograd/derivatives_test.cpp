#include <gradus/autograd/derivatives.hpp>

#include <gradus/autograd/backward.hpp>
#include <gradus/autograd/gradcheck.hpp>
#include <gradus/autograd/ops.hpp>
#include <gradus/autograd/tape.hpp>

#include "support/catch.hpp"
#include "support/strided.hpp"

namespace gradus::derivatives_test {

namespace {

using Values = std::vector<double>;
using Catch::Matchers::Contains;
constexpr TensorOptions constant{.dtype = float64};

Values values(const Tensor& x) { return x.to_vector<double>(); }

void check_close(const Tensor& a, const Tensor& b) {
  REQUIRE(a.shape() == b.shape());
  const Values left = values(a), right = values(b);
  for (std::size_t i = 0; i < left.size(); ++i) CHECK(std::abs(left[i] - right[i]) < 1e-12);
}

/// (x y, sum of x^2 y), of which all derivatives are known.
std::vector<Tensor> both(const Tensor& x, const Tensor& y) { return {x * y, sum(square(x) * y)}; }

}  // namespace

TEST_CASE("vjp gives the values and the gradients of a weighted sum of the results", "[derivatives]") {
  const Tensor x = tensor({1, 2}, constant), y = tensor({3, -1}, constant);
  const auto [results, gradients] = vjp(both, {x, y}, {tensor({1, 10}, constant), tensor(2, constant)});
  CHECK(values(results[0]) == Values{3, -2});
  CHECK(values(results[1]) == Values{-1});
  CHECK(values(gradients[0]) == Values{1 * 3 + 2 * 2 * 1 * 3, 10 * -1 + 2 * 2 * 2 * -1});
  CHECK(values(gradients[1]) == Values{1 * 1 + 2 * 1, 10 * 2 + 2 * 4});
  CHECK_FALSE(x.requires_grad());
  CHECK_FALSE(gradients[0].requires_grad());
  CHECK_FALSE(results[0].requires_grad());
  // An undefined vector leaves its result out; without any, a single element counts with 1.
  CHECK(values(vjp(both, {x, y}, {Tensor(), tensor(1, constant)}).products[1]) == Values{1, 4});
  CHECK(values(vjp([](const Tensor& a) { return sum(a * 3); }, {x}).products[0]) == Values{3, 3});
}

TEST_CASE("jvp gives directional derivatives", "[derivatives]") {
  const Tensor x = tensor({1, 2}, constant), y = tensor({3, -1}, constant);
  const auto [results, along] = jvp(both, {x, y}, {tensor({1, 10}, constant), tensor({0, 5}, constant)});
  CHECK(values(results[0]) == Values{3, -2});
  CHECK(values(along[0]) == Values{3, 10 * -1 + 5 * 2});
  CHECK(values(along[1]) == Values{2 * 1 * 3 * 1 + 2 * 2 * -1 * 10 + 4 * 5});
  CHECK(values(jvp(both, {x, y}, {Tensor(), tensor({1, 0}, constant)}).products[0]) == Values{1, 0});
  // Of a function that is linear, or does not depend on its input at all.
  CHECK(values(jvp([](const Tensor& a) { return a * 3; }, {x}, {y}).products[0]) == Values{9, -3});
  CHECK(values(jvp([](const Tensor& a) { return a.detach() * 3; }, {x}, {y}).products[0]) == Values{0, 0});
}

TEST_CASE("vjp and jvp are adjoint, and both are rows or columns of the jacobian", "[derivatives]") {
  const Tensor a = test::variable({2, 3}, 1), b = test::variable({3, 2}, 2), u = test::variable({2, 2}, 3),
               v = test::variable({2, 3}, 4);
  const auto f = [](const Tensor& p, const Tensor& q) { return tanh(matmul(p, q)); };
  const Tensor product = jvp(f, {a, b}, {v, Tensor()}).products[0];
  const Tensor pulled = vjp(f, {a, b}, {u}).products[0];
  CHECK(std::abs(sum(u * product).item<double>() - sum(pulled * v).item<double>()) < 1e-12);
  const DerivativeTable table = jacobian(f, {a, b});
  REQUIRE(table.size() == 1);
  CHECK(table[0][0].shape() == Shape{2, 2, 2, 3});
  CHECK(table[0][1].shape() == Shape{2, 2, 3, 2});
  check_close(matmul(reshape(table[0][0], {4, 6}), reshape(v, {6, 1})), reshape(product, {4, 1}));
  check_close(matmul(reshape(u, {1, 4}), reshape(table[0][0], {4, 6})), reshape(pulled, {1, 6}));
}

TEST_CASE("jacobian of one input, of one given twice, of integers and of empty ones", "[derivatives]") {
  const Tensor x = tensor({1, 2, 3}, constant);
  CHECK(values(jacobian([](const Tensor& a) { return square(a); }, x)) == Values{2, 0, 0, 0, 4, 0, 0, 0, 6});
  const DerivativeTable twice =
      jacobian([](const Tensor& a, const Tensor& b) { return sum(a * b * b); }, {x, x});
  CHECK(values(twice[0][0]) == Values{1, 4, 9});
  CHECK(values(twice[0][1]) == Values{2, 8, 18});
  const DerivativeTable picked =
      jacobian([](const Tensor& a, const Tensor& i) { return index_select(a, 0, i); },
               {x, tensor({2, 0}, {.dtype = int64})});
  CHECK(values(picked[0][0]) == Values{0, 0, 1, 1, 0, 0});
  CHECK_FALSE(picked[0][1].defined());
  CHECK(jacobian([](const Tensor& a) { return a * 2; }, zeros({0}, constant)).shape() == Shape{0, 0});
  CHECK(jacobian([](const Tensor& a) { return narrow(a, 0, 0, 0); }, x).shape() == Shape{0, 3});
}

TEST_CASE("hessian and hvp of a function with known second derivatives", "[derivatives]") {
  // f = x0^2 x1 + x1^3
  const auto f = [](const Tensor& x) {
    const Tensor a = select(x, 0, 0), b = select(x, 0, 1);
    return a * a * b + b * b * b;
  };
  const Tensor x = tensor({2, 3}, constant), v = tensor({1, -2}, constant);
  CHECK(values(hessian(f, x)) == Values{6, 4, 4, 18});
  const auto [value, product] = hvp(f, {x}, {v});
  CHECK(values(value[0]) == Values{39});
  CHECK(values(product[0]) == Values{6 - 8, 4 - 36});
  const DerivativeTable mixed =
      hessian([](const Tensor& a, const Tensor& b) { return sum(square(a) * b); }, {x, v});
  CHECK(values(mixed[0][0]) == Values{2, 0, 0, -4});
  CHECK(values(mixed[0][1]) == Values{4, 0, 0, 6});
  CHECK(values(mixed[1][0]) == Values{4, 0, 0, 6});
  CHECK(values(mixed[1][1]) == Values{0, 0, 0, 0});
  CHECK(values(hessian([](const Tensor& a) { return sum(a); }, x)) == Values{0, 0, 0, 0});
}

TEST_CASE("derivatives by what a function uses without being given it", "[derivatives]") {
  const Tensor w = tensor({1, 2}, {.dtype = float64, .requires_grad = true}), x = tensor({3, 4}, constant);
  const auto loss = [&] { return sum(square(w * x)); };
  CHECK(values(vjp(loss, {w}).products[0]) == Values{18, 64});
  CHECK(values(hvp(loss, {w}, {tensor({1, 1}, constant)}).products[0]) == Values{18, 32});
  CHECK(values(hessian(loss, w)) == Values{18, 0, 0, 32});
  CHECK(values(jacobian([&] { return w * x; }, w)) == Values{3, 0, 0, 4});
  CHECK_FALSE(w.grad().defined());
  CHECK_THROWS_AS(vjp(loss, {x}), GraphError);
}

TEST_CASE("derivatives can be differentiated", "[derivatives]") {
  const Tensor x = test::variable({3}, 1), v = test::variable({3}, 2);
  const auto cube = [](const Tensor& a) { return a * a * a; };
  const DerivativeOptions create{.create_graph = true};
  CHECK(gradcheck([&](const Tensor& a, const Tensor& u) { return vjp(cube, {a}, {u}, create).products[0]; },
                  {x, v}));
  CHECK(gradcheck([&](const Tensor& a, const Tensor& u) { return jvp(cube, {a}, {u}, create).products[0]; },
                  {x, v}));
  CHECK(gradcheck([&](const Tensor& a) { return jacobian(cube, a, create); }, {x}));
  const auto quartic = [](const Tensor& a) { return sum(square(square(a))); };
  CHECK(gradcheck(
      [&](const Tensor& a, const Tensor& u) { return hvp(quartic, {a}, {u}, create).products[0]; }, {x, v}));
  CHECK(gradcheck([&](const Tensor& a) { return hessian(quartic, a, create); }, {x}));
  const NoGrad guard;  // the tools record for themselves
  CHECK(values(jacobian(cube, tensor({2}, constant))) == Values{12});
}

TEST_CASE("derivative tools refuse what does not fit", "[derivatives][error]") {
  const Tensor x = tensor({1, 2}, constant);
  const auto twice = [](const Tensor& a) { return a * 2; };
  CHECK_THROWS_WITH(vjp(twice, {x}), Contains("vjp: a result is [2]") && Contains("derivatives_test.cpp:"));
  CHECK_THROWS_WITH(vjp(twice, {x}, {tensor({1, 2, 3}, constant)}),
                    Contains("vector 0 is [3] but the result is [2]"));
  CHECK_THROWS_WITH(vjp(twice, {x}, {x, x}), Contains("2 vectors for 1 results"));
  CHECK_THROWS_WITH(vjp(twice, {x}, {tensor({1, 2})}), Contains("float32"));
  CHECK_THROWS_WITH(jvp(twice, {x}, {tensor(1, constant)}), Contains("vector 0 is [] but the input is [2]"));
  CHECK_THROWS_WITH(vjp(twice, {tensor({1}, {.dtype = int64})}),
                    Contains("none of the 1 inputs is floating"));
  CHECK_THROWS_WITH(hessian(twice, x), Contains("only one of a single element"));
  CHECK_THROWS_WITH(jacobian(
                        [](const Tensor& a) {
                          return std::vector<Tensor>{a, a};
                        },
                        x),
                    Contains("2 results"));
  CHECK_THROWS_WITH(jacobian(twice, zeros({1, 1, 1, 1, 1}, constant)), Contains("10 dimensions"));
}

}  // namespace gradus::derivatives_test
