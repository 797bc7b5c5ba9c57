#include <gradus/autograd/ops/create.hpp>

#include <cmath>
#include <limits>

#include <gradus/autograd/ops/view.hpp>

#include "support/catch.hpp"

namespace gradus::create_test {

namespace {
const auto contains = [](const char* text) { return Catch::Matchers::Contains(text); };
using Values = std::vector<float>;
using Integers = std::vector<std::int64_t>;
}  // namespace

TEST_CASE("full, zeros and ones fill any dtype and shape", "[create]") {
  CHECK(full({2, 2}, 1.5).to_vector<float>() == Values(4, 1.5F));
  CHECK(zeros({2, 0, 3}).numel() == 0);
  CHECK(ones({}).item<float>() == 1);
  CHECK(ones(3, {.dtype = boolean}).to_vector<bool>() == std::vector<bool>(3, true));
  CHECK(full(2, 255, {.dtype = uint8}).to_vector<std::uint8_t>() == std::vector<std::uint8_t>(2, 255));
  CHECK(full(1, -std::numeric_limits<double>::infinity()).item<float>() < 0);
  CHECK(zeros(2, {.requires_grad = true}).requires_grad());
  CHECK(empty({2, 3}).shape() == Shape{2, 3});
}

TEST_CASE("a number that a dtype cannot hold is refused when a tensor is made", "[create][error]") {
  CHECK_THROWS_WITH(full(2, 2.5, {.dtype = int64}), contains("the number 2.5 does not fit a int64 tensor"));
  CHECK_THROWS_AS(full(2, 256, {.dtype = uint8}), DTypeError);
  CHECK_THROWS_AS(full(2, -1, {.dtype = uint8}), DTypeError);
  CHECK_THROWS_AS(full(2, 2, {.dtype = boolean}), DTypeError);
  CHECK_THROWS_AS(full(2, std::nan(""), {.dtype = int64}), DTypeError);
  CHECK_THROWS_AS(full(2, 0x1p63, {.dtype = int64}), DTypeError);
  CHECK_THROWS_AS(tensor({1.5}, {.dtype = int64}), DTypeError);
  CHECK_THROWS_AS(arange(0, 1, 0.25), DTypeError);
  CHECK_THROWS_AS(ones(2, {.dtype = int64, .requires_grad = true}), DTypeError);
}

TEST_CASE("the likes of a tensor take its dtype and its layout", "[create]") {
  const Tensor x = transpose(zeros({2, 3}, {.dtype = float64}), 0, 1);
  for (const Tensor& y : {zeros_like(x), ones_like(x), full_like(x, 4), empty_like(x)}) {
    CHECK(y.shape() == Shape{3, 2});
    CHECK(y.dtype() == float64);
    CHECK(y.strides() == x.strides());
  }
  CHECK(full_like(x, 4).to_vector<double>() == std::vector<double>(6, 4));
  CHECK(zeros_like(expand(zeros({3, 1}), {3, 4})).is_contiguous());
  CHECK(ones_like(slice(zeros(6), 0, 0, 6, 2)).strides() == Strides{1});
  CHECK_FALSE(zeros_like(ones(1, {.requires_grad = true})).requires_grad());
}

TEST_CASE("arange stops before its end", "[create]") {
  CHECK(arange(4).to_vector<std::int64_t>() == Integers{0, 1, 2, 3});
  CHECK(arange(0).numel() == 0);
  CHECK(arange(2, 8, 3).to_vector<std::int64_t>() == Integers{2, 5});
  CHECK(arange(5, 0, -2).to_vector<std::int64_t>() == Integers{5, 3, 1});
  CHECK(arange(0, 1, 0.25, {}).to_vector<float>() == Values{0, 0.25F, 0.5F, 0.75F});
  CHECK(arange(3, 3, 1).numel() == 0);
  CHECK_THROWS_WITH(arange(0, 3, 0), contains("arange: a step of 0 does not lead from 0 to 3"));
  CHECK_THROWS_AS(arange(0, 3, -1), ValueError);
  CHECK_THROWS_AS(arange(0, std::nan(""), 1), ValueError);
  CHECK_THROWS_AS(arange(0, 1e300, 1), ShapeError);
}

TEST_CASE("linspace holds both ends exactly", "[create]") {
  CHECK(linspace(0, 1, 5).to_vector<float>() == Values{0, 0.25F, 0.5F, 0.75F, 1});
  const std::vector<double> odd = linspace(0.1, 0.7, 4, {.dtype = float64}).to_vector<double>();
  CHECK(odd.front() == 0.1);
  CHECK(odd.back() == 0.7);
  CHECK(linspace(3, 9, 1).to_vector<float>() == Values{3});
  CHECK(linspace(3, 9, 0).numel() == 0);
  CHECK_THROWS_AS(linspace(0, 1, -1), ValueError);
}

TEST_CASE("eye has ones on its diagonal", "[create]") {
  CHECK(eye(2).to_vector<float>() == Values{1, 0, 0, 1});
  CHECK(eye(2, 3, {.dtype = int64}).to_vector<std::int64_t>() == Integers{1, 0, 0, 0, 1, 0});
  CHECK(eye(3, 2).to_vector<float>() == Values{1, 0, 0, 1, 0, 0});
  CHECK(eye(0).shape() == Shape{0, 0});
  CHECK_THROWS_AS(eye(-2), ShapeError);
}

TEST_CASE("tensor writes out nested braces", "[create]") {
  CHECK(tensor(2.5).shape() == Shape{});
  CHECK(tensor({1, 2, 3}).shape() == Shape{3});
  CHECK(tensor({{1, 2}, {3, 4}}).to_vector<float>() == Values{1, 2, 3, 4});
  CHECK(tensor({{{1}}, {{2}}}).shape() == Shape{2, 1, 1});
  CHECK(tensor({{3}}).shape() == Shape{1, 1});
  CHECK(tensor({true, false}, {.dtype = boolean}).to_vector<bool>() == std::vector<bool>{true, false});
  CHECK(tensor({{1, -2}}, {.dtype = int64}).to_vector<std::int64_t>() == Integers{1, -2});
  CHECK(tensor({0, 255}, {.dtype = uint8}).to_vector<std::uint8_t>() == std::vector<std::uint8_t>{0, 255});
  CHECK(tensor({1.0, 0.1}, {.dtype = float64}).to_vector<double>() == std::vector<double>{1.0, 0.1});
  CHECK(tensor({1.0}, {.requires_grad = true}).requires_grad());
}

TEST_CASE("ragged braces are refused", "[create][error]") {
  CHECK_THROWS_WITH(tensor({{1, 2}, {3}}),
                    contains("tensor: rows at depth 1 differ in length: one has 1, the first has 2"));
  CHECK_THROWS_AS(tensor({{1, 2}, {3, 4, 5}}), ShapeError);
  CHECK_THROWS_AS(tensor({{1, 2}, 3}), ShapeError);
  CHECK_THROWS_AS(tensor({1, {2, 3}}), ShapeError);
  CHECK_THROWS_AS(tensor({{{1}, {2}}, {{3}, {4, 5}}}), ShapeError);
}

TEST_CASE("Long ranges are right in every chunk and dtype", "[create]") {
  const std::int64_t n = 70001;  // several chunks, and a tail
  const auto same = [&](const Tensor& x, auto expected) {
    const std::vector<double> values = x.to(float64).to_vector<double>();
    std::int64_t wrong = x.numel() == n ? 0 : n;
    for (std::int64_t i = 0; wrong == 0 && i < n; ++i)
      wrong += values[static_cast<std::size_t>(i)] != expected(static_cast<double>(i)) ? 1 : 0;
    return wrong == 0;
  };
  CHECK(same(arange(n), [](double i) { return i; }));
  CHECK(same(arange(7, 7 - 3.0 * n, -3), [](double i) { return 7 - 3 * i; }));
  CHECK(same(arange(0x1p53, 0x1p53 + 2.0 * n, 2), [](double i) { return 0x1p53 + 2 * i; }));
  for (const DType dtype : {float32, float64}) {
    const auto rounded = [&](double v) {
      return dtype == float64 ? v : static_cast<double>(static_cast<float>(v));
    };
    CHECK(same(arange(0.1, 0.1 + 0.3 * (n - 0.5), 0.3, {.dtype = dtype}),
               [&](double i) { return rounded(0.1 + i * 0.3); }));
    CHECK(same(linspace(-1, 2, n, {.dtype = dtype}), [&](double i) {
      const double last = static_cast<double>(n - 1), step = 2 / last - -1 / last;
      return rounded(i < last / 2 ? -1 + i * step : 2 - (last - i) * step);
    }));
    CHECK(same(full({n}, 0.1, {.dtype = dtype}), [&](double) { return rounded(0.1); }));
  }
  CHECK(same(full({n}, 200, {.dtype = uint8}), [](double) { return 200; }));
  CHECK_THROWS_AS(arange(0, n, 1, {.dtype = uint8}), DTypeError);
}

}  // namespace gradus::create_test
