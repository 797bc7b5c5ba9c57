// Convolution and pooling along one and three dimensions: against PyTorch, by hand, errors.
#include <gradus/autograd/backward.hpp>
#include <gradus/autograd/ops.hpp>

#include "support/catch.hpp"
#include "support/pytorch.hpp"
#include "support/strided.hpp"

namespace gradus::volume_test {
using namespace test;
using Catch::Matchers::Contains;

namespace {

const char* const file = "images.json";

Triple triple(Options o, std::string_view key, std::int64_t fallback) {
  const Dims all = o.integers(key, {fallback});
  return all.size() == 1 ? Triple(all[0]) : Triple(all[0], all[1], all[2]);
}

OptionalTriple optional_triple(Options o, std::string_view key) {
  return o.has(key) ? OptionalTriple(triple(o, key, 0)) : OptionalTriple();
}

std::optional<std::int64_t> optional_integer(Options o, std::string_view key) {
  return o.has(key) ? std::optional(o.integer(key, 0)) : std::nullopt;
}

Tensor conv3d_of(In in, Options o) {
  return conv3d(in["x"], in["weight"], in.find("bias"),
                {.stride = triple(o, "stride", 1),
                 .padding = triple(o, "padding", 0),
                 .dilation = triple(o, "dilation", 1),
                 .groups = o.integer("groups", 1)});
}

Tensor conv_transpose3d_of(In in, Options o) {
  return conv_transpose3d(in["x"], in["weight"], in.find("bias"),
                          {.stride = triple(o, "stride", 1),
                           .padding = triple(o, "padding", 0),
                           .output_padding = triple(o, "output_padding", 0),
                           .dilation = triple(o, "dilation", 1),
                           .groups = o.integer("groups", 1)});
}

/// <y, a(x)> for random y, and <transposed(y), x>: equal for a linear map and its transpose.
double transpose_error(const Tensor& x, const std::function<Tensor(const Tensor&)>& map,
                       const std::function<Tensor(const Tensor&)>& transposed) {
  const Tensor ax = map(x), y = variable(ax.shape(), 7).detach();
  return difference(sum(transposed(y) * x), sum(ax * y));
}

}  // namespace

TEST_CASE("convolutions of lines and volumes agree with PyTorch and central differences",
          "[conv][gradient]") {
  CHECK(disagreement(file, "conv1d", [](In in, Options o) {
          return conv1d(in["x"], in["weight"], in.find("bias"),
                        {.stride = o.integer("stride", 1),
                         .padding = o.integer("padding", 0),
                         .dilation = o.integer("dilation", 1),
                         .groups = o.integer("groups", 1)});
        }) == "");
  CHECK(disagreement(file, "conv_transpose1d", [](In in, Options o) {
          return conv_transpose1d(in["x"], in["weight"], in.find("bias"),
                                  {.stride = o.integer("stride", 1),
                                   .padding = o.integer("padding", 0),
                                   .output_padding = o.integer("output_padding", 0),
                                   .dilation = o.integer("dilation", 1),
                                   .groups = o.integer("groups", 1)});
        }) == "");
  CHECK(disagreement(file, "conv3d", conv3d_of) == "");
  CHECK(disagreement(file, "conv_transpose3d", conv_transpose3d_of) == "");
}

TEST_CASE("pooling of lines agrees with PyTorch and central differences", "[pool][gradient]") {
  CHECK(disagreement(file, "max_pool1d", [](In in, Options o) -> Results {
          const auto [values, indices] = max_pool1d_with_indices(in["x"], o.integer("kernel_size", 1),
                                                                 {.stride = optional_integer(o, "stride"),
                                                                  .padding = o.integer("padding", 0),
                                                                  .dilation = o.integer("dilation", 1),
                                                                  .ceil_mode = o.flag("ceil_mode")});
          return {{{"values", values}, {"indices", indices}}};
        }) == "");
  CHECK(disagreement(file, "avg_pool1d", [](In in, Options o) {
          return avg_pool1d(in["x"], o.integer("kernel_size", 1),
                            {.stride = optional_integer(o, "stride"),
                             .padding = o.integer("padding", 0),
                             .ceil_mode = o.flag("ceil_mode"),
                             .count_include_pad = o.flag("count_include_pad", true)});
        }) == "");
}

TEST_CASE("pooling of volumes agrees with PyTorch and central differences", "[pool][gradient]") {
  CHECK(disagreement(file, "max_pool3d", [](In in, Options o) -> Results {
          const auto [values, indices] = max_pool3d_with_indices(in["x"], triple(o, "kernel_size", 1),
                                                                 {.stride = optional_triple(o, "stride"),
                                                                  .padding = triple(o, "padding", 0),
                                                                  .dilation = triple(o, "dilation", 1),
                                                                  .ceil_mode = o.flag("ceil_mode")});
          return {{{"values", values}, {"indices", indices}}};
        }) == "");
  CHECK(disagreement(file, "avg_pool3d", [](In in, Options o) {
          return avg_pool3d(in["x"], triple(o, "kernel_size", 1),
                            {.stride = optional_triple(o, "stride"),
                             .padding = triple(o, "padding", 0),
                             .ceil_mode = o.flag("ceil_mode"),
                             .count_include_pad = o.flag("count_include_pad", true),
                             .divisor_override = optional_integer(o, "divisor_override")});
        }) == "");
}

TEST_CASE("adaptive pooling agrees with PyTorch and central differences", "[pool][gradient]") {
  const auto size = [](Options o) { return triple(o, "size", 1); };
  CHECK(disagreement(file, "adaptive_max_pool1d",
                     [&](In in, Options o) { return adaptive_max_pool1d(in["x"], size(o).d); }) == "");
  CHECK(disagreement(file, "adaptive_avg_pool1d",
                     [&](In in, Options o) { return adaptive_avg_pool1d(in["x"], size(o).d); }) == "");
  CHECK(disagreement(file, "adaptive_max_pool2d", [](In in, Options o) {
          const Dims s = o.integers("size");
          return adaptive_max_pool2d(in["x"], {s[0], s[1]});
        }) == "");
  CHECK(disagreement(file, "adaptive_max_pool3d",
                     [&](In in, Options o) { return adaptive_max_pool3d(in["x"], size(o)); }) == "");
  CHECK(disagreement(file, "adaptive_avg_pool3d",
                     [&](In in, Options o) { return adaptive_avg_pool3d(in["x"], size(o)); }) == "");
}

TEST_CASE("convolutions of lines and volumes by hand", "[conv]") {
  const Tensor line = tensor({{1, 2, 3, 4}}, f64), edge = tensor({{{1, -1}}}, f64);
  CHECK(difference(conv1d(line, edge), tensor({{-1, -1, -1}}, f64)) == 0);
  CHECK(difference(conv1d(line, edge, tensor({10}, f64), {.stride = 2, .padding = 1}),
                   tensor({{9, 9, 14}}, f64)) == 0);
  CHECK(difference(conv_transpose1d(line, edge), tensor({{1, 1, 1, 1, -4}}, f64)) == 0);
  // A volume of 2 x 2 x 2 ones under a kernel of 2 x 1 x 1 ones adds up the two slices.
  CHECK(difference(conv3d(ones({1, 2, 2, 2}, f64), ones({1, 1, 2, 1, 1}, f64)), full({1, 1, 2, 2}, 2, f64)) ==
        0);
  CHECK(difference(conv_transpose3d(ones({1, 1, 1, 1}, f64), ones({1, 2, 2, 1, 1}, f64), tensor({0, 5}, f64)),
                   tensor({{{{1}}, {{1}}}, {{{6}}, {{6}}}}, f64)) == 0);
  CHECK(conv1d(zeros({3, 2}), zeros({4, 3, 1})).dtype() == float32);
}

TEST_CASE("a convolution and its transpose are transposes of each other", "[conv]") {
  const Tensor line = variable({2, 4, 8}).detach(), w1 = variable({6, 2, 3}, 2).detach();
  CHECK(transpose_error(
            line, [&](auto& x) { return conv1d(x, w1, {}, {.stride = 2, .padding = 1, .groups = 2}); },
            [&](auto& y) {
              return conv_transpose1d(y, w1, {},
                                      {.stride = 2, .padding = 1, .output_padding = 1, .groups = 2});
            }) < 1e-14);
  const Tensor volume = variable({2, 2, 5, 4, 3}).detach(), w3 = variable({4, 1, 2, 3, 2}, 2).detach();
  CHECK(transpose_error(
            volume,
            [&](auto& x) {
              return conv3d(x, w3, {},
                            {.stride = {2, 1, 1}, .padding = {1, 0, 1}, .dilation = {2, 1, 1}, .groups = 2});
            },
            [&](auto& y) {
              return conv_transpose3d(
                  y, w3, {}, {.stride = {2, 1, 1}, .padding = {1, 0, 1}, .dilation = {2, 1, 1}, .groups = 2});
            }) < 1e-14);
}

TEST_CASE("pooling of lines and volumes by hand", "[pool]") {
  const Tensor line = tensor({{1, 5, 5, 2, 7}}, f64);
  CHECK(difference(max_pool1d(line, 2), tensor({{5, 5}}, f64)) == 0);
  CHECK(max_pool1d_with_indices(line, 3, {.stride = 1}).indices.to_vector<std::int64_t>() ==
        std::vector<std::int64_t>{1, 1, 4});  // the first of equals
  CHECK(difference(avg_pool1d(line, 2, {.padding = 1}), tensor({{0.5, 5, 4.5}}, f64)) == 0);
  const Tensor volume = reshape(arange(0, 8, 1, f64), {1, 2, 2, 2});
  CHECK(max_pool3d(volume, 2).item<double>() == 7);
  CHECK(max_pool3d_with_indices(volume, 2).indices.item<std::int64_t>() == 7);
  CHECK(avg_pool3d(volume, 2).item<double>() == 3.5);
  CHECK(avg_pool3d(volume, 2, {.divisor_override = 2}).item<double>() == 14);
  // The first of equals in row-major order takes the gradient, NaN wins, and integers may be compared.
  const Tensor ties = zeros({1, 2, 2, 2}, {.dtype = float64, .requires_grad = true});
  CHECK(grad(sum(max_pool3d(ties, 2)), ties).to_vector<double>() ==
        std::vector<double>{1, 0, 0, 0, 0, 0, 0, 0});
  CHECK(isnan(max_pool3d(where(volume == 3, std::nan(""), volume), 2)).item<bool>());
  CHECK(max_pool3d(volume.to(int64), {1, 2, 2}).to_vector<std::int64_t>() == std::vector<std::int64_t>{3, 7});
}

TEST_CASE("adaptive pooling by hand", "[pool]") {
  const Tensor line = tensor({{1, 5, 5, 2, 7}}, f64);  // windows [0, 2), [1, 4), [3, 5)
  CHECK(difference(adaptive_max_pool1d(line, 3), tensor({{5, 5, 7}}, f64)) == 0);
  CHECK(difference(adaptive_avg_pool1d(line, 3), tensor({{3, 4, 4.5}}, f64)) == 0);
  const Tensor ties = ones({1, 4, 2}, {.dtype = float64, .requires_grad = true});
  CHECK(grad(sum(adaptive_max_pool2d(ties, {2, 1})), ties).to_vector<double>() ==
        std::vector<double>{1, 0, 0, 0, 1, 0, 0, 0});
  CHECK(adaptive_max_pool3d(view(arange(8), {1, 2, 2, 2}), 1).item<std::int64_t>() == 7);
}

TEST_CASE("convolution and pooling of no images", "[conv][pool]") {
  CHECK(conv1d(zeros({0, 2, 5}), zeros({3, 2, 2})).shape() == Shape{0, 3, 4});
  CHECK(conv_transpose1d(zeros({0, 2, 5}), zeros({2, 3, 2})).shape() == Shape{0, 3, 6});
  CHECK(conv3d(zeros({0, 2, 3, 4, 5}), zeros({3, 2, 2, 2, 2})).shape() == Shape{0, 3, 2, 3, 4});
  CHECK(conv_transpose3d(zeros({0, 2, 2, 3, 4}), zeros({2, 3, 2, 2, 2})).shape() == Shape{0, 3, 3, 4, 5});
  CHECK(max_pool1d(zeros({0, 2, 5}), 2).shape() == Shape{0, 2, 2});
  CHECK(avg_pool1d(zeros({2, 0, 5}), 2).shape() == Shape{2, 0, 2});
  for (const Shape& shape : {Shape{0, 2, 3, 4, 5}, Shape{2, 0, 3, 4, 5}}) {
    const Shape halved{shape[0], shape[1], 1, 2, 2};
    CHECK(max_pool3d(zeros(shape), 2).shape() == halved);
    CHECK(max_pool3d_with_indices(zeros(shape), 2).indices.shape() == halved);
    CHECK(avg_pool3d(zeros(shape), 2).shape() == halved);
    CHECK(adaptive_avg_pool3d(zeros(shape), {1, 2, 2}).shape() == halved);
    CHECK(adaptive_max_pool3d(zeros(shape), {1, 2, 2}).shape() == halved);
  }
}

TEST_CASE("convolutions of lines and volumes say what is wrong", "[conv][error]") {
  const Tensor line = zeros({2, 3, 7}), volume = zeros({2, 4, 3, 3, 3});
  CHECK_THROWS_WITH(
      conv1d(line, zeros({4, 3})),
      Contains("conv1d: weight is [4, 3]; needs [out, in / groups, k]") && Contains("volume_test.cpp:"));
  CHECK_THROWS_WITH(conv1d(zeros({7}), zeros({4, 3, 2})),
                    Contains("conv1d: input is [7]; needs [n, channels, l] or [channels, l]"));
  CHECK_THROWS_WITH(
      conv1d(line, zeros({4, 2, 2})),
      Contains("conv1d: input is [2, 3, 7] but weight is [4, 2, 2] with groups = 1; the input needs 2"));
  CHECK_THROWS_WITH(conv_transpose1d(line, zeros({2, 2, 2})), Contains("the input needs 2 channels"));
  CHECK_THROWS_AS(conv1d(line, zeros({4, 3, 8})), ShapeError);
  CHECK_THROWS_AS(conv1d(line, zeros({4, 3, 2}, f64)), DTypeError);
  CHECK_THROWS_WITH(conv_transpose1d(line, zeros({3, 2})), Contains("conv_transpose1d: weight is [3, 2]"));
  CHECK_THROWS_AS(conv_transpose1d(line, zeros({3, 2, 2}), {}, {.output_padding = 1}), ValueError);
  CHECK_THROWS_WITH(conv3d(volume, zeros({2, 4, 2, 2})), Contains("conv3d: weight is [2, 4, 2, 2]; needs"));
  Tensor weight = zeros({2, 3, 1, 1, 1});
  weight.set_name("conv.weight");
  CHECK_THROWS_WITH(
      conv3d(volume, weight),
      Contains("input is [2, 4, 3, 3, 3] but conv.weight is [2, 3, 1, 1, 1] with groups = 1; needs"));
  CHECK_THROWS_WITH(conv3d(volume, zeros({2, 4, 4, 1, 1})),
                    Contains("a kernel of depth 4 with padding 0 and dilation 1 does not fit"));
  CHECK_THROWS_WITH(conv3d(volume, zeros({2, 4, 1, 1, 1}), {}, {.stride = {0, 1, 1}}),
                    Contains("along the depth stride is 0, dilation 1, padding 0"));
  CHECK_THROWS_WITH(conv3d(volume, zeros({2, 4, 1, 1, 1}), {}, {.groups = 0}), Contains("groups is 0"));
  CHECK_THROWS_AS(conv3d(volume, zeros({2, 4, 1, 1, 1}), zeros({3})), ShapeError);
  CHECK_THROWS_AS(conv3d(volume, zeros({2, 4, 1, 4, 1})), ShapeError);
  CHECK_THROWS_WITH(conv_transpose3d(volume, zeros({4, 1, 1, 1, 1}), {}, {.output_padding = {1, 0, 0}}),
                    Contains("output_padding is [1, 0, 0]; along the depth it must be less than"));
  CHECK_THROWS_WITH(conv_transpose3d(volume, zeros({4, 1, 1, 1, 1}), {}, {.padding = {2, 0, 0}}),
                    Contains("would have the depth -1"));
  CHECK_THROWS_AS(conv_transpose3d(volume, zeros({4, 1, 1, 1, 1}), zeros({2})), ShapeError);
}

TEST_CASE("pooling of lines and volumes says what is wrong", "[pool][error]") {
  CHECK_THROWS_WITH(max_pool1d(zeros({3}), 2),
                    Contains("max_pool1d: the input is [3]; needs [N, C, L] or [C, L]"));
  CHECK_THROWS_AS(max_pool1d(zeros({1, 3}), 4), ShapeError);
  CHECK_THROWS_AS(avg_pool1d(zeros({1, 3}), 2, {.padding = 2}), ValueError);
  CHECK_THROWS_WITH(max_pool3d(zeros({2, 2, 2}), 2),
                    Contains("max_pool3d: the input is [2, 2, 2]; needs [N, C, D"));
  CHECK_THROWS_AS(max_pool3d(zeros({1, 2, 2, 2}), {3, 1, 1}), ShapeError);
  CHECK_THROWS_AS(max_pool3d(zeros({1, 2, 2, 2}), 1, {.stride = 0}), ValueError);
  CHECK_THROWS_WITH(avg_pool3d(zeros({1, 2, 2, 2}), 1, {.divisor_override = 0}), Contains("a divisor of 0"));
  CHECK_THROWS_AS(avg_pool3d(view(arange(8), {1, 2, 2, 2}), 1), DTypeError);
  CHECK_THROWS_WITH(adaptive_max_pool1d(zeros({3}), 1),
                    Contains("adaptive_max_pool1d: the input is [3]; needs 2 or 3 dimensions"));
  CHECK_THROWS_WITH(adaptive_max_pool2d(zeros({1, 3, 3}), {1, 0}),
                    Contains("an output size of [1, 0] was given"));
  CHECK_THROWS_WITH(adaptive_avg_pool3d(zeros({1, 2, 0, 2}), 1), Contains("dimension 2 must not be empty"));
}

}  // namespace gradus::volume_test
