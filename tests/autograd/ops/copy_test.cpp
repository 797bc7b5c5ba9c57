#include <gradus/autograd/ops/copy.hpp>

#include <cmath>
#include <limits>

#include <gradus/autograd/gradcheck.hpp>
#include <gradus/autograd/kernels/layout_copies.hpp>
#include <gradus/autograd/ops.hpp>

#include "support/catch.hpp"
#include "support/strided.hpp"

namespace gradus::copy_test {
using test::strided;
using test::variable;

namespace {
const auto contains = [](const char* text) { return Catch::Matchers::Contains(text); };
using Values = std::vector<float>;
using Integers = std::vector<std::int64_t>;
constexpr double infinity = std::numeric_limits<double>::infinity();
}  // namespace

TEST_CASE("contiguous copies only where it must", "[copy]") {
  const Tensor x = tensor({{1, 2, 3}, {4, 5, 6}});
  CHECK(x.contiguous().shares_storage(x));
  const Tensor y = transpose(x, 0, 1).contiguous();
  CHECK_FALSE(y.shares_storage(x));
  CHECK(y.strides() == Strides{2, 1});
  CHECK(y.to_vector<float>() == Values{1, 4, 2, 5, 3, 6});
  CHECK(expand(tensor({1}), {3}).contiguous().span<float>().size() == 3);
  CHECK(zeros({0, 3}).contiguous().numel() == 0);
}

TEST_CASE("contiguous puts every element of permuted, sliced and expanded tensors in its place", "[copy]") {
  const Shape shape = GENERATE(Shape{1, 1, 1}, Shape{2, 3, 5}, Shape{8, 1, 16}, Shape{9, 16, 24},
                               Shape{33, 7, 65}, Shape{3, 130, 70});
  const DType dtype = GENERATE(float32, float64, int64, uint8, boolean);
  const Tensor x = remainder(reshape(arange(numel(shape)), shape) * 31, 257).to(dtype);
  const auto value = [&](std::int64_t i) { return remainder(tensor(31 * i), 257).to(dtype).to(float64); };
  const std::vector<double> values = x.to(float64).to_vector<double>();
  CHECK(values.back() == value(x.numel() - 1).item<double>());
  for (const Dims& order :
       {Dims{0, 1, 2}, Dims{0, 2, 1}, Dims{1, 0, 2}, Dims{1, 2, 0}, Dims{2, 0, 1}, Dims{2, 1, 0}})
    for (const std::int64_t step : {1, 2}) {
      CAPTURE(shape, name(dtype), order, step);
      const Tensor turned = permute(x, order), y = slice(turned, 1, 0, turned.size(1), step);
      const Tensor z = expand(unsqueeze(y, 1), {y.size(0), 3, y.size(1), y.size(2)});
      Tensor back = slice(empty_like(turned), 1, 0, turned.size(1), step);  // where y came from
      back.copy_(y.contiguous());
      std::vector<double> expected, thrice;
      for (std::int64_t a = 0; a < y.size(0); ++a) {
        const std::size_t first = expected.size();
        for (std::int64_t b = 0; b < y.size(1); ++b)
          for (std::int64_t c = 0; c < y.size(2); ++c) {
            const auto s = contiguous_strides(shape);
            const auto at = [&](std::size_t d) { return s[static_cast<std::size_t>(order[d])]; };
            expected.push_back(values[static_cast<std::size_t>(a * at(0) + step * b * at(1) + c * at(2))]);
          }
        const std::vector<double> plane(expected.begin() + static_cast<std::ptrdiff_t>(first),
                                        expected.end());
        for (int i = 0; i < 3; ++i) thrice.insert(thrice.end(), plane.begin(), plane.end());
      }
      CHECK(y.contiguous().to(float64).to_vector<double>() == expected);
      CHECK(z.contiguous().to(float64).to_vector<double>() == thrice);
      CHECK(back.to(float64).to_vector<double>() == expected);
    }
}

TEST_CASE("copies into another layout are counted", "[copy]") {
  const Tensor x = ones({2, 3}), column = ones({3, 1});
  const auto counted = [](auto&& f) {
    const std::int64_t before = kernels::layout_copies;
    f();
    return kernels::layout_copies - before;
  };
  CHECK(counted([&] { x.contiguous(), x.clone(), reshape(x, {6}), x.to(float64); }) == 0);
  CHECK(counted([&] { transpose(x, 0, 1).contiguous(); }) == 1);
  CHECK(counted([&] { reshape(transpose(x, 0, 1), {6}); }) == 1);
  CHECK(counted([&] { transpose(column, 0, 1).contiguous(); }) == 0);
}

TEST_CASE("clone keeps a dense layout", "[copy]") {
  const Tensor x = permute(reshape(arange(24), {1, 2, 3, 4}), {0, 3, 1, 2});  // channels last
  const Tensor y = x.clone();
  CHECK(y.strides() == x.strides());
  CHECK_FALSE(y.shares_storage(x));
  CHECK(y.to_vector<std::int64_t>() == x.to_vector<std::int64_t>());
  CHECK(slice(arange(6), 0, 0, 6, 2).clone().strides() == Strides{1});
  CHECK(expand(tensor({7}), {2, 2}).clone().to_vector<float>() == Values(4, 7));
  CHECK(tensor(3.0).clone().item<float>() == 3);
}

TEST_CASE("to converts between all dtypes", "[copy][dtype]") {
  const Tensor x = tensor({-1.75, 0, 1.5, 300});
  CHECK(x.to(float32).shares_storage(x));
  CHECK(x.to(int64).to_vector<std::int64_t>() == Integers{-1, 0, 1, 300});
  CHECK(x.to(boolean).to_vector<bool>() == std::vector<bool>{true, false, true, true});
  CHECK(x.to(float64).to_vector<double>() == std::vector<double>{-1.75, 0, 1.5, 300});
  CHECK(x.to(uint8).to_vector<std::uint8_t>() == std::vector<std::uint8_t>{0, 0, 1, 255});
  CHECK(x.to(boolean).to(float32).to_vector<float>() == Values{1, 0, 1, 1});
  CHECK(arange(3).to(uint8).to(int64).to_vector<std::int64_t>() == Integers{0, 1, 2});
  CHECK(transpose(reshape(x, {2, 2}), 0, 1).to(float64).strides() == Strides{1, 2});
}

TEST_CASE("to integer is defined where the number does not fit", "[copy][dtype]") {
  const Tensor x = tensor({std::nan(""), infinity, -infinity, 1e30}, {.dtype = float64});
  constexpr auto low = std::numeric_limits<std::int64_t>::min(),
                 high = std::numeric_limits<std::int64_t>::max();
  CHECK(x.to(int64).to_vector<std::int64_t>() == Integers{0, high, low, high});
  CHECK(x.to(float32).to(int64).to_vector<std::int64_t>() == Integers{0, high, low, high});
  CHECK(x.to(boolean).to_vector<bool>() == std::vector<bool>(4, true));
  CHECK(select(x, 0, 3).item<int>() == std::numeric_limits<int>::max());
}

TEST_CASE("copy_ broadcasts, converts and takes any strides", "[copy]") {
  Tensor x = zeros({2, 3});
  x.copy_(arange(3));
  CHECK(x.to_vector<float>() == Values{0, 1, 2, 0, 1, 2});
  transpose(x, 0, 1).copy_(tensor({{1, 2}, {3, 4}, {5, 6}}));
  CHECK(x.to_vector<float>() == Values{1, 3, 5, 2, 4, 6});
  CHECK_THROWS_WITH(x.copy_(zeros({3, 3})), contains("copy_: [3, 3] does not broadcast to [2, 3]"));
}

TEST_CASE("copy_ between overlapping memory reads all before it writes", "[copy]") {
  Tensor x = tensor({{1, 2, 3}, {4, 5, 6}, {7, 8, 9}});
  x.copy_(transpose(x, 0, 1));
  CHECK(x.to_vector<float>() == Values{1, 4, 7, 2, 5, 8, 3, 6, 9});
  Tensor y = arange(6);
  slice(y, 0, 1, 6).copy_(slice(y, 0, 0, 5));
  CHECK(y.to_vector<std::int64_t>() == Integers{0, 0, 1, 2, 3, 4});
  x.copy_(x);
  CHECK(x.to_vector<float>() == Values{1, 4, 7, 2, 5, 8, 3, 6, 9});
}

TEST_CASE("fill_ and zero_ write through views", "[copy]") {
  Tensor x = ones({2, 3});
  select(x, 1, 1).fill_(5);
  CHECK(x.to_vector<float>() == Values{1, 5, 1, 1, 5, 1});
  slice(x, 1, 0, 3, 2).zero_();
  CHECK(x.to_vector<float>() == Values{0, 5, 0, 0, 5, 0});
  Tensor n = arange(2);
  CHECK_THROWS_AS(n.fill_(0.5), DTypeError);
  CHECK_THROWS_WITH(expand(tensor({1}), {3}).fill_(2), contains("share one place in memory"));
}

TEST_CASE("copies agree with central differences", "[copy][gradient]") {
  for (const Tensor& x : strided(variable({2, 3, 2}))) {
    const std::vector<TensorFunction> copies{
        [](const auto& in) { return std::vector{(in[0] * in[0]).clone()}; },
        [](const auto& in) { return std::vector{transpose(in[0] * in[0], 0, 2).contiguous()}; },
    };
    for (const auto& f : copies) {
      CHECK(gradcheck(f, {x}));
      CHECK(gradgradcheck(f, {x}));
    }
  }
}

TEST_CASE("to carries gradients between floating dtypes", "[copy][gradient]") {
  Tensor x = tensor({1, 2}, {.requires_grad = true});
  const Tensor y = x.to(float64);
  CHECK(y.requires_grad());
  sum(y * y).backward();
  CHECK(x.grad().dtype() == float32);
  CHECK(x.grad().to_vector<float>() == Values{2, 4});
  CHECK_FALSE(x.to(int64).requires_grad());
}

}  // namespace gradus::copy_test
