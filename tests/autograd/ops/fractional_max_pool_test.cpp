#include <gradus/autograd/gradcheck.hpp>
#include <gradus/autograd/ops.hpp>

#include "support/catch.hpp"
#include "support/pytorch.hpp"

namespace gradus::fractional_max_pool_test {
using namespace test;
using Catch::Matchers::Contains;

namespace {

Results named(const MaxPool2dResult& y) { return Results({{"y", y.values}, {"indices", y.indices}}); }

}  // namespace

TEST_CASE("fractional max pooling agrees with PyTorch and central differences", "[pool][gradient]") {
  CHECK(disagreement("rare_ops.json", "fractional_max_pool2d", [](In in, Options o) {
          const Dims kernel = o.integers("kernel_size"), size = o.integers("output_size");
          return named(fractional_max_pool2d_with_indices(in["x"], {kernel[0], kernel[1]}, {size[0], size[1]},
                                                          {.samples = in["samples"]}));
        }) == "");
  CHECK(disagreement("rare_ops.json", "fractional_max_pool3d", [](In in, Options o) {
          const Dims kernel = o.integers("kernel_size"), size = o.integers("output_size");
          return named(fractional_max_pool3d_with_indices(in["x"], {kernel[0], kernel[1], kernel[2]},
                                                          {size[0], size[1], size[2]},
                                                          {.samples = in["samples"]}));
        }) == "");
}

TEST_CASE("windows of fractional max pooling are drawn, for each plane other ones", "[pool]") {
  const Tensor x = expand(reshape(arange(400).to(float32), {1, 20, 20}), {50, 20, 20});
  Generator generator(4), again(4);
  const Tensor y = fractional_max_pool2d(x, 2, 13, {.generator = &generator});
  CHECK(y.shape() == Shape{50, 13, 13});
  CHECK(equal(y, fractional_max_pool2d(x, 2, 13, {.generator = &again})));
  CHECK_FALSE(equal(y, fractional_max_pool2d(x, 2, 13, {.generator = &again})));
  CHECK_FALSE(equal(select(y, 0, 0), select(y, 0, 1)));
  CHECK(amin(select(select(y, 1, 0), 1, 0)).item<float>() == 21);  // all begin at the corner
  CHECK(amax(select(select(y, 1, 0), 1, 0)).item<float>() == 21);
  CHECK(amin(select(select(y, 1, 12), 1, 12)).item<float>() == 399);  // and end in the other
  const Tensor steps = diff(select(y, 1, 0), 1, -1);                  // 18 / 12 = 1.5 on the average
  CHECK(amin(steps).item<float>() == 1);
  CHECK(amax(steps).item<float>() == 2);
  CHECK(fractional_max_pool3d(zeros({0, 2, 3, 3, 3}), 2, 2).shape() == Shape{0, 2, 2, 2, 2});
}

TEST_CASE("the first of equal elements wins a fractional window", "[pool]") {
  const Tensor x = ones({1, 3, 3}, {.dtype = float64});
  const auto [values, indices] =
      fractional_max_pool2d_with_indices(x, 2, 2, {.samples = zeros({1, 2}, {.dtype = float64})});
  CHECK(indices.to_vector<std::int64_t>() == std::vector<std::int64_t>{0, 1, 3, 4});
}

TEST_CASE("fractional max pooling refuses what does not fit", "[pool][error]") {
  const Tensor x = ones({2, 3, 4, 4});
  CHECK_THROWS_WITH(fractional_max_pool2d(x, 3, 3),
                    Contains("fractional_max_pool2d: 3 windows of 3 elements along 4;") &&
                        Contains("(fractional_max_pool_test.cpp:"));
  CHECK_THROWS_AS(fractional_max_pool2d(x, 0, 2), ValueError);
  CHECK_THROWS_AS(fractional_max_pool2d(x, 2, 0), ValueError);
  CHECK_THROWS_WITH(fractional_max_pool2d(ones({4, 4}), 2, 2),
                    Contains("fractional_max_pool2d: the input is [4, 4]; needs 3 or 4 dimensions"));
  CHECK_THROWS_WITH(fractional_max_pool2d(x, 2, 2, {.samples = zeros({2, 3}, {.dtype = float64})}),
                    Contains("fractional_max_pool2d: the samples are [2, 3]; needs [2, 3, 2]"));
  CHECK_THROWS_AS(fractional_max_pool2d(x, 2, 2, {.samples = zeros({2, 3, 2})}), DTypeError);
}

}  // namespace gradus::fractional_max_pool_test
