#include <gradus/autograd/ops/view.hpp>

#include <algorithm>
#include <limits>
#include <random>

#include <gradus/autograd/gradcheck.hpp>
#include <gradus/autograd/ops.hpp>

#include "support/catch.hpp"
#include "support/strided.hpp"

namespace gradus::view_test {
using test::strided;
using test::variable;

namespace {

const auto contains = [](const char* text) { return Catch::Matchers::Contains(text); };
using Integers = std::vector<std::int64_t>;
constexpr std::int64_t huge = std::numeric_limits<std::int64_t>::max();

Integers values(const Tensor& x) { return x.to_vector<std::int64_t>(); }
Tensor matrix() { return reshape(arange(6), {2, 3}); }

/// Sizes whose product is `count`, some of them 1.
Shape random_shape(std::int64_t count, std::mt19937& random) {
  Shape shape;
  for (const std::int64_t factor : {2, 2, 3}) {
    if (count % factor != 0) continue;
    count /= factor;
    if (shape.empty() || random() % 2 == 0)
      shape.push_back(factor);
    else
      shape.back() *= factor;
    if (random() % 4 == 0) shape.push_back(1);
  }
  if (count > 1) shape.push_back(count);
  std::shuffle(shape.begin(), shape.end(), random);
  return shape;
}

}  // namespace

TEST_CASE("views share memory and never copy", "[view]") {
  const Tensor x = reshape(arange(24), {2, 3, 4});
  const std::vector<Tensor> views{slice(x, 2, 0, 4, 2),        select(x, 1, 1),
                                  narrow(x, 0, 1, 1),          transpose(x, 0, 2),
                                  permute(x, {1, 2, 0}),       expand(unsqueeze(x, 0), {5, 2, 3, 4}),
                                  squeeze(unsqueeze(x, 1), 1), view(x, {6, 4}),
                                  reshape(x, {4, 6}),          flatten(x),
                                  unflatten(x, 2, {2, 2}),     squeeze(x)};
  for (const Tensor& v : views) CHECK(v.shares_storage(x));
}

TEST_CASE("slice takes steps, negative places and places beyond the end", "[view]") {
  const Tensor x = arange(6);
  CHECK(values(slice(x, 0, 1, 5)) == Integers{1, 2, 3, 4});
  CHECK(values(slice(x, 0, 0, 6, 4)) == Integers{0, 4});
  CHECK(values(slice(x, 0, 5, 6, huge)) == Integers{5});
  CHECK(values(slice(x, -1, -3, -1)) == Integers{3, 4});
  CHECK(values(slice(x, 0, -99, 99, 5)) == Integers{0, 5});
  CHECK(values(slice(x, 0, 4, huge)) == Integers{4, 5});
  CHECK(slice(x, 0, 4, 2).numel() == 0);
  CHECK(slice(x, 0, 9, 12).numel() == 0);
  CHECK(slice(zeros({2, 0}), 1, 0, 3).shape() == Shape{2, 0});
  CHECK(values(slice(slice(matrix(), 1, 0, 3, 2), 0, 1, 2)) == Integers{3, 5});
  CHECK_THROWS_WITH(slice(x, 0, 0, 3, 0), contains("slice: a step of 0 was given; it must be at least 1"));
  CHECK_THROWS_AS(slice(x, 1, 0, 3), IndexError);
  CHECK_THROWS_AS(slice(tensor(1.0), 0, 0, 1), IndexError);
}

TEST_CASE("select and narrow refuse what is not there", "[view]") {
  const Tensor x = matrix();
  CHECK(values(select(x, 0, -1)) == Integers{3, 4, 5});
  CHECK(values(select(x, -1, 0)) == Integers{0, 3});
  CHECK(select(arange(3), 0, 2).shape() == Shape{});
  CHECK(values(narrow(x, 1, 1, 2)) == Integers{1, 2, 4, 5});
  CHECK(narrow(x, 1, 3, 0).shape() == Shape{2, 0});
  CHECK_THROWS_WITH(select(x, 1, 3), contains("select: index 3 is out of range for dimension 1 of [2, 3]"));
  CHECK_THROWS_AS(select(x, 0, -3), IndexError);
  CHECK_THROWS_WITH(narrow(x, 1, 2, 2),
                    contains("narrow: 2 elements from 2 do not lie within dimension 1 of [2, 3]"));
  CHECK_THROWS_AS(narrow(x, 1, -1, 1), IndexError);
  CHECK_THROWS_AS(narrow(x, 1, 1, huge), IndexError);
}

TEST_CASE("transpose and permute reorder dimensions", "[view]") {
  const Tensor x = reshape(arange(6), {1, 2, 3});
  CHECK(permute(x, {2, 0, -2}).shape() == Shape{3, 1, 2});
  CHECK(values(permute(x, {2, 0, 1})) == Integers{0, 3, 1, 4, 2, 5});
  CHECK(transpose(x, -1, 0).strides() == Strides{1, 3, 6});
  CHECK(transpose(tensor(1.0), 0, -1).item<float>() == 1);
  CHECK_THROWS_WITH(permute(x, {0, 1}), contains("permute: 2 dimensions were listed for a tensor [1, 2, 3]"));
  CHECK_THROWS_AS(permute(x, {0, 1, -2}), ValueError);
  CHECK_THROWS_AS(permute(x, {0, 1, 3}), IndexError);
  CHECK_THROWS_AS(transpose(x, 0, 3), IndexError);
}

TEST_CASE("expand repeats without memory", "[view]") {
  const Tensor x = reshape(arange(3), {3, 1});
  CHECK(values(expand(x, {-1, 2})) == Integers{0, 0, 1, 1, 2, 2});
  CHECK(expand(x, {4, -1, 2}).strides() == Strides{0, 1, 0});
  CHECK(expand(x, {3, 0}).numel() == 0);
  CHECK(expand(tensor(1.0), {2, 2}).to_vector<float>() == std::vector<float>(4, 1));
  CHECK_THROWS_WITH(expand(x, {2, 2}), contains("expand: [3, 1] does not broadcast to [2, 2]"));
  CHECK_THROWS_WITH(expand(x, {-1, 3, 1}), contains("-1 at dimension 0 of [-1, 3, 1] has no size to keep"));
  CHECK_THROWS_AS(expand(x, {3, -2}), ShapeError);
  CHECK_THROWS_AS(expand(x, {3}), ShapeError);
  CHECK_THROWS_AS(expand(x, {huge, 3, 4}), ShapeError);
}

TEST_CASE("squeeze and unsqueeze take away and add sizes of 1", "[view]") {
  const Tensor x = zeros({1, 2, 1});
  CHECK(squeeze(x).shape() == Shape{2});
  CHECK(squeeze(x, -1).shape() == Shape{1, 2});
  CHECK(squeeze(x, 1).shape() == x.shape());
  CHECK(squeeze(zeros({1, 1})).shape() == Shape{});
  CHECK(unsqueeze(x, -1).shape() == Shape{1, 2, 1, 1});
  CHECK(unsqueeze(tensor(1.0), 0).shape() == Shape{1});
  CHECK(values(unsqueeze(transpose(matrix(), 0, 1), 1)) == Integers{0, 3, 1, 4, 2, 5});
  CHECK_THROWS_AS(unsqueeze(x, 4), IndexError);
  CHECK_THROWS_AS(squeeze(x, 3), IndexError);
  CHECK_THROWS_AS(unsqueeze(zeros(Dims::filled(8, 1)), 0), ShapeError);
}

TEST_CASE("view refuses what needs a copy and reshape makes it", "[view]") {
  const Tensor x = transpose(matrix(), 0, 1);
  CHECK_THROWS_WITH(
      view(x, {6}),
      contains("view: strides [1, 3] of [3, 2] do not read as [6] without a copy; use reshape"));
  const Tensor copied = reshape(x, {6});
  CHECK_FALSE(copied.shares_storage(x));
  CHECK(values(copied) == Integers{0, 3, 1, 4, 2, 5});
  CHECK(view(x, {3, 1, 2}).shares_storage(x));
  CHECK(view(slice(arange(8), 0, 0, 8, 2), {2, 2}).strides() == Strides{4, 2});
  CHECK(view(expand(tensor({1}), {6}), {2, 3}).strides() == Strides{0, 0});
}

TEST_CASE("one size of reshape may be left to be inferred", "[view]") {
  CHECK(reshape(matrix(), {-1}).shape() == Shape{6});
  CHECK(reshape(matrix(), {3, -1}).shape() == Shape{3, 2});
  CHECK(reshape(tensor(1.0), {-1, 1}).shape() == Shape{1, 1});
  CHECK(reshape(arange(1), {}).shape() == Shape{});
  CHECK(reshape(zeros({0, 3}), {-1, 3}).shape() == Shape{0, 3});
  CHECK(reshape(zeros({0, 3}), {5, 0}).shape() == Shape{5, 0});
  CHECK_THROWS_WITH(reshape(matrix(), {4, -1}), contains("6 elements leave no size for the -1 of [4, -1]"));
  CHECK_THROWS_WITH(reshape(matrix(), {-1, -1}), contains("shape [-1, -1] has more than one -1"));
  CHECK_THROWS_WITH(reshape(matrix(), {4, 2}), contains("6 elements cannot take the shape [4, 2]"));
  CHECK_THROWS_AS(reshape(zeros({0, 3}), {-1, 0}), ShapeError);
  CHECK_THROWS_AS(reshape(matrix(), {-2, -3}), ShapeError);
  CHECK_THROWS_AS(reshape(matrix(), {-1, huge, huge}), ShapeError);
}

TEST_CASE("reshape equals reshaping a copy, for random shapes, orders, slices and expansions", "[view]") {
  std::mt19937 random(5);
  int views = 0, copies = 0;
  for (int round = 0; round < 2000; ++round) {
    const Shape shape = random_shape(12, random);
    Dims order;
    for (std::size_t d = 0; d < shape.size(); ++d) order.push_back(static_cast<std::int64_t>(d));
    std::shuffle(order.begin(), order.end(), random);
    Tensor x = permute(reshape(arange(12), shape), order);
    if (const auto d = static_cast<std::int64_t>(random() % shape.size()); random() % 3 == 0)
      x = slice(x, d, 0, x.size(d), 2);
    if (random() % 3 == 0)
      x = expand(unsqueeze(x, 0), [&] {
        Shape larger = x.shape();
        larger.insert(0, 2);
        return larger;
      }());
    const Shape wanted = random_shape(x.numel(), random);
    CAPTURE(x.shape(), x.strides(), wanted);
    const Tensor y = reshape(x, wanted);
    REQUIRE(y.shape() == wanted);
    REQUIRE(values(y) == values(x));
    ++(y.shares_storage(x) ? views : copies);
    if (y.shares_storage(x))
      REQUIRE(values(view(x, wanted)) == values(x));
    else
      REQUIRE_THROWS_AS(view(x, wanted), ShapeError);
  }
  CHECK(views > 300);
  CHECK(copies > 300);
}

TEST_CASE("flatten and unflatten join and cut dimensions", "[view]") {
  const Tensor x = zeros({2, 3, 4});
  CHECK(flatten(x, 1).shape() == Shape{2, 12});
  CHECK(flatten(x, 0, 1).shape() == Shape{6, 4});
  CHECK(flatten(x, -2, -2).shape() == x.shape());
  CHECK(flatten(tensor(1.0)).shape() == Shape{1});
  CHECK(flatten(zeros({2, 0, 3}), 1).shape() == Shape{2, 0});
  CHECK(unflatten(x, -1, {2, -1}).shape() == Shape{2, 3, 2, 2});
  CHECK(unflatten(zeros({2, 0}), 1, {0, 3}).shape() == Shape{2, 0, 3});
  CHECK_THROWS_AS(flatten(x, 2, 1), ValueError);
  CHECK_THROWS_AS(unflatten(x, 2, {3, 2}), ShapeError);
  CHECK_THROWS_AS(unflatten(tensor(1.0), 0, {1}), IndexError);
}

TEST_CASE("the gradient of a slice of a large tensor is 0 elsewhere", "[view][gradient]") {
  for (const std::int64_t dim : {0, 1, 2})
    for (const std::int64_t step : {1, 3}) {
      const Tensor x = rand({7, 71, 131}).requires_grad_();
      const Tensor part = slice(x, dim, 2, -1, step);
      const Tensor ahead = rand(part.shape());
      for (const Tensor& upstream : {ahead, transpose(transpose(ahead, 1, 2).contiguous(), 1, 2)}) {
        const Tensor g = grad(part, x, {.grad_outputs = {upstream}, .retain_graph = true});
        CHECK(equal(slice(g, dim, 2, -1, step), upstream));
        CHECK(sum(g != 0).item<std::int64_t>() == sum(upstream != 0).item<std::int64_t>());
      }
    }
}

TEST_CASE("views agree with central differences", "[view][gradient]") {
  for (const Tensor& x : strided(variable({2, 3, 4}))) {
    const std::vector<TensorFunction> views{
        [](const auto& in) { return std::vector{slice(in[0] * in[0], 2, 1, 4, 2)}; },
        [](const auto& in) { return std::vector{slice(in[0] * in[0], 1, 2, 2)}; },
        [](const auto& in) { return std::vector{select(in[0] * in[0], 1, -1)}; },
        [](const auto& in) { return std::vector{narrow(in[0] * in[0], 2, 1, 2)}; },
        [](const auto& in) {
          return std::vector{permute(in[0] * in[0], {2, 0, 1})};
        },
        [](const auto& in) { return std::vector{transpose(in[0] * in[0], 0, 2)}; },
        [](const auto& in) {
          return std::vector{expand(unsqueeze(in[0] * in[0], 1), {2, 2, 3, 4})};
        },
        [](const auto& in) {
          return std::vector{reshape(in[0] * in[0], {4, -1})};
        },
        [](const auto& in) { return std::vector{flatten(transpose(in[0] * in[0], 1, 2), 1)}; },
        [](const auto& in) {
          return std::vector{unflatten(in[0] * in[0], 2, {2, 2})};
        },
        [](const auto& in) { return std::vector{squeeze(slice(in[0] * in[0], 0, 0, 1))}; },
    };
    for (const auto& f : views) {
      CHECK(gradcheck(f, {x}));
      CHECK(gradgradcheck(f, {x}));
    }
  }
}

}  // namespace gradus::view_test
