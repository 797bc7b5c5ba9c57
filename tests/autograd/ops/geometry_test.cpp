// Distances, sampling of images, the opposite of pooling: against PyTorch, by hand, errors.
#include <gradus/autograd/backward.hpp>
#include <gradus/autograd/gradcheck.hpp>
#include <gradus/autograd/ops.hpp>

#include <cmath>

#include "support/catch.hpp"
#include "support/pytorch.hpp"
#include "support/strided.hpp"

namespace gradus::geometry_test {
using namespace test;
using Catch::Matchers::Contains;

namespace {

const char* const file = "more_ops.json";

GridSampleOptions grid_options(Options o) {
  const std::string padding = o.text("padding_mode", "");
  return {.mode = o.text("mode", "") == "nearest" ? GridMode::nearest : GridMode::bilinear,
          .padding_mode = padding == "border"       ? GridPadding::border
                          : padding == "reflection" ? GridPadding::reflection
                                                    : GridPadding::zeros,
          .align_corners = o.flag("align_corners")};
}

}  // namespace

TEST_CASE("distances of all pairs agree with PyTorch and central differences", "[distance][gradient]") {
  CHECK(disagreement(file, "cdist",
                     [](In in, Options o) { return cdist(in["a"], in["b"], o.number("p", 2)); }) == "");
  CHECK(disagreement(file, "pdist", [](In in, Options o) { return pdist(in["x"], o.number("p", 2)); }) == "");
}

TEST_CASE("grid_sample agrees with PyTorch and central differences", "[grid_sample][gradient]") {
  CHECK(disagreement(file, "grid_sample", [](In in, Options o) {
          return grid_sample(in["x"], in["grid"], grid_options(o));
        }) == "");
  CHECK(disagreement(file, "affine_grid", [](In in, Options o) {
          return affine_grid(in["theta"], {2, 1, 3, 4}, o.flag("align_corners"));
        }) == "");
}

TEST_CASE("unpooling and power pooling agree with PyTorch and central differences", "[unpool][gradient]") {
  CHECK(disagreement(file, "max_unpool1d",
                     [](In in, Options) { return max_unpool1d(in["x"], in["indices"], 4); }) == "");
  CHECK(disagreement(file, "max_unpool2d",
                     [](In in, Options) { return max_unpool2d(in["x"], in["indices"], 4); }) == "");
  CHECK(disagreement(file, "max_unpool3d", [](In in, Options) {
          return max_unpool3d(in["x"], in["indices"], {4, 4, 4});
        }) == "");
  CHECK(disagreement(file, "lp_pool1d", [](In in, Options o) {
          return lp_pool1d(in["x"], o.number("p", 2), o.integer("kernel_size", 2));
        }) == "");
  CHECK(disagreement(file, "lp_pool2d", [](In in, Options o) {
          const Dims kernel = o.integers("kernel_size");
          return lp_pool2d(in["x"], o.number("p", 2), {kernel[0], kernel[1]},
                           {.stride = o.integer("stride", 1)});
        }) == "");
}

TEST_CASE("distances by hand, and of what is empty", "[distance]") {
  const Tensor a = tensor({{0, 0}, {3, 4}}, {.dtype = float64, .requires_grad = true});
  CHECK(cdist(a, a).to_vector<double>() == Numbers{0, 5, 5, 0});
  CHECK(all(isfinite(grad(sum(cdist(a, a.detach())), a))).item<bool>());  // at 0, too
  CHECK(pdist(a, 1).to_vector<double>() == Numbers{7});
  CHECK(cdist(zeros({0, 3}), zeros({4, 3})).shape() == Shape{0, 4});
  CHECK(difference(cdist(zeros({2, 0}), zeros({3, 0})), zeros({2, 3})) == 0);
  CHECK(pdist(zeros({1, 3})).shape() == Shape{0});
}

TEST_CASE("grid_sample by hand", "[grid_sample]") {
  const Tensor x = view(arange(0, 4, 1, f64), {1, 1, 2, 2});
  const auto at = [&](double right, double down, const GridSampleOptions& options) {
    return grid_sample(x, reshape(tensor({right, down}, f64), {1, 1, 1, 2}), options).item<double>();
  };
  CHECK(at(0, 0, {}) == 1.5);
  CHECK(at(-1, -1, {.align_corners = true}) == 0);
  CHECK(at(1, 1, {.align_corners = true}) == 3);
  CHECK(at(-1, -1, {}) == 0);
  CHECK(at(1, 1, {}) == 0.75);  // three of the four pixels around the corner are padding
  CHECK(at(1, 1, {.padding_mode = GridPadding::border}) == 3);
  CHECK(at(9, 9, {.mode = GridMode::nearest}) == 0);
  // The identity map finds every pixel.
  const Tensor image = variable({2, 3, 4, 5}).detach();
  const Tensor theta = expand(tensor({{1, 0, 0}, {0, 1, 0}}, f64), {2, 2, 3});
  for (const bool corners : {false, true})
    CHECK(
        difference(grid_sample(image, affine_grid(theta, image.shape(), corners), {.align_corners = corners}),
                   image) < 1e-13);
  CHECK(grid_sample(zeros({0, 2, 3, 3}), zeros({0, 4, 5, 2})).shape() == Shape{0, 2, 4, 5});
  CHECK(grid_sample(zeros({2, 2, 3, 3}), zeros({2, 0, 5, 2})).shape() == Shape{2, 2, 0, 5});
  CHECK(affine_grid(zeros({1, 2, 3}), {1, 1, 1, 0}).shape() == Shape{1, 1, 0, 2});
  CHECK(grid_sample(ones({1, 1, 1, 1}), zeros({1, 1, 1, 2}),
                    {.padding_mode = GridPadding::reflection, .align_corners = true})
            .item<float>() == 1);
}

TEST_CASE("unpooling and power pooling by hand", "[unpool]") {
  const Tensor x = tensor({{1, 5, 2, 7, 3, 4}}, f64);
  const auto [values, indices] = max_pool1d_with_indices(x, 2);
  CHECK(max_unpool1d(values, indices, 6).to_vector<double>() == Numbers{0, 5, 0, 7, 0, 4});
  CHECK(max_unpool2d(zeros({0, 2, 1, 1}), zeros({0, 2, 1, 1}, {.dtype = int64}), 2).shape() ==
        Shape{0, 2, 2, 2});
  CHECK(lp_pool1d(tensor({{3, 4, 0, 0, 1}}, f64), 2, 2).to_vector<double>() == Numbers{5, 0});
  const Tensor zero = zeros({1, 2, 2}, {.dtype = float64, .requires_grad = true});
  CHECK(grad(sum(lp_pool2d(zero, 2, 2)), zero).to_vector<double>() == Numbers(4, 0));
  CHECK(lp_pool1d(tensor({{3, 4, 3}}, f64), 2, 2, {.stride = 1}).to_vector<double>() == Numbers{5, 5});
}

TEST_CASE("distances, sampling and unpooling say what is wrong", "[distance][grid_sample][unpool][error]") {
  CHECK_THROWS_WITH(
      cdist(zeros({2, 3}), zeros({2, 4})),
      Contains("cdist: given [2, 3] and [2, 4]; need [.., n, d] and [.., m, d] (geometry_test.cpp:"));
  CHECK_THROWS_WITH(cdist(zeros({2, 3}), zeros({2, 3}), -1), Contains("p is -1"));
  CHECK_THROWS_AS(pdist(zeros({3})), ShapeError);
  const Tensor x = zeros({1, 2, 3, 3});
  CHECK_THROWS_WITH(grid_sample(x, zeros({1, 2, 2, 3})),
                    Contains("grid_sample: the input is [1, 2, 3, 3] and the grid"));
  CHECK_THROWS_AS(grid_sample(x, zeros({1, 2, 2, 2}, f64)), DTypeError);
  CHECK_THROWS_WITH(grid_sample(zeros({1, 2, 0, 3}), zeros({1, 2, 2, 2})), Contains("it has no pixels"));
  CHECK_THROWS_WITH(affine_grid(zeros({2, 2, 2}), {2, 1, 3, 3}),
                    Contains("theta is [2, 2, 2] for images of [2, 1, 3, 3]"));
  const Tensor places = zeros({1, 2, 3, 3}, {.dtype = int64});
  CHECK_THROWS_WITH(max_unpool2d(x, zeros({1, 2, 3, 2}, {.dtype = int64}), 6),
                    Contains("the indices are [1, 2, 3, 2]"));
  CHECK_THROWS_AS(max_unpool2d(x, places + 99, 6), IndexError);
  CHECK_THROWS_AS(max_unpool2d(zeros({3, 3}), zeros({3, 3}, {.dtype = int64}), 6), ShapeError);
  CHECK_THROWS_WITH(max_unpool3d(x, places, {6, 6}),
                    Contains("an output size of [6, 6] was given; needs three"));
  CHECK_THROWS_WITH(max_unpool1d(zeros({1, 2}), zeros({1, 2}, {.dtype = int64}), -1),
                    Contains("must not be negative"));
  CHECK_THROWS_WITH(lp_pool2d(x, 0, 2), Contains("lp_pool2d: p is 0"));
  CHECK_THROWS_WITH(lp_pool1d(zeros({3}), 2, 2),
                    Contains("lp_pool1d: the input is [3]; needs [N, C, L] or [C, L]"));
}

}  // namespace gradus::geometry_test
