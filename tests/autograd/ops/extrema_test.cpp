#include <gradus/autograd/gradcheck.hpp>
#include <gradus/autograd/ops.hpp>

#include <cmath>
#include <limits>

#include "support/catch.hpp"
#include "support/fixtures.hpp"
#include "support/layouts.hpp"
#include "support/rows.hpp"
#include "support/same_bits.hpp"

namespace gradus::extrema_test {

namespace {

constexpr double inf = std::numeric_limits<double>::infinity();
constexpr double NaN = std::numeric_limits<double>::quiet_NaN();
constexpr TensorOptions real{.dtype = float64};
constexpr TensorOptions variable{.dtype = float64, .requires_grad = true};
constexpr TensorOptions integer{.dtype = int64};

/// The same values and shape; NaN matches NaN.
bool is_exactly(const Tensor& a, const Tensor& b) { return test::difference(a, b) == 0; }

}  // namespace

TEST_CASE("ties share the gradient of amax and amin evenly", "[extrema]") {
  Tensor x = tensor({{3, 1, 3}, {2, 2, 2}}, variable);
  amax(x, 1).backward(tensor({4, 6}, real));
  CHECK(is_exactly(x.grad(), tensor({{2, 0, 2}, {2, 2, 2}}, real)));
  x.zero_grad();
  amin(x, 1, true).backward(tensor({{4}, {6}}, real));
  CHECK(is_exactly(x.grad(), tensor({{0, 4, 0}, {2, 2, 2}}, real)));
  x.zero_grad();
  max(x).backward(tensor(5, real));
  CHECK(is_exactly(x.grad(), tensor({{2.5, 0, 2.5}, {0, 0, 0}}, real)));
  x.zero_grad();
  min(x).backward(tensor(5, real));
  CHECK(is_exactly(x.grad(), tensor({{0, 5, 0}, {0, 0, 0}}, real)));
}

TEST_CASE("max and min along a dimension take the first of equals, which gets the gradient", "[extrema]") {
  Tensor x = tensor({{3, 1, 3}, {2, 2, 2}}, variable);
  const Extremum most = max(x, 1), least = min(x, 0, true);
  CHECK(is_exactly(most.values, tensor({3, 2}, real)));
  CHECK(is_exactly(most.indices, tensor({0, 0}, integer)));
  CHECK(is_exactly(least.values, tensor({{2, 1, 2}}, real)));
  CHECK(is_exactly(least.indices, tensor({{1, 0, 1}}, integer)));
  most.values.backward(tensor({4, 6}, real));
  CHECK(is_exactly(x.grad(), tensor({{4, 0, 0}, {6, 0, 0}}, real)));
  x.zero_grad();
  least.values.backward(tensor({{1, 2, 3}}, real));
  CHECK(is_exactly(x.grad(), tensor({{0, 2, 0}, {1, 0, 3}}, real)));
  CHECK_FALSE(most.indices.requires_grad());
}

TEST_CASE("NaN comes through every extremum, and counts as the largest and the smallest", "[extrema]") {
  const Tensor x = tensor({{1, NaN, 3, NaN}, {inf, 0, -inf, 2}}, real);
  CHECK(is_exactly(amax(x, 1), tensor({NaN, inf}, real)));
  CHECK(is_exactly(amin(x, 1), tensor({NaN, -inf}, real)));
  CHECK(is_exactly(argmax(x, 1), tensor({1, 0}, integer)));
  CHECK(is_exactly(argmin(x, 1), tensor({1, 2}, integer)));
  CHECK(is_exactly(max(x, 1).values, tensor({NaN, inf}, real)));
  CHECK(is_exactly(max(x), tensor(NaN, real)));
  CHECK(argmin(x).item<int>() == 1);
  for (const std::int64_t place : {0, 9, 5000, 9999}) {  // in any lane and block
    Tensor y = zeros({10000}, real);
    y.mutable_data<double>()[place] = NaN;
    CHECK(std::isnan(amax(y).item<double>()));
    CHECK(argmax(y).item<std::int64_t>() == place);
  }
}

TEST_CASE("extrema of nothing but infinities", "[extrema]") {
  const Tensor low = full({20}, -inf, real), high = full({20}, inf, real);
  CHECK(amax(low).item<double>() == -inf);
  CHECK(argmax(low).item<int>() == 0);
  CHECK(amin(high).item<double>() == inf);
  CHECK(argmin(high).item<int>() == 0);
}

TEST_CASE("argmax finds the first of equals wherever lanes and blocks fall", "[extrema]") {
  const std::int64_t n = 20000;
  for (const std::int64_t first : {3, 4095, 4096, 12345}) {
    Tensor x = zeros({n, 5}, {.dtype = int64});
    for (const std::int64_t later : {first, first + 1, first + 8, n - 1})
      for (std::int64_t j = 0; j < 5; ++j) x.mutable_data<std::int64_t>()[later * 5 + j] = 7;
    CAPTURE(first);
    CHECK(is_exactly(argmax(x, 0), full({5}, double(first), integer)));
    CHECK(is_exactly(argmin(-x, 0), full({5}, double(first), integer)));
    CHECK(argmax(x).item<std::int64_t>() == first * 5);
    CHECK(argmax(transpose(x, 0, 1)).item<std::int64_t>() == first);
  }
}

TEST_CASE("extrema along a dimension follow their definition in every layout", "[extrema]") {
  for (const test::Layout& layout : test::layouts([](std::int64_t n) { return test::spread(n, -2, 3); }))
    for (std::int64_t dim = 0; dim < static_cast<std::int64_t>(layout.x.rank()); ++dim) {
      const auto rows = test::reduced_rows(layout.x, dim);
      if (layout.x.size(dim) == 0) continue;
      CAPTURE(layout.name, dim);
      std::vector<std::int64_t> most, least;
      for (const auto& row : rows) {
        most.push_back(std::max_element(row.begin(), row.end()) - row.begin());
        least.push_back(std::min_element(row.begin(), row.end()) - row.begin());
      }
      const Tensor x = layout.x.detach();
      CHECK(argmax(x, dim).to_vector<std::int64_t>() == most);
      CHECK(argmin(x, dim, true).to_vector<std::int64_t>() == least);
      CHECK(argmax(x, dim, true).size(dim) == 1);
      CHECK(is_exactly(max(x, dim).values, amax(x, dim)));
      CHECK(is_exactly(max(x, dim).indices, argmax(x, dim)));
      CHECK(is_exactly(min(x, dim, true).values, amin(x, dim, true)));
      CHECK(is_exactly(min(x, dim).indices, argmin(x, dim)));
    }
}

TEST_CASE("max and min along a dimension agree with central differences to the second order",
          "[extrema][gradcheck]") {
  for (const test::Layout& layout : test::layouts([](std::int64_t n) { return test::spread(n, -2, 3); })) {
    if (layout.x.numel() == 0 || layout.name == "expanded") continue;  // an expanded row is all ties
    for (std::int64_t dim = -1; dim < static_cast<std::int64_t>(layout.x.rank()); ++dim) {
      CAPTURE(layout.name, dim);
      const auto f = [&](const Tensor& x) { return max(x * x * x, dim).values * min(x, dim).values; };
      CHECK(gradcheck(f, {layout.x}));
      CHECK(gradgradcheck(f, {layout.x}));
    }
  }
}

TEST_CASE("extrema keep the dtype", "[extrema]") {
  CHECK(amax(tensor({1, 200, 3}, {.dtype = uint8})).item<int>() == 200);
  CHECK(amin(tensor({-5, 2}, integer)).item<int>() == -5);
  CHECK(amax(tensor({0, 1}, {.dtype = boolean})).dtype() == boolean);
  CHECK(amax(tensor({0, 1}, {.dtype = boolean})).item<bool>());
  CHECK_FALSE(amin(tensor({0, 1}, {.dtype = boolean})).item<bool>());
  CHECK(argmax(tensor({0, 1, 1}, {.dtype = boolean})).item<int>() == 1);
  CHECK(amin(full({9}, 9e18, integer)).item<std::int64_t>() == 9'000'000'000'000'000'000);
  CHECK(max(tensor(4.0, real), 0).values.item<double>() == 4);
  CHECK(max(tensor(4.0, real), -1).indices.item<int>() == 0);
}

TEST_CASE("argmax and max give the same for any number of threads", "[extrema][threads]") {
  manual_seed(8);
  const Tensor x = randint(0, 1000, {4, 30011}), y = randint(0, 50, {30011, 6});
  CHECK(test::same_for_any_threads([&] { return argmax(x); }));
  CHECK(test::same_for_any_threads([&] { return argmin(x, 1); }));
  CHECK(test::same_for_any_threads([&] { return max(y, 0).indices; }));
  CHECK(test::same_for_any_threads([&] { return min(y, 1).values; }));
}

TEST_CASE("the extremum of nothing is an error that names op and shape", "[extrema][error]") {
  using Catch::Matchers::StartsWith;
  const Tensor x = empty({0, 3}, real);
  CHECK_THROWS_AS(amax(x, 0), ShapeError);
  CHECK_THROWS_WITH(amax(x, 0),
                    StartsWith("amax: shape [0, 3] has nothing to choose from along dimensions [0] ("));
  CHECK_THROWS_WITH(amin(x),
                    StartsWith("amin: shape [0, 3] has nothing to choose from along dimensions [0, 1] ("));
  CHECK_THROWS_WITH(max(x), StartsWith("max: shape [0, 3]"));
  CHECK_THROWS_WITH(min(x, 0), StartsWith("min: shape [0, 3]"));
  CHECK_THROWS_WITH(argmax(x, 0), StartsWith("argmax: shape [0, 3]"));
  CHECK_THROWS_WITH(argmin(x), StartsWith("argmin: shape [0, 3]"));
  CHECK_THROWS_WITH(argmax(ones({2}), 1), StartsWith("argmax: dimension 1 is out of range"));
  CHECK(amax(x, 1).shape() == Shape{0});  // no result is missing here
  CHECK(max(x, 1).indices.shape() == Shape{0});
}

}  // namespace gradus::extrema_test
