#include <gradus/autograd/ops.hpp>

#include <limits>

#include "support/catch.hpp"

namespace gradus::compare_test {

namespace {

constexpr double inf = std::numeric_limits<double>::infinity();
constexpr double NaN = std::numeric_limits<double>::quiet_NaN();

std::vector<bool> bools(const Tensor& x) { return x.to_vector<bool>(); }
Tensor flags(std::initializer_list<Nested> values) { return tensor(values, {.dtype = boolean}); }

}  // namespace

TEST_CASE("comparisons of elements for each dtype", "[compare]") {
  const DType dtype = GENERATE(float32, float64, int64, uint8);
  CAPTURE(name(dtype));
  const Tensor a = tensor({1, 2, 3}, {.dtype = dtype}), b = tensor({3, 2, 1}, {.dtype = dtype});
  using Bools = std::vector<bool>;
  CHECK(bools(a == b) == Bools{false, true, false});
  CHECK(bools(a != b) == Bools{true, false, true});
  CHECK(bools(a < b) == Bools{true, false, false});
  CHECK(bools(a <= b) == Bools{true, true, false});
  CHECK(bools(a > b) == Bools{false, false, true});
  CHECK(bools(a >= b) == Bools{false, true, true});
  CHECK(bools(a > 1) == Bools{false, true, true});
  CHECK(bools(2 > a) == Bools{true, false, false});
  CHECK(bools(2 == a) == Bools{false, true, false});
  CHECK((a == b).dtype() == boolean);
}

TEST_CASE("comparisons broadcast, follow strides and take empty tensors", "[compare]") {
  const Tensor x = view(arange(6), {2, 3});
  CHECK(bools(x == tensor({0, 4, 2}, {.dtype = int64})) ==
        std::vector<bool>{true, false, true, false, true, false});
  CHECK(bools(transpose(x, 0, 1) >= 3) == std::vector<bool>{false, true, false, true, false, true});
  CHECK(bools(slice(x, 1, 0, 3, 2) == 2) == std::vector<bool>{false, true, false, false});
  CHECK((zeros({0, 3}) < 1).shape() == Shape{0, 3});
  CHECK((tensor(1) < 2).shape() == Shape{});
}

TEST_CASE("comparisons with NaN and -0", "[compare]") {
  const Tensor x = tensor({NaN, -0.0, inf});
  CHECK(bools(x == x) == std::vector<bool>{false, true, true});
  CHECK(bools(x != x) == std::vector<bool>{true, false, false});
  CHECK(bools(x == 0) == std::vector<bool>{false, true, false});
  CHECK(bools(x <= NaN) == std::vector<bool>{false, false, false});
  CHECK(bools(isnan(x)) == std::vector<bool>{true, false, false});
  CHECK(bools(isinf(x)) == std::vector<bool>{false, false, true});
  CHECK(bools(isfinite(x)) == std::vector<bool>{false, true, false});
  CHECK(bools(isfinite(arange(2))) == std::vector<bool>{true, true});
  CHECK(bools(isnan(arange(2))) == std::vector<bool>{false, false});
}

TEST_CASE("comparisons are not differentiable", "[compare]") {
  const Tensor x = tensor({1, 2}, {.requires_grad = true});
  CHECK_FALSE((x > 1).requires_grad());
  CHECK_FALSE(isnan(x).requires_grad());
}

TEST_CASE("logic on bool tensors and on numbers", "[compare]") {
  const Tensor a = flags({0, 0, 1, 1}), b = flags({0, 1, 0, 1});
  using Bools = std::vector<bool>;
  CHECK(bools(a & b) == Bools{false, false, false, true});
  CHECK(bools(a | b) == Bools{false, true, true, true});
  CHECK(bools(a ^ b) == Bools{false, true, true, false});
  CHECK(bools(~a) == Bools{true, true, false, false});
  CHECK(bools(a & true) == bools(a));
  const Tensor x = tensor({0, 0, NaN, -2}), y = tensor({-0.0, 5, 0, 1});
  CHECK(bools(logical_and(x, y)) == bools(a & b));
  CHECK(bools(logical_or(x, y)) == bools(a | b));
  CHECK(bools(logical_xor(x, y)) == bools(a ^ b));
  CHECK(bools(logical_not(x)) == bools(~a));
}

TEST_CASE("comparisons name what does not fit", "[compare][error]") {
  const std::string line = std::to_string(__LINE__ + 1);
  const auto mixed = [] { return ones({2}) < ones({2}, {.dtype = float64}); };
  CHECK_THROWS_WITH(
      mixed(),
      "lt: given float32 and float64; dtypes are not mixed silently, use to(float32) (compare_test.cpp:" +
          line + ")");
  CHECK_THROWS_AS(ones({2, 3}) == ones({2}), ShapeError);
  CHECK_THROWS_AS(arange(3) == 0.5, DTypeError);
  CHECK_THROWS_WITH(arange(3) & flags({1, 0, 1}), Catch::Matchers::StartsWith("&: given int64; needs bool"));
  CHECK_THROWS_WITH(~arange(3), Catch::Matchers::StartsWith("~: given int64; needs bool"));
}

TEST_CASE("equal compares shape, dtype and values", "[compare]") {
  const Tensor x = view(arange(6), {2, 3});
  CHECK(equal(x, x.clone()));
  CHECK(equal(x, transpose(transpose(x, 0, 1).clone().contiguous(), 0, 1)));
  CHECK_FALSE(equal(x, view(x, {3, 2})));
  CHECK_FALSE(equal(x, x.to(float32)));
  CHECK_FALSE(equal(x, x + (x == 5).to(int64)));
  CHECK_FALSE(equal(tensor({NaN}), tensor({NaN})));
  CHECK(equal(tensor({0}), tensor({-0.0})));
  CHECK(equal(zeros({0, 2}), zeros({0, 2})));
  CHECK_FALSE(equal(zeros({0, 2}), zeros({0, 3})));
  Tensor large = zeros({100000}), other = large.clone();
  CHECK(equal(large, other));
  other.mutable_data<float>()[99999] = 1;
  CHECK_FALSE(equal(large, other));
}

TEST_CASE("allclose allows a difference of atol + rtol |b|", "[compare]") {
  const auto close = [](double a, double b, const CloseOptions& options = {}) {
    return allclose(tensor(a, {.dtype = float64}), tensor(b, {.dtype = float64}), options);
  };
  CHECK(close(1, 1 + 0.9e-5));
  CHECK_FALSE(close(1, 1 + 1.1e-5));
  CHECK(close(0, 0.9e-8));
  CHECK_FALSE(close(0, 1.1e-8));
  CHECK(close(1, 1.05, {.rtol = 0.1}));
  CHECK(close(100, 110, {.rtol = 0.095}));  // the tolerance is measured by b
  CHECK_FALSE(close(110, 100, {.rtol = 0.095}));
  CHECK(close(1, 1.05, {.rtol = 0, .atol = 0.1}));
  CHECK(close(inf, inf));
  CHECK_FALSE(close(inf, -inf));
  CHECK_FALSE(close(1, inf, {.rtol = 1}));
  CHECK_FALSE(close(inf, 1, {.rtol = 1}));
  CHECK_FALSE(close(NaN, NaN));
  CHECK(close(NaN, NaN, {.equal_nan = true}));
  CHECK_FALSE(close(NaN, 1, {.equal_nan = true}));
  CHECK(allclose(ones({2, 3}), ones({3})));
  CHECK_FALSE(allclose(ones({2, 3}), tensor({1, 1, 2})));
  CHECK(allclose(zeros({0}), ones({0})));
  CHECK_THROWS_WITH(allclose(ones({2}), arange(2)),
                    Catch::Matchers::StartsWith("allclose: given float32 and int64"));
}

TEST_CASE("equal finds one difference anywhere, in any dtype and strides", "[compare]") {
  for (const DType dtype : {float32, float64, int64, uint8, boolean}) {
    CAPTURE(name(dtype));
    const Tensor x = zeros({40003}, {.dtype = dtype});
    for (const std::int64_t place : {0, 31, 32767, 32768, 40002}) {
      Tensor y = x.clone();
      CHECK(equal(x, y));
      select(y, 0, place).fill_(1);
      CHECK_FALSE(equal(x, y));
      CHECK_FALSE(equal(flip(x, 0), flip(y, 0)));
      CHECK(equal(slice(x, 0, 1 - place % 2, 40003, 2), slice(y, 0, 1 - place % 2, 40003, 2)));
      CHECK_FALSE(equal(slice(x, 0, place % 2, 40003, 2), slice(y, 0, place % 2, 40003, 2)));
    }
  }
  CHECK_FALSE(equal(full({9}, NaN), full({9}, NaN)));
  CHECK(equal(full({9}, 0.0), full({9}, -0.0)));
}

}  // namespace gradus::compare_test
