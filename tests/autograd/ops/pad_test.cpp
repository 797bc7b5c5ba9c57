#include <gradus/autograd/ops/pad.hpp>

#include <gradus/autograd/gradcheck.hpp>
#include <gradus/autograd/ops.hpp>

#include "support/catch.hpp"
#include "support/fixtures.hpp"
#include "support/strided.hpp"

namespace gradus::pad_test {
using test::difference;
using test::fixtures;
using test::strided;
using test::variable;

namespace {

using Values = std::vector<float>;
using Amounts = std::vector<std::int64_t>;
const auto contains = [](const char* text) { return Catch::Matchers::Contains(text); };

}  // namespace

TEST_CASE("pad puts a value around the last dimensions", "[pad]") {
  const Tensor x = tensor({{1, 2}, {3, 4}});
  CHECK(pad(x, {1, 2}, 9).to_vector<float>() == Values{9, 1, 2, 9, 9, 9, 3, 4, 9, 9});
  CHECK(pad(x, {0, 0, 1, 0}).to_vector<float>() == Values{0, 0, 1, 2, 3, 4});
  CHECK(pad(x, {-1, 1}).to_vector<float>() == Values{2, 0, 4, 0});
  CHECK(pad(x, {-2, 0}).shape() == Shape{2, 0});
  CHECK(pad(x, {-2, 1}, 5).to_vector<float>() == Values{5, 5});
  CHECK(pad(zeros({2, 0}), {1, 1}, 3).to_vector<float>() == Values(4, 3));
  CHECK(pad(arange(2), {1, 0}, -7).to_vector<std::int64_t>() == Amounts{-7, 0, 1});
  CHECK(pad(expand(ones({1, 2}), {2, 2}), {1, 0}).to_vector<float>() == Values{0, 1, 1, 0, 1, 1});
}

TEST_CASE("pad puts the value into every border, of several dimensions, dtypes and strides", "[pad]") {
  const Tensor a = remainder(reshape(arange(2 * 67 * 310), {2, 67, 310}), 100) + 1;
  for (const DType dtype : {float32, float64, int64, uint8, boolean}) {
    const Tensor dense = a.to(dtype);
    for (const Tensor& x : {dense, transpose(transpose(dense, 1, 2).contiguous(), 1, 2)}) {
      const Tensor y = pad(x, {3, 1, 0, 2, 1, 0}, 0);
      CHECK(y.shape() == Shape{3, 69, 314});
      CHECK(equal(narrow(narrow(narrow(y, 2, 3, 310), 1, 0, 67), 0, 1, 2), x));
      CHECK(sum(y != 0).item<std::int64_t>() == x.numel());
    }
  }
}

TEST_CASE("pad is a copy even where nothing is added", "[pad]") {
  const Tensor x = ones({2, 2});
  CHECK_FALSE(pad(x, {}).shares_storage(x));
  CHECK_FALSE(pad(x, {-1, 0}).shares_storage(x));
  CHECK(pad(tensor(3.0), {}).item<float>() == 3);
}

TEST_CASE("pad agrees with PyTorch", "[pad]") {
  for (const auto& f : fixtures("ops.json", "pad")) {
    CAPTURE(f.name);
    Tensor x = f.inputs["x"];
    Amounts amounts;
    for (const double amount : f.options.numbers("pad")) amounts.push_back(static_cast<std::int64_t>(amount));
    const Tensor y = pad(x.requires_grad_(), amounts, f.options.number("value", 0));
    CHECK(difference(y, f.outputs["y"]) == 0);
    y.backward(f.cotangent);
    CHECK(difference(x.grad(), f.grads["x"]) == 0);
  }
}

TEST_CASE("pad agrees with central differences", "[pad][gradient]") {
  const auto amounts = GENERATE(Amounts{1, 2}, Amounts{0, 0, 2, -1}, Amounts{-1, 1, 1, -1, 1, 0});
  for (const Tensor& x : strided(variable({2, 3, 2}))) {
    const auto padded = [&](const Tensor& v) { return pad(v * v, amounts, 0.5); };
    CHECK(gradcheck(padded, {x}));
    CHECK(gradgradcheck(padded, {x}));
  }
}

TEST_CASE("pad refuses what does not fit", "[pad][error]") {
  const Tensor x = zeros({2, 3});
  CHECK_THROWS_WITH(pad(x, {1}), contains("pad: 1 amounts were given; they come in pairs"));
  CHECK_THROWS_WITH(pad(x, {1, 1, 1, 1, 1, 1}),
                    contains("3 pairs of amounts were given for a tensor [2, 3]"));
  CHECK_THROWS_WITH(pad(x, {-2, -2}),
                    contains("amounts -2 and -2 crop more than the 3 of dimension 1 of [2, 3]"));
  CHECK_THROWS_AS(pad(x, {-4, 9}), ShapeError);
  CHECK_THROWS_WITH(pad(arange(3), {1, 1}, 0.5), contains("the number 0.5 does not fit a int64 tensor"));
}

TEST_CASE("flip reverses the order along its dimensions", "[pad][flip]") {
  const Tensor x = tensor({{1, 2, 3}, {4, 5, 6}});
  CHECK(flip(x, 0).to_vector<float>() == Values{4, 5, 6, 1, 2, 3});
  CHECK(flip(x, -1).to_vector<float>() == Values{3, 2, 1, 6, 5, 4});
  CHECK(flip(x, {0, 1}).to_vector<float>() == Values{6, 5, 4, 3, 2, 1});
  CHECK(flip(slice(x, 1, 0, 3, 2), 1).to_vector<float>() == Values{3, 1, 6, 4});
  CHECK(flip(x, {}).to_vector<float>() == x.to_vector<float>());
  CHECK_FALSE(flip(x, {}).shares_storage(x));
  CHECK(flip(zeros({0, 2}), 0).shape() == Shape{0, 2});
  CHECK(flip(tensor(3.0), 0).item<float>() == 3);
  CHECK_THROWS_AS(flip(x, 2), IndexError);
  CHECK_THROWS_AS(flip(x, {0, -2}), ValueError);
}

TEST_CASE("flip reverses tensors of any layout and dtype, and keeps dense layouts", "[pad][flip]") {
  const DType dtype = GENERATE(float32, float64, int64, boolean);
  const Shape shape = GENERATE(Shape{3, 70, 5}, Shape{2, 1, 37}, Shape{1, 17, 16});
  CAPTURE(dtype, shape);
  Generator generator(1);
  for (const Tensor& x : strided(randint(0, dtype == boolean ? 2 : 100, shape, {.dtype = dtype}, &generator)))
    for (const Dims& dims : {Dims{0}, Dims{1}, Dims{2}, Dims{0, 2}, Dims{0, 1, 2}}) {
      CAPTURE(x.strides(), dims);
      Tensor expected = x;
      for (const std::int64_t dim : dims)
        expected =
            index_select(expected, dim, shape[static_cast<std::size_t>(dim)] - 1 - arange(x.size(dim)));
      CHECK(equal(flip(x, dims), expected));
      CHECK(flip(x, dims).strides() == empty_like(x).strides());
    }
}

TEST_CASE("flip agrees with central differences", "[pad][flip][gradient]") {
  for (const Tensor& x : strided(variable({2, 3, 2}))) {
    const auto flipped = [](const Tensor& v) { return flip(v * v, {0, 2}); };
    CHECK(gradcheck(flipped, {x}));
    CHECK(gradgradcheck(flipped, {x}));
  }
}

}  // namespace gradus::pad_test
