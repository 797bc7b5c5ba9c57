#include <gradus/autograd/ops/arithmetic.hpp>

#include <cmath>
#include <limits>

#include <gradus/autograd/gradcheck.hpp>
#include <gradus/autograd/ops.hpp>

#include "support/catch.hpp"
#include "support/fixtures.hpp"
#include "support/sanitized.hpp"
#include "support/strided.hpp"

namespace gradus::arithmetic_test {
using test::difference;
using test::fixture;
using test::strided;
using test::variable;

namespace {
const auto contains = [](const char* text) { return Catch::Matchers::Contains(text); };
using Values = std::vector<float>;
using Integers = std::vector<std::int64_t>;
}  // namespace

TEST_CASE("arithmetic works element by element, broadcast", "[arithmetic]") {
  const Tensor a = tensor({{1}, {2}}), b = tensor({10, 20});
  CHECK((a + b).to_vector<float>() == Values{11, 21, 12, 22});
  CHECK((a - b).to_vector<float>() == Values{-9, -19, -8, -18});
  CHECK((a * b).to_vector<float>() == Values{10, 20, 20, 40});
  CHECK((b / a).to_vector<float>() == Values{10, 20, 5, 10});
  CHECK((-b).to_vector<float>() == Values{-10, -20});
  CHECK((tensor(1.0) + tensor(2.0)).shape() == Shape{});
  CHECK((zeros({0, 1}) + b).shape() == Shape{0, 2});
}

TEST_CASE("integers add, subtract and multiply, wrapping around", "[arithmetic]") {
  constexpr std::int64_t high = std::numeric_limits<std::int64_t>::max(),
                         low = std::numeric_limits<std::int64_t>::min();
  const Tensor x = from_vector(Integers{high, low}, {2});
  CHECK((x + 1).to_vector<std::int64_t>() == Integers{low, low + 1});
  CHECK((x - 1).to_vector<std::int64_t>() == Integers{high - 1, high});
  CHECK((x * 2).to_vector<std::int64_t>() == Integers{-2, 0});
  CHECK((-x).to_vector<std::int64_t>() == Integers{-high, low});
  const Tensor bytes = tensor({250, 3}, {.dtype = uint8});
  CHECK((bytes + 10).to_vector<std::uint8_t>() == std::vector<std::uint8_t>{4, 13});
  CHECK((-bytes).to_vector<std::uint8_t>() == std::vector<std::uint8_t>{6, 253});
}

TEST_CASE("integers are not divided, bools not added", "[arithmetic][error]") {
  CHECK_THROWS_WITH(arange(3) / 2, contains("div: given int64; needs float32 or float64 (use to(float32))"));
  CHECK_THROWS_WITH(ones(2, {.dtype = boolean}) + ones(2, {.dtype = boolean}),
                    contains("add: given bool; needs a numeric dtype"));
  Tensor n = arange(3);
  CHECK_THROWS_AS(n /= 2, DTypeError);
}

TEST_CASE("division follows IEEE", "[arithmetic]") {
  const Values y = (tensor({1, -1, 0}) / 0).to_vector<float>();
  CHECK(y[0] == std::numeric_limits<float>::infinity());
  CHECK(y[1] == -std::numeric_limits<float>::infinity());
  CHECK(std::isnan(y[2]));
}

TEST_CASE("numbers adapt to the dtype of the tensor, if it can hold them", "[arithmetic]") {
  CHECK((1 + arange(2)).to_vector<std::int64_t>() == Integers{1, 2});
  CHECK((2.0 * arange(2)).dtype() == int64);
  CHECK((ones(1, {.dtype = float64}) * 0.1).item<double>() == 0.1);
  CHECK((1 - tensor({0.25})).item<float>() == 0.75F);
  CHECK((2 / tensor({4})).item<float>() == 0.5F);
  CHECK_THROWS_WITH(
      2.5 + arange(2),
      contains("add: the number 2.5 does not fit a int64 tensor; convert it with to(float32) first "
               "(arithmetic_test.cpp:"));
  CHECK_THROWS_AS(ones(1, {.dtype = uint8}) - 300, DTypeError);
  CHECK_THROWS_AS(ones(1, {.dtype = uint8}) + (-1), DTypeError);
}

TEST_CASE("dtypes are never mixed silently", "[arithmetic][error]") {
  CHECK_THROWS_WITH(zeros(2) + arange(2),
                    contains("add: given float32 and int64; dtypes are not mixed silently, use to(float32)"));
  CHECK_THROWS_AS(zeros(2) * zeros(2, {.dtype = float64}), DTypeError);
}

TEST_CASE("shapes that do not broadcast are both named", "[arithmetic][error]") {
  CHECK_THROWS_WITH(zeros({2, 3}) * zeros({2}),
                    contains("mul: shapes [2, 3] and [2] do not broadcast: sizes 3 and 2 at dimension 1"));
}

TEST_CASE("an elementwise result keeps the layout of its input", "[arithmetic]") {
  const Tensor x = permute(zeros({2, 4, 5, 3}), {0, 3, 1, 2});  // channels last
  const Tensor bias = zeros({3, 1, 1});
  for (const Tensor& y : {x + 1, x * x, -x, x - bias, bias + x}) CHECK(y.strides() == x.strides());
  CHECK((slice(x, 1, 0, 3, 2) + 1).is_contiguous());
}

TEST_CASE("rows and columns beside a matrix of any size are the same as their copies", "[arithmetic]") {
  for (const auto& [rows, columns] :
       {std::pair(3, 7), {7, 300}, {300, 257}, {129, 515}, {2, 40001}, {40001, 2}}) {
    CAPTURE(rows, columns);
    const Tensor x = reshape(sin(arange(rows * columns).to(float32)), {rows, columns});
    const Tensor gaps = slice(cat({x, x}, 1), 1, 0, 2 * columns, 2);
    const Tensor row = select(x, 0, 1), column = narrow(x, 1, 1, 1);
    const Tensor turned = transpose(transpose(x, 0, 1).contiguous(), 0, 1);
    for (const Tensor& matrix : {x, gaps, turned})
      for (const Tensor& side : {row, column}) {
        const Tensor dense = matrix.contiguous(), copy = expand(side, {rows, columns}).contiguous();
        CHECK(equal(matrix - side, dense - copy));
        CHECK(equal(side - matrix, copy - dense));
        CHECK(equal(maximum(matrix, side), maximum(dense, copy)));
        CHECK(equal(where(matrix > side, matrix, side), where(dense > copy, dense, copy)));
        Tensor changed = matrix.clone();
        changed *= side;
        CHECK(equal(changed, dense * copy));
      }
    CHECK(equal(row * column, expand(row, {rows, columns}).contiguous() * column));
  }
}

TEST_CASE("in-place arithmetic changes what views share", "[arithmetic]") {
  Tensor x = tensor({{1, 2}, {3, 4}});
  const Tensor row = select(x, 0, 1);
  x += tensor({10, 20});
  CHECK(row.to_vector<float>() == Values{13, 24});
  x -= 1;
  x *= 2;
  x /= 4;
  CHECK(x.to_vector<float>() == Values{5, 10.5F, 6, 11.5F});
  Tensor column = select(x, 1, 0);
  column *= 0;
  CHECK(x.to_vector<float>() == Values{0, 10.5F, 0, 11.5F});
  CHECK_THROWS_WITH(x += zeros({3, 2, 2}),
                    contains("+=: [3, 2, 2] does not broadcast to [2, 2], which cannot grow in place"));
  Tensor wide = expand(tensor({1}), {3});
  CHECK_THROWS_AS(wide += 1, ValueError);
}

TEST_CASE("in-place arithmetic may alias its right side", "[arithmetic]") {
  Tensor x = tensor({{1, 2}, {3, 4}});
  x += x;
  CHECK(x.to_vector<float>() == Values{2, 4, 6, 8});
  x += transpose(x, 0, 1);
  CHECK(x.to_vector<float>() == Values{4, 10, 10, 16});
  x *= select(x, 0, 0);
  CHECK(x.to_vector<float>() == Values{16, 100, 40, 160});
}

TEST_CASE("arithmetic agrees with PyTorch, gradients of broadcast sides included", "[arithmetic]") {
  using Binary = Tensor (*)(const Operand&, const Operand&);
  const std::vector<std::pair<const char*, Binary>> ops{
      {"add", add}, {"sub", sub}, {"mul", mul}, {"div", div}};
  for (const auto& [title, op] : ops) {
    CAPTURE(title);
    const auto f = fixture("ops.json", std::string(title) + "/broadcast");
    Tensor x = f.inputs["x"], y = f.inputs["y"];
    x.requires_grad_();
    y.requires_grad_();
    const Tensor z = op(x, y);
    CHECK(difference(z, f.outputs["y"]) < 1e-15);
    z.backward(f.cotangent);
    CHECK(difference(x.grad(), f.grads["x"]) < 1e-14);
    CHECK(difference(y.grad(), f.grads["y"]) < 1e-14);
  }
}

TEST_CASE("arithmetic agrees with central differences", "[arithmetic][gradient]") {
  const auto shape = GENERATE(Shape{2, 3}, Shape{3}, Shape{2, 1}, Shape{});
  for (const Tensor& a : strided(variable({2, 3}, 1)))
    for (Tensor b : strided(variable(shape, 2))) {
      const auto all = [](const Tensor& x, const Tensor& y) {
        return std::vector{x + y, x - y, y * x, x / (y * y + 1), -(y * y)};
      };
      CHECK(gradcheck(all, {a, b}, {.fast = test::sanitized}));
      CHECK(gradgradcheck(all, {a, b}, {.fast = test::sanitized}));
    }
}

TEST_CASE("an expanded side gets its gradient summed", "[arithmetic][gradient]") {
  const Tensor x = variable({3, 1});
  const auto f = [](const Tensor& v) { return expand(v, {3, 4}) * expand(v, {3, 4}) * 0.5; };
  CHECK(gradcheck(f, {x}));
  CHECK(gradgradcheck(f, {x}));
}

}  // namespace gradus::arithmetic_test
