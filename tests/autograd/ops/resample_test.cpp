// Interpolation, shuffling of pixels, padding by continuation, unfold and fold: against PyTorch, by hand,
// errors.
#include <gradus/autograd/backward.hpp>
#include <gradus/autograd/ops.hpp>

#include <limits>

#include "support/catch.hpp"
#include "support/pytorch.hpp"
#include "support/strided.hpp"

namespace gradus::resample_test {
using namespace test;
using Catch::Matchers::Contains;

namespace {

const char* const file = "images.json";

Interpolation mode_of(const std::string& name) {
  if (name == "nearest") return Interpolation::nearest;
  if (name == "nearest-exact") return Interpolation::nearest_exact;
  return name == "bicubic" ? Interpolation::cubic : Interpolation::linear;
}

PadMode pad_mode_of(const std::string& name) {
  if (name == "reflect") return PadMode::reflect;
  return name == "circular" ? PadMode::circular : PadMode::replicate;
}

Pair pair(Options o, std::string_view key, std::int64_t fallback) {
  const Dims both = o.integers(key, {fallback});
  return both.size() == 1 ? Pair(both[0]) : Pair(both[0], both[1]);
}

UnfoldOptions unfold_options(Options o) {
  return {
      .dilation = pair(o, "dilation", 1), .padding = pair(o, "padding", 0), .stride = pair(o, "stride", 1)};
}

/// [1, 1, n]. Compilers read further braces around a list in different ways.
Tensor line(std::initializer_list<Nested> values) {
  return unsqueeze(unsqueeze(tensor(Nested(values), f64), 0), 0);
}

}  // namespace

TEST_CASE("interpolate agrees with PyTorch and central differences", "[interpolate][gradient]") {
  CHECK(disagreement(file, "interpolate", [](In in, Options o) {
          return interpolate(in["x"], {.size = o.integers("size"),
                                       .scale_factor = o.numbers("scale_factor"),
                                       .mode = mode_of(o.text("mode", "")),
                                       .align_corners = o.flag("align_corners")});
        }) == "");
}

TEST_CASE("shuffles of pixels agree with PyTorch and central differences", "[interpolate][gradient]") {
  CHECK(disagreement(file, "pixel_shuffle",
                     [](In in, Options o) { return pixel_shuffle(in["x"], o.integer("factor", 1)); }) == "");
  CHECK(disagreement(file, "pixel_unshuffle", [](In in, Options o) {
          return pixel_unshuffle(in["x"], o.integer("factor", 1));
        }) == "");
  CHECK(disagreement(file, "channel_shuffle", [](In in, Options o) {
          return channel_shuffle(in["x"], o.integer("groups", 1));
        }) == "");
}

TEST_CASE("pad by continuation agrees with PyTorch and central differences", "[pad][gradient]") {
  CHECK(disagreement(file, "pad", [](In in, Options o) {
          const Dims amounts = o.integers("pad");
          return pad(in["x"], std::vector(amounts.begin(), amounts.end()), pad_mode_of(o.text("mode", "")));
        }) == "");
}

TEST_CASE("unfold and fold agree with PyTorch and central differences", "[unfold][gradient]") {
  CHECK(disagreement(file, "unfold", [](In in, Options o) {
          return unfold(in["x"], pair(o, "kernel_size", 1), unfold_options(o));
        }) == "");
  CHECK(disagreement(file, "fold", [](In in, Options o) {
          return fold(in["x"], pair(o, "output_size", 1), pair(o, "kernel_size", 1), unfold_options(o));
        }) == "");
}

TEST_CASE("interpolate by hand", "[interpolate]") {
  const Tensor x = line({1, 3});
  const auto values = [&](const InterpolateOptions& o) { return interpolate(x, o).to_vector<double>(); };
  CHECK(values({.size = 4}) == Numbers{1, 1, 3, 3});
  CHECK(values({.size = 4, .mode = Interpolation::linear}) == Numbers{1, 1.5, 2.5, 3});
  CHECK(values({.size = 3, .mode = Interpolation::linear, .align_corners = true}) == Numbers{1, 2, 3});
  CHECK(values({.size = 1, .mode = Interpolation::linear}) == Numbers{2});
  CHECK(values({.scale_factor = {1.5}}) == Numbers{1, 1, 3});
  const Tensor four = line({0, 1, 2, 3});
  CHECK(interpolate(four, {.size = 2}).to_vector<double>() == Numbers{0, 2});
  CHECK(interpolate(four, {.size = 2, .mode = Interpolation::nearest_exact}).to_vector<double>() ==
        Numbers{1, 3});
  CHECK(interpolate(four.to(int64), {.size = 2}).dtype() == int64);
  CHECK(interpolate(zeros({0, 2, 3, 3}), {.scale_factor = {2}}).shape() == Shape{0, 2, 6, 6});
  CHECK(interpolate(zeros({2, 0, 3}), {.size = 5, .mode = Interpolation::cubic}).shape() == Shape{2, 0, 5});
  // Half way between elements cubic convolution is exact on what is linear.
  const Tensor ramp = view(arange(0, 8, 1, f64), {1, 1, 8});
  const Tensor finer = interpolate(ramp, {.size = 15, .mode = Interpolation::cubic, .align_corners = true});
  CHECK(difference(narrow(finer, 2, 2, 11), view(arange(1, 6.5, 0.5, f64), {1, 1, 11})) < 1e-14);
}

TEST_CASE("shuffles of pixels by hand, and their inverses", "[interpolate]") {
  const Tensor x = view(arange(8), {4, 1, 2});
  CHECK(pixel_shuffle(x, 2).to_vector<std::int64_t>() == std::vector<std::int64_t>{0, 2, 1, 3, 4, 6, 5, 7});
  CHECK(equal(pixel_unshuffle(pixel_shuffle(x, 2), 2), x));
  CHECK(channel_shuffle(view(arange(4), {1, 4}), 2).to_vector<std::int64_t>() ==
        std::vector<std::int64_t>{0, 2, 1, 3});
  const Tensor many = variable({2, 1, 12, 3, 2}).detach();
  CHECK(equal(pixel_unshuffle(pixel_shuffle(many, 2), 2), many));
  CHECK(pixel_shuffle(zeros({0, 9, 2, 2}), 3).shape() == Shape{0, 1, 6, 6});
  CHECK(pixel_unshuffle(zeros({2, 0, 4}), 2).shape() == Shape{8, 0, 2});
  CHECK(channel_shuffle(zeros({0, 4, 2}), 2).shape() == Shape{0, 4, 2});
}

TEST_CASE("pad by continuation, by hand", "[pad]") {
  const Tensor x = tensor({1, 2, 3}, f64);
  CHECK(pad(x, {2, 2}, PadMode::reflect).to_vector<double>() == Numbers{3, 2, 1, 2, 3, 2, 1});
  CHECK(pad(x, {1, 4}, PadMode::replicate).to_vector<double>() == Numbers{1, 1, 2, 3, 3, 3, 3, 3});
  CHECK(pad(x, {3, 1}, PadMode::circular).to_vector<double>() == Numbers{1, 2, 3, 1, 2, 3, 1});
  CHECK(pad(x, {-1, 2}, PadMode::reflect).to_vector<double>() == Numbers{2, 3, 2, 1});
  CHECK(pad(x, {-3, 0}, PadMode::replicate).shape() == Shape{0});
  CHECK(pad(tensor({{1, 2}, {3, 4}}, f64), {1, 0, 0, 1}, PadMode::replicate).to_vector<double>() ==
        Numbers{1, 1, 2, 3, 3, 4, 3, 3, 4});
  CHECK(pad(zeros({0, 2}), {1, 1}, PadMode::reflect).shape() == Shape{0, 4});
  CHECK(pad(zeros({2, 0}), {0, 0, 1, 1}, PadMode::circular).shape() == Shape{4, 0});
}

TEST_CASE("unfold and fold by hand, and as transposes of each other", "[unfold]") {
  const Tensor x = view(arange(6), {1, 2, 3});
  CHECK(unfold(x, 2).to_vector<std::int64_t>() == std::vector<std::int64_t>{0, 1, 1, 2, 3, 4, 4, 5});
  CHECK(fold(unfold(x, 2), {2, 3}, 2).to_vector<std::int64_t>() ==
        std::vector<std::int64_t>{0, 2, 2, 3, 8, 5});
  CHECK(unfold(zeros({0, 2, 3, 3}), 2).shape() == Shape{0, 8, 4});
  CHECK(unfold(zeros({2, 0, 3, 3}), 2).shape() == Shape{2, 0, 4});
  CHECK(fold(zeros({0, 8, 4}), 3, 2).shape() == Shape{0, 2, 3, 3});
  const UnfoldOptions all{.dilation = {1, 2}, .padding = {2, 1}, .stride = {2, 1}};
  const Tensor image = variable({2, 3, 5, 6}).detach(), columns = unfold(image, {3, 2}, all);
  const Tensor y = variable(columns.shape(), 2).detach();
  CHECK(difference(sum(fold(y, {5, 6}, {3, 2}, all) * image), sum(y * columns)) < 1e-13);
  // A convolution is a product with the columns.
  const Tensor weight = variable({4, 3, 3, 2}, 3).detach();
  const Tensor by_columns = matmul(flatten(weight, 1), columns);
  CHECK(difference(
            flatten(conv2d(image, weight, {}, {.stride = {2, 1}, .padding = {2, 1}, .dilation = {1, 2}}), 2),
            by_columns) < 1e-13);
}

TEST_CASE("interpolation and shuffles say what is wrong", "[interpolate][error]") {
  const Tensor x = zeros({1, 4, 3, 3});
  CHECK_THROWS_WITH(interpolate(zeros({2, 3}), {.size = 2}),
                    Contains("interpolate: given [2, 3]; needs [N, C, ..] (resample_test.cpp:"));
  CHECK_THROWS_WITH(interpolate(x, {}), Contains("needs either a size or a scale factor"));
  CHECK_THROWS_AS(interpolate(x, {.size = 2, .scale_factor = {2}}), ValueError);
  CHECK_THROWS_WITH(interpolate(x, {.size = {2, 2, 2}}),
                    Contains("3 sizes or factors were given for the 2 axes of [1, 4, 3, 3]"));
  CHECK_THROWS_WITH(interpolate(x, {.scale_factor = {0.3}}),
                    Contains("the result would have 0 elements along"));
  CHECK_THROWS_WITH(interpolate(x, {.scale_factor = {std::numeric_limits<double>::infinity()}}),
                    Contains("a factor of inf was given"));
  CHECK_THROWS_WITH(interpolate(zeros({1, 1, 0}), {.size = 2}), Contains("dimension 2 must not be empty"));
  CHECK_THROWS_AS(interpolate(view(arange(4), {1, 1, 4}), {.size = 2, .mode = Interpolation::linear}),
                  DTypeError);
  CHECK_THROWS_WITH(pixel_shuffle(x, 3),
                    Contains("pixel_shuffle: the 4 channels of [1, 4, 3, 3] do not divide"));
  CHECK_THROWS_WITH(pixel_shuffle(x, 0), Contains("a factor of 0 was given"));
  CHECK_THROWS_WITH(pixel_unshuffle(x, 2),
                    Contains("the planes of [1, 4, 3, 3] do not divide into blocks of 2 x 2"));
  CHECK_THROWS_WITH(channel_shuffle(x, 3),
                    Contains("the 4 channels of [1, 4, 3, 3] do not divide into 3 groups"));
  CHECK_THROWS_AS(channel_shuffle(x, 0), ValueError);
}

TEST_CASE("continuation, unfold and fold say what is wrong", "[pad][unfold][error]") {
  const Tensor x = zeros({2, 3});
  CHECK_THROWS_WITH(pad(x, {3, 0}, PadMode::reflect),
                    Contains("pad: amounts 3 and 0 do not suit the 3 elements of dimension 1 of [2, 3]"));
  CHECK_THROWS_AS(pad(x, {0, 4}, PadMode::circular), ShapeError);
  CHECK_THROWS_AS(pad(zeros({2, 0}), {1, 0}, PadMode::replicate), ShapeError);
  CHECK_THROWS_AS(pad(x, {-2, -2}, PadMode::replicate), ShapeError);
  CHECK_THROWS_AS(pad(x, {1}, PadMode::replicate), ShapeError);
  CHECK_THROWS_AS(pad(x, {0, 0, 0, 0, 1, 1}, PadMode::replicate), ShapeError);
  CHECK_THROWS_WITH(unfold(x, 2), Contains("unfold: the input is [2, 3]; needs [n, c, h, w] or [c, h, w]"));
  CHECK_THROWS_WITH(unfold(zeros({1, 2, 3}), 3),
                    Contains("a kernel of [3, 3] with padding [0, 0] and dilation"));
  CHECK_THROWS_AS(unfold(zeros({1, 2, 3}), 1, {.stride = 0}), ValueError);
  CHECK_THROWS_WITH(unfold(zeros({1, 2, 3}), 1, {.padding = -1}), Contains("padding is [-1, -1]"));
  CHECK_THROWS_WITH(
      fold(zeros({4, 3}), {2, 3}, 2),
      Contains("fold: the input is [1, 4, 3]; a kernel of [2, 2] on images of [2, 3] needs [n, c 4, 2]"));
  CHECK_THROWS_AS(fold(zeros({1, 3, 2}), {2, 3}, 2), ShapeError);
  CHECK_THROWS_AS(fold(zeros({3}), {2, 3}, 2), ShapeError);
}

}  // namespace gradus::resample_test
