#include <gradus/autograd/ops/join.hpp>

#include <gradus/autograd/gradcheck.hpp>
#include <gradus/autograd/ops.hpp>

#include "support/catch.hpp"
#include "support/strided.hpp"

namespace gradus::join_test {
using test::strided;
using test::variable;

namespace {

using Values = std::vector<float>;
const auto contains = [](const char* text) { return Catch::Matchers::Contains(text); };

}  // namespace

TEST_CASE("cat puts tensors one behind the other", "[join]") {
  const Tensor a = tensor({{1, 2}, {3, 4}}), b = tensor({{5, 6}});
  const Tensor rows = cat({a, b});
  CHECK(rows.shape() == Shape{3, 2});
  CHECK(rows.to_vector<float>() == Values{1, 2, 3, 4, 5, 6});
  const Tensor columns = cat({a, transpose(a, 0, 1), slice(a, 1, 0, 1)}, -1);
  CHECK(columns.shape() == Shape{2, 5});
  CHECK(columns.to_vector<float>() == Values{1, 2, 1, 3, 1, 3, 4, 2, 4, 3});
  CHECK_FALSE(cat({a}).shares_storage(a));
}

TEST_CASE("cat takes any dtype and empty tensors", "[join]") {
  const Tensor flags = cat({tensor({true}, {.dtype = boolean}), tensor({false, true}, {.dtype = boolean})});
  CHECK(flags.to_vector<bool>() == std::vector<bool>{true, false, true});
  CHECK(cat({zeros({2, 0}), ones({2, 3}), zeros({2, 0})}, 1).to_vector<float>() == Values(6, 1));
  CHECK(cat({zeros({0, 3}), zeros({0, 3})}).shape() == Shape{0, 3});
  CHECK(cat({expand(ones({1, 1}), {1, 3}), zeros({1, 3})}).to_vector<float>() == Values{1, 1, 1, 0, 0, 0});
}

TEST_CASE("large tensors are joined row by row, in any dtype and strides", "[join]") {
  const auto check = [](const std::vector<Tensor>& parts, std::int64_t dim) {
    const Tensor whole = cat(parts, dim);
    std::int64_t start = 0;
    for (const Tensor& part : parts) {
      CHECK(equal(narrow(whole, dim, start, part.size(dim)), part));
      start += part.size(dim);
    }
    CHECK(start == whole.size(dim));
  };
  const Tensor a = reshape(arange(333 * 130), {333, 130}), b = reshape(arange(130 * 333), {130, 333}) + 7;
  for (const DType dtype : {float32, float64, int64, uint8, boolean}) {
    const Tensor x = remainder(a, 251).to(dtype), y = transpose(remainder(b, 97), 0, 1).to(dtype);
    const Tensor turned = transpose(transpose(y, 0, 1).contiguous(), 0, 1);
    check({x, turned, narrow(x, 1, 3, 1), flip(x, {1}), zeros({333, 0}, {.dtype = dtype})}, 1);
    check({expand(narrow(x, 1, 0, 1), {333, 50}), x, slice(x, 1, 1, 130, 3)}, 1);
    check({x, turned, x}, 0);
  }
  const Tensor images = reshape(arange(3 * 5 * 37 * 210), {3, 5, 37, 210});
  for (const std::int64_t dim : {0, 1, 2, 3})
    check({images, images + 1, permute(permute(images, {2, 0, 3, 1}).contiguous(), {1, 3, 0, 2})}, dim);
}

TEST_CASE("stack makes a new dimension", "[join]") {
  const Tensor a = tensor({1, 2, 3}), b = tensor({4, 5, 6});
  CHECK(stack({a, b}).to_vector<float>() == Values{1, 2, 3, 4, 5, 6});
  CHECK(stack({a, b}).shape() == Shape{2, 3});
  CHECK(stack({a, b}, -1).shape() == Shape{3, 2});
  CHECK(stack({a, b}, 1).to_vector<float>() == Values{1, 4, 2, 5, 3, 6});
  CHECK(stack({tensor(1.0), tensor(2.0)}).to_vector<float>() == Values{1, 2});
}

TEST_CASE("split and chunk are views, the last perhaps shorter", "[join]") {
  const Tensor x = reshape(arange(10), {2, 5});
  const auto sizes = [](const std::vector<Tensor>& parts) {
    std::vector<std::int64_t> all;
    for (const Tensor& part : parts) all.push_back(part.size(-1));
    return all;
  };
  using Sizes = std::vector<std::int64_t>;
  const std::vector<Tensor> parts = split(x, 2, 1);
  CHECK(sizes(parts) == Sizes{2, 2, 1});
  for (const Tensor& part : parts) CHECK(part.shares_storage(x));
  CHECK(parts[1].to_vector<std::int64_t>() == Sizes{2, 3, 7, 8});
  CHECK(sizes(split(x, {1, 0, 4}, -1)) == Sizes{1, 0, 4});
  CHECK(sizes(split(x, Sizes{5}, 1)) == Sizes{5});
  CHECK(sizes(chunk(x, 2, 1)) == Sizes{3, 2});
  CHECK(sizes(chunk(x, 4, 1)) == Sizes{2, 2, 1});  // as PyTorch: no fourth one
  CHECK(sizes(chunk(x, 9, 1)) == Sizes{1, 1, 1, 1, 1});
  CHECK(sizes(chunk(zeros({2, 0}), 3, 1)) == Sizes{0, 0, 0});
  CHECK(sizes(split(zeros({2, 0}), 4, 1)) == Sizes{0});
}

TEST_CASE("split in braces is a list of sizes, also of one", "[join]") {
  CHECK(split(arange(4), {4}).size() == 1);
  CHECK_THROWS_AS(split(arange(4), {2}), ShapeError);
}

TEST_CASE("cat and stack agree with central differences", "[join][gradient]") {
  for (const Tensor& a : strided(variable({2, 3}, 1)))
    for (const Tensor& b : strided(variable({2, 3}, 2))) {
      const auto joined = [](const Tensor& x, const Tensor& y) { return cat({x * y, y, x * x}, 1); };
      CHECK(gradcheck(joined, {a, b}));
      CHECK(gradgradcheck(joined, {a, b}));
      const auto stacked = [](const Tensor& x, const Tensor& y) { return stack({x * y, y}, -1); };
      CHECK(gradcheck(stacked, {a, b}));
      CHECK(gradgradcheck(stacked, {a, b}));
    }
}

TEST_CASE("split agrees with central differences, also when a part is not used", "[join][gradient]") {
  for (const Tensor& x : strided(variable({2, 5}))) {
    const auto all = [](const Tensor& v) { return split(v * v, {1, 3, 1}, 1); };
    CHECK(gradcheck(all, {x}));
    CHECK(gradgradcheck(all, {x}));
    const auto one = [](const Tensor& v) { return split(v * v, 2, 1)[1]; };
    CHECK(gradcheck(one, {x}));
    CHECK(gradgradcheck(one, {x}));
  }
}

TEST_CASE("a tensor that is joined with itself gets both gradients", "[join][gradient]") {
  Tensor x = tensor({1, 2}, {.requires_grad = true});
  const Tensor constant = tensor({5});
  cat({x, constant, x}).backward(tensor({1, 2, 3, 4, 5}));
  CHECK(x.grad().to_vector<float>() == Values{5, 7});
}

TEST_CASE("what cannot be joined is refused with both sides named", "[join][error]") {
  CHECK_THROWS_WITH(cat({}), contains("cat: given no tensors; needs at least one (join_test.cpp:"));
  CHECK_THROWS_WITH(cat({zeros({2, 3}), zeros({2, 4})}),
                    contains("cat: tensor 0 is [2, 3] but tensor 1 is [2, 4]; needs the same sizes but for "
                             "dimension 0"));
  CHECK_THROWS_AS(cat({zeros({2, 3}), zeros({2})}), ShapeError);
  CHECK_THROWS_WITH(cat({zeros(2), zeros(2), arange(2)}),
                    contains("tensor 0 is float32 but tensor 2 is int64"));
  CHECK_THROWS_AS(cat({zeros(2), arange(2)}), DTypeError);
  CHECK_THROWS_WITH(cat({tensor(1.0)}), contains("0-d tensors cannot be joined; use stack"));
  CHECK_THROWS_AS(cat({zeros(2)}, 1), IndexError);
  CHECK_THROWS_AS(cat({zeros(2), Tensor()}), ValueError);
  CHECK_THROWS_WITH(stack({zeros(2), zeros(3)}),
                    contains("stack: tensor 0 is [2] but tensor 1 is [3]; needs tensors of one shape"));
  CHECK_THROWS_AS(stack({zeros(2)}, 2), IndexError);
  CHECK_THROWS_AS(stack({}), ValueError);
}

TEST_CASE("what cannot be cut is refused", "[join][error]") {
  const Tensor x = zeros({2, 5});
  CHECK_THROWS_WITH(split(x, {2, 2}, 1),
                    contains("split: the sizes add up to 4, but dimension 1 of [2, 5] has 5"));
  CHECK_THROWS_WITH(split(x, {4, 2}, 1), contains("more than the 5 of dimension 1 of [2, 5]"));
  CHECK_THROWS_WITH(split(x, {-1, 6}, 1), contains("a size of -1 was given"));
  CHECK_THROWS_WITH(split(x, 0, 1), contains("a size of 0 was given; it must be at least 1"));
  CHECK_THROWS_WITH(chunk(x, 0, 1), contains("0 chunks were asked for"));
  CHECK_THROWS_AS(split(x, 2, 2), IndexError);
  CHECK_THROWS_AS(split(tensor(1.0), 1), IndexError);
}

TEST_CASE("an op with a long list of sizes shows the first of them", "[join]") {
  const Tensor x = variable({12});
  const auto parts = split(x, 1);
  CHECK(parts[0].impl()->node->attributes() == "dim=0 sizes=[1, 1, 1, 1, 1, 1, 1, 1, ... 12 in all]");
}

}  // namespace gradus::join_test
