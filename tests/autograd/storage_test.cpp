#include <gradus/autograd/storage.hpp>

#include <cstdint>
#include <limits>

#include <gradus/autograd/ops.hpp>

#include "support/catch.hpp"

namespace gradus::storage_test {

namespace {
const auto contains = [](const char* text) { return Catch::Matchers::Contains(text); };
}  // namespace

TEST_CASE("storage is aligned to 64 bytes, also of few or no elements", "[storage]") {
  for (const std::int64_t n : {0, 1, 7, 1000}) {
    const Tensor x = zeros(n);
    CHECK(reinterpret_cast<std::uintptr_t>(x.data<float>()) % 64 == 0);
  }
}

TEST_CASE("borrow looks at the caller's memory", "[storage]") {
  std::vector<float> memory{1, 2, 3, 4, 5, 6};
  const Tensor x = borrow(std::span(memory), {2, 3});
  CHECK(x.data<float>() == memory.data());
  memory[4] = 50;
  CHECK(select(select(x, 0, 1), 0, 1).item<float>() == 50);
  Tensor y = x;
  y += 1;
  CHECK(memory[0] == 2);
}

TEST_CASE("borrow keeps the owner alive as long as a view lives", "[storage]") {
  auto memory = std::make_shared<std::vector<double>>(6, 1.5);
  const std::weak_ptr<std::vector<double>> watch = memory;
  Tensor x = borrow(std::span(*memory), {6}, memory);
  memory.reset();
  Tensor view = slice(x, 0, 2, 4);
  x = Tensor();
  CHECK_FALSE(watch.expired());
  CHECK(view.to_vector<double>() == std::vector<double>{1.5, 1.5});
  view = Tensor();
  CHECK(watch.expired());
}

TEST_CASE("borrow takes strides and checks that they stay within the memory", "[storage]") {
  std::vector<std::int64_t> memory{1, 2, 3, 4, 5, 6};
  const std::span<std::int64_t> span(memory);
  CHECK(borrow(span, {3, 2}, Strides{1, 3}).to_vector<std::int64_t>() ==
        std::vector<std::int64_t>{1, 4, 2, 5, 3, 6});
  CHECK(borrow(span, {2, 3}, Strides{0, 1}).to_vector<std::int64_t>() ==
        std::vector<std::int64_t>{1, 2, 3, 1, 2, 3});
  CHECK(borrow(span.first(0), {0, 3}).numel() == 0);
  CHECK_THROWS_WITH(borrow(span, {2, 4}),
                    contains("borrow: shape [2, 4] with strides [4, 1] reaches element 7, "
                             "but the memory holds 6"));
  CHECK_THROWS_WITH(borrow(span, {2, 2}, Strides{-1, 1}), contains("must not be negative"));
  CHECK_THROWS_WITH(borrow(span, {2, 2}, Strides{1}), contains("differ in length"));
  CHECK_THROWS_AS(borrow(span.first(0), {}), ShapeError);
  CHECK_THROWS_AS(borrow(span, {3}, Strides{std::numeric_limits<std::int64_t>::max()}), ShapeError);
}

TEST_CASE("from_span copies", "[storage]") {
  std::vector<float> values{1, 2, 3, 4};
  const Tensor x = from_span(std::span<const float>(values), {2, 2});
  values[0] = 9;
  CHECK(x.to_vector<float>() == std::vector<float>{1, 2, 3, 4});
  CHECK(from_span(std::span<const float>(values)).shape() == Shape{4});
  CHECK(from_span(std::span<const float>{}).numel() == 0);
  CHECK_THROWS_WITH(from_span(std::span<const float>(values), {3}),
                    contains("4 values do not fill shape [3]"));
  CHECK(from_vector(std::vector<bool>{true, false}, {2}).to_vector<bool>() == std::vector<bool>{true, false});
  CHECK_THROWS_AS(from_vector(std::vector<bool>{true}, {2}), ShapeError);
}

TEST_CASE("each in-place change is counted, by views too", "[storage]") {
  Tensor x = zeros(4);
  Tensor view = slice(x, 0, 0, 2);
  const auto before = x.version();
  view += 1;
  CHECK(x.version() == before + 1);
  x.zero_();
  CHECK(view.version() == before + 2);
  (void)x.span<float>();
  (void)(x + 1);
  CHECK(x.version() == before + 2);
  (void)x.mutable_span<float>();
  CHECK(x.version() == before + 3);
}

TEST_CASE("a shape whose bytes cannot be counted is refused", "[storage][error]") {
  CHECK_THROWS_AS(zeros({std::int64_t{1} << 62, 2}), ShapeError);
  CHECK_THROWS_AS(empty({std::int64_t{1} << 62}, float64), ShapeError);
  CHECK_THROWS_AS(zeros({-1}), ShapeError);
}

}  // namespace gradus::storage_test
