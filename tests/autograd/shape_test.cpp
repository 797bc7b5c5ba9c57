#include <gradus/autograd/shape.hpp>

#include <limits>

#include "support/catch.hpp"

namespace gradus::shape_test {

namespace {
const auto contains = [](const char* text) { return Catch::Matchers::Contains(text); };
constexpr std::int64_t huge = std::numeric_limits<std::int64_t>::max();
}  // namespace

TEST_CASE("dims are a short list in place", "[shape]") {
  Dims dims{2, 3};
  dims.push_back(4);
  dims.insert(0, 9);
  CHECK(dims == Dims{9, 2, 3, 4});
  dims.insert(4, 7);
  dims.erase(1);
  CHECK(dims == Dims{9, 3, 4, 7});
  CHECK(dims.back() == 7);
  CHECK(dims.contains(4));
  CHECK_FALSE(dims.contains(2));
  CHECK(Dims::filled(3, 5) == Dims{5, 5, 5});
  CHECK(Dims{1, 2} != Dims{1, 2, 0});
  CHECK(to_string(Dims{}) == "[]");
  CHECK(fmt::format("{}", Dims{2, -1}) == "[2, -1]");
}

TEST_CASE("a ninth dimension is refused", "[shape][error]") {
  Dims dims = Dims::filled(Dims::max_rank, 1);
  CHECK_THROWS_WITH(dims.push_back(1), contains("a tensor has at most 8 dimensions"));
  CHECK_THROWS_AS(Dims::filled(9, 1), ShapeError);
  CHECK_THROWS_AS(Dims(std::vector<std::int64_t>(9, 1)), ShapeError);
}

TEST_CASE("numel multiplies the sizes and notices overflow", "[shape]") {
  CHECK(numel({}) == 1);
  CHECK(numel({2, 3, 4}) == 24);
  CHECK(numel({2, 0, 4}) == 0);
  CHECK(numel({huge}) == huge);
  CHECK(numel({huge, 0, huge}) == 0);
  CHECK_THROWS_WITH(numel({huge, 2}), contains("has more elements than an int64 can count"));
  CHECK_THROWS_WITH(numel({2, -1}), contains("shape [2, -1] has a negative size"));
  CHECK_THROWS_AS(numel({0, -1}), ShapeError);
}

TEST_CASE("contiguity does not look at sizes of 1 and empty tensors", "[shape]") {
  CHECK(contiguous_strides({2, 3, 4}) == Strides{12, 4, 1});
  CHECK(contiguous_strides({}) == Strides{});
  CHECK(is_contiguous({2, 3}, {3, 1}));
  CHECK_FALSE(is_contiguous({2, 3}, {1, 2}));
  CHECK_FALSE(is_contiguous({2, 3}, {4, 1}));
  CHECK_FALSE(is_contiguous({2, 3}, {0, 1}));
  CHECK(is_contiguous({2, 1, 3}, {3, 77, 1}));
  CHECK(is_contiguous({0, 3}, {1, 1}));
  CHECK(is_contiguous({3, 0}, {5, 9}));
  CHECK(is_contiguous({}, {}));
}

TEST_CASE("shapes broadcast from the last dimension on", "[shape]") {
  CHECK(broadcast({2, 3}, {3}) == Shape{2, 3});
  CHECK(broadcast({3, 1}, {4}) == Shape{3, 4});
  CHECK(broadcast({}, {2}) == Shape{2});
  CHECK(broadcast({1}, {0}) == Shape{0});
  CHECK(broadcast({5, 1, 4}, {3, 1}) == Shape{5, 3, 4});
  CHECK_THROWS_WITH(
      broadcast({2, 3}, {2}),
      contains("shapes [2, 3] and [2] do not broadcast: sizes 3 and 2 at dimension 1 differ and "
               "neither is 1"));
  CHECK_THROWS_AS(broadcast({0}, {2}), ShapeError);
}

TEST_CASE("broadcasting to a given shape goes one way", "[shape]") {
  CHECK(broadcastable_to({3, 1}, {2, 3, 4}));
  CHECK(broadcastable_to({}, {2}));
  CHECK_FALSE(broadcastable_to({2}, {}));
  CHECK_FALSE(broadcastable_to({2, 3}, {2, 1}));
  CHECK(broadcast_strides({3, 1}, {1, 1}, {2, 3, 4}) == Strides{0, 1, 0});
}

TEST_CASE("dims wrap from the end", "[shape]") {
  CHECK(wrap_dim(-1, 3) == 2);
  CHECK(wrap_dim(0, 3) == 0);
  CHECK(wrap_dim(-1, 0) == 0);
  CHECK_THROWS_WITH(wrap_dim(3, 3), contains("dimension 3 is out of range for a tensor of 3 dimensions"));
  CHECK_THROWS_AS(wrap_dim(-4, 3), IndexError);
  CHECK_THROWS_AS(wrap_dim(1, 0), IndexError);
  CHECK(wrap_dims({-1, 0}, 3) == Dims{0, 2});
  CHECK(wrap_dims({}, 3) == Dims{0, 1, 2});
  CHECK(wrap_dims({0}, 0) == Dims{});
  CHECK_THROWS_WITH(wrap_dims({1, -2}, 3), contains("dimension 1 is given twice in [1, -2]"));
}

}  // namespace gradus::shape_test
