// Layers over one and three axes, and those that resample: names, first values, and the functions they are.
#include <cmath>

#include "nn/agreement.hpp"

namespace gradus::axes_test {
using namespace test;
using Catch::Matchers::Contains;

namespace {

const Tensor sequences = variable({2, 4, 9}, 1).detach().to(float32);
const Tensor images = variable({2, 4, 6, 6}, 2).detach().to(float32);
const Tensor volumes = variable({1, 4, 5, 4, 6}, 3).detach().to(float32);

/// The options of a fixture; one number stands for all axes, or there is one for each.
template <class Layer, class... Axis>
void check_convolutions(std::string_view subject, Axis... axis) {
  using LayerOptions = decltype(Layer::options);
  using Sizes = decltype(LayerOptions::stride);
  for (const Fixture& f : fixtures("modules.json", subject)) {
    const auto sizes = [&](std::string_view key, std::int64_t fallback) -> Sizes {
      const Dims all = f.options.integers(key, Dims::filled(sizeof...(Axis), fallback));
      return all.size() == 1 ? Sizes(all[0]) : Sizes(all[static_cast<std::size_t>(axis)]...);
    };
    const std::string mode = f.options.text("padding_mode", "zeros");
    LayerOptions o{.stride = sizes("stride", 1),
                   .padding = sizes("padding", 0),
                   .dilation = sizes("dilation", 1),
                   .same = f.options.flag("same")};
    if (mode != "zeros")
      o.padding_mode = mode == "reflect"     ? PadMode::reflect
                       : mode == "replicate" ? PadMode::replicate
                                             : PadMode::circular;
    check_layer(f, Layer{2, 2, sizes("kernel_size", 1), o},
                [](const Layer& m, const FixtureTensors& in) { return flat({m(in["x"])}); });
  }
}

}  // namespace

TEST_CASE("convolutions of one and three axes hold tensors of PyTorch's names, shapes and first values",
          "[nn][layers]") {
  CHECK(state_of(nn::Conv1d{4, 6, 3, {.groups = 2}}) == "weight [6, 2, 3], bias [6]");
  CHECK(state_of(nn::ConvTranspose1d{4, 6, 3, {.groups = 2}}) == "weight [4, 3, 3], bias [6]");
  CHECK(state_of(nn::Conv3d{4, 6, {1, 2, 3}, {.bias = false}}) == "weight [6, 4, 1, 2, 3]");
  CHECK(state_of(nn::ConvTranspose3d{4, 6, 2}) == "weight [4, 6, 2, 2, 2], bias [6]");
  CHECK(is_spread(nn::Conv1d{16, 32, 4}.weight, 1 / std::sqrt(64.0)));
  CHECK(is_spread(nn::ConvTranspose3d{32, 8, 2}.weight, 1 / std::sqrt(64.0)));
  CHECK(is_spread(nn::Conv3d{8, 64, 2}.bias, 1 / std::sqrt(64.0)));
}

TEST_CASE("convolutions of one and three axes are their functions", "[nn][layers]") {
  const nn::Conv1d a{4, 6, 3, {.stride = 2, .padding = 1, .dilation = 2, .groups = 2}};
  CHECK(equal(a(sequences),
              conv1d(sequences, a.weight, a.bias, {.stride = 2, .padding = 1, .dilation = 2, .groups = 2})));
  const nn::ConvTranspose1d b{4, 6, 3, {.stride = 2, .padding = 1, .output_padding = 1, .groups = 2}};
  CHECK(equal(b(sequences), conv_transpose1d(sequences, b.weight, b.bias,
                                             {.stride = 2, .padding = 1, .output_padding = 1, .groups = 2})));
  const nn::Conv3d c{4, 2, {2, 1, 3}, {.stride = {1, 2, 2}, .padding = {1, 0, 1}, .groups = 2}};
  CHECK(equal(c(volumes),
              conv3d(volumes, c.weight, c.bias, {.stride = {1, 2, 2}, .padding = {1, 0, 1}, .groups = 2})));
  const nn::ConvTranspose3d d{4, 2, 2, {.stride = 2, .output_padding = {0, 1, 0}, .dilation = 2}};
  CHECK(equal(d(volumes), conv_transpose3d(volumes, d.weight, d.bias,
                                           {.stride = 2, .output_padding = {0, 1, 0}, .dilation = 2})));
}

TEST_CASE("convolutions of one and three axes have correct first and second derivatives",
          "[nn][layers][gradient]") {
  check_derivatives(nn::Conv1d{2, 2, 2, {.stride = 2, .padding = 1}}, {variable({1, 2, 4})});
  check_derivatives(nn::ConvTranspose1d{2, 2, 2, {.stride = 2}}, {variable({1, 2, 3})});
  check_derivatives(nn::Conv3d{1, 2, {1, 2, 2}, {.padding = {0, 1, 0}}}, {variable({1, 1, 2, 2, 2})});
  check_derivatives(nn::ConvTranspose3d{1, 1, 2, {.stride = {1, 1, 2}}}, {variable({1, 1, 1, 2, 2})});
}

TEST_CASE("padded convolutions agree with PyTorch", "[nn][layers][fixtures]") {
  check_convolutions<nn::Conv1d>("conv1d", 0);
  check_convolutions<nn::Conv2d>("conv2d", 0, 1);
  check_convolutions<nn::Conv3d>("conv3d", 0, 1, 2);
}

TEST_CASE("padded convolutions by hand, and their derivatives", "[nn][layers][gradient]") {
  nn::Conv1d sum2{1, 1, 2, {.bias = false, .dtype = float64, .same = true}};
  sum2.weight.detach().fill_(1);
  CHECK(difference(sum2(doubles({{1, 2, 3}})), doubles({{3, 5, 3}})) == 0);  // the odd zero stands behind
  sum2.options.padding_mode = PadMode::circular;
  CHECK(difference(sum2(doubles({{1, 2, 3}})), doubles({{3, 5, 4}})) == 0);
  CHECK(nn::Conv3d{4, 2, {2, 1, 3}, {.dilation = {1, 2, 3}, .same = true}}(volumes).shape() ==
        Shape{1, 2, 5, 4, 6});
  check_derivatives(nn::Conv1d{1, 2, 2, {.same = true, .padding_mode = PadMode::replicate}},
                    {variable({1, 1, 3})});
  check_derivatives(nn::Conv2d{1, 1, 2, {.padding = {1, 0}, .padding_mode = PadMode::reflect}},
                    {variable({1, 1, 2, 3})});
  check_derivatives(nn::Conv3d{1, 1, {1, 2, 1}, {.padding = 1, .padding_mode = PadMode::circular}},
                    {variable({1, 1, 1, 2, 1})});
}

TEST_CASE("pools of one and three axes are their functions", "[nn][layers]") {
  CHECK(equal(nn::MaxPool1d{3, {.stride = 2, .padding = 1}}(sequences),
              max_pool1d(sequences, 3, {.stride = 2, .padding = 1})));
  CHECK(equal(nn::AvgPool1d{3, {.padding = 1, .count_include_pad = false}}(sequences),
              avg_pool1d(sequences, 3, {.padding = 1, .count_include_pad = false})));
  CHECK(equal(nn::AdaptiveMaxPool1d{4}(sequences), adaptive_max_pool1d(sequences, 4)));
  CHECK(equal(nn::AdaptiveAvgPool1d{4}(sequences), adaptive_avg_pool1d(sequences, 4)));
  CHECK(equal(nn::AdaptiveMaxPool2d{{2, 5}}(images), adaptive_max_pool2d(images, {2, 5})));
  CHECK(equal(nn::MaxPool3d{2, {.stride = 1, .dilation = {2, 1, 1}}}(volumes),
              max_pool3d(volumes, 2, {.stride = 1, .dilation = {2, 1, 1}})));
  CHECK(equal(nn::AvgPool3d{{2, 1, 3}, {.ceil_mode = true}}(volumes),
              avg_pool3d(volumes, {2, 1, 3}, {.ceil_mode = true})));
  CHECK(equal(nn::AdaptiveMaxPool3d{{2, 3, 1}}(volumes), adaptive_max_pool3d(volumes, {2, 3, 1})));
  CHECK(equal(nn::AdaptiveAvgPool3d{{2, 3, 1}}(volumes), adaptive_avg_pool3d(volumes, {2, 3, 1})));
}

TEST_CASE("layers that resample are their functions", "[nn][layers]") {
  CHECK(equal(nn::Upsample{{.scale_factor = {2}, .mode = Interpolation::linear}}(images),
              interpolate(images, {.scale_factor = {2}, .mode = Interpolation::linear})));
  CHECK(equal(nn::PixelShuffle{2}(images), pixel_shuffle(images, 2)));
  CHECK(equal(nn::PixelUnshuffle{3}(images), pixel_unshuffle(images, 3)));
  CHECK(equal(nn::ChannelShuffle{2}(images), channel_shuffle(images, 2)));
  const Tensor columns = nn::Unfold{{2, 3}, {.stride = {2, 3}}}(images);
  CHECK(equal(columns, unfold(images, {2, 3}, {.stride = {2, 3}})));
  CHECK(equal(nn::Fold{6, {2, 3}, {.stride = {2, 3}}}(columns), images));
}

TEST_CASE("layers that pad and unpool are their functions", "[nn][layers]") {
  const std::vector<std::int64_t> around{1, 2, 0, -1};
  CHECK(equal(nn::ConstantPad{around, 2.5}(images), pad(images, around, 2.5)));
  CHECK(equal(nn::ReflectionPad{around}(images), pad(images, around, PadMode::reflect)));
  CHECK(equal(nn::ReplicationPad{around}(images), pad(images, around, PadMode::replicate)));
  CHECK(equal(nn::CircularPad{around}(images), pad(images, around, PadMode::circular)));
  const Tensor x = variable({2, 3});
  check_derivatives(nn::ConstantPad{{1, 1}}, {x});
  check_derivatives(nn::ReflectionPad{{1, 1}}, {x});
  check_derivatives(nn::ReplicationPad{{1, 1}}, {x});
  check_derivatives(nn::CircularPad{{1, 1}}, {x});
  CHECK(fmt::format("{}", nn::ConstantPad{{1, 2}}) == "ConstantPad(amounts=[1, 2], value=0)");
  const auto one = max_pool1d_with_indices(sequences, 3);
  CHECK(equal(nn::MaxUnpool1d{3}(one.values, one.indices), max_unpool1d(one.values, one.indices, 9)));
  const auto two = max_pool2d_with_indices(images, {2, 3}, {.stride = 2, .padding = {1, 0}});
  CHECK(equal(nn::MaxUnpool2d{{2, 3}, 2, {1, 0}}(two.values, two.indices, {6, 6}),
              max_unpool2d(two.values, two.indices, {6, 6})));
  const auto even = max_pool2d_with_indices(images, 2, {.padding = {1, 0}});
  CHECK(equal(nn::MaxUnpool2d{2, {}, {1, 0}}(even.values, even.indices),
              max_unpool2d(even.values, even.indices, {6, 6})));
  const auto three = max_pool3d_with_indices(volumes, 2);
  CHECK(equal(nn::MaxUnpool3d{2}(three.values, three.indices, {5, 4, 6}),
              max_unpool3d(three.values, three.indices, {5, 4, 6})));
  CHECK(nn::MaxUnpool3d{2}(zeros({1, 2, 2, 3}), zeros({1, 2, 2, 3}, {.dtype = int64})).shape() ==
        Shape{1, 4, 4, 6});
  CHECK_THROWS_WITH(nn::MaxUnpool2d{2}(zeros({3}), zeros({3})),
                    Contains("MaxUnpool2d: input is [3]; needs 2 dimensions or more"));
}

TEST_CASE("layers that pool by a norm or at random places are their functions", "[nn][layers]") {
  CHECK(equal(nn::LPPool1d{2, 3}(sequences), lp_pool1d(sequences, 2, 3)));
  CHECK(equal(nn::LPPool2d{4, {2, 3}, {.stride = 1}}(images), lp_pool2d(images, 4, {2, 3}, {.stride = 1})));
  CHECK(fmt::format("{}", nn::LPPool1d{2, 3}).starts_with("LPPool1d(norm_type=2, kernel_size=3"));
  const auto drawn = [](const auto& f) {
    manual_seed(5);
    return f();
  };
  CHECK(equal(drawn([] {
                return nn::FractionalMaxPool2d{2, {3, 4}}(images);
              }),
              drawn([] {
                return fractional_max_pool2d(images, 2, {3, 4});
              })));
  CHECK(equal(drawn([] { return nn::FractionalMaxPool2d{.kernel_size = 2, .output_ratio = 0.7}(images); }),
              drawn([] { return fractional_max_pool2d(images, 2, 4); })));
  CHECK(equal(drawn([] { return nn::FractionalMaxPool3d{.kernel_size = 2}(volumes); }), drawn([] {
                return fractional_max_pool3d(volumes, 2, {2, 2, 3});
              })));
  CHECK_THROWS_WITH((nn::FractionalMaxPool2d{.kernel_size = 2, .output_ratio = 1}(images)),
                    Contains("FractionalMaxPool2d: output_ratio is 1; it must lie between 0 and 1"));
  const Tensor x = variable({1, 1, 4, 4});
  check_derivatives(nn::LPPool2d{2, 2}, {x});
  check_derivatives(nn::LPPool1d{2, 2}, {select(x, 0, 0)});
  check_derivatives(nn::FractionalMaxPool2d{2, 1}, {x});
  check_derivatives(nn::FractionalMaxPool3d{2, 1}, {variable({1, 2, 2, 4})});
}

TEST_CASE("layers of one and three axes as text, and what they cost", "[nn][layers]") {
  CHECK(fmt::format("{}", nn::Conv1d{4, 6, 3, {.stride = 2, .padding = 1, .dilation = 2, .groups = 2}}) ==
        "Conv1d(4, 6, kernel_size=3, stride=2, padding=1, dilation=2, groups=2)");
  CHECK(
      fmt::format("{}", nn::ConvTranspose3d{4, 6, {1, 2, 3}, {.output_padding = {0, 1, 0}, .bias = false}}) ==
      "ConvTranspose3d(4, 6, kernel_size=[1, 2, 3], stride=[1, 1, 1], output_padding=[0, 1, 0], bias=false)");
  CHECK(fmt::format("{}", nn::Conv1d{4, 6, 3, {.same = true, .padding_mode = PadMode::reflect}}) ==
        "Conv1d(4, 6, kernel_size=3, stride=1, same=true, padding_mode=reflect)");
  CHECK(fmt::format("{}", nn::MaxPool1d{3}).starts_with("MaxPool1d(kernel_size=3"));
  const nn::Conv3d conv{4, 2, {2, 1, 3}};
  CHECK(conv.flops(volumes, conv(volumes)) == 2 * conv(volumes).numel() * 4 * 2 * 3);
  const nn::ConvTranspose1d up{4, 2, 3};
  CHECK(up.flops(sequences, up(sequences)) == 2 * sequences.numel() * 2 * 3);
}

TEST_CASE("layers of one and three axes say what does not fit", "[nn][layers][error]") {
  CHECK_THROWS_WITH((nn::Conv1d{0, 2, 3}),
                    Contains("Conv1d: in = 0, out = 2, kernel_size = 3; all must be positive"));
  CHECK_THROWS_WITH((nn::Conv3d{1, 2, {1, 0, 3}}), Contains("kernel_size = [1, 0, 3]; all must be positive"));
  CHECK_THROWS_WITH((nn::ConvTranspose3d{4, 6, 3, {.groups = 4}}),
                    Contains("ConvTranspose3d: groups = 4 must divide in = 4 and out = 6"));
  CHECK_THROWS_AS(nn::Conv1d(4, 2, 3)(images), ShapeError);
  CHECK_THROWS_WITH((nn::Conv2d{1, 2, 3, {.stride = {1, 2}, .same = true}}),
                    Contains("Conv2d: same = true, stride = [1, 2], padding = [0, 0]; needs a stride of 1"));
  CHECK_THROWS_AS((nn::Conv1d{1, 2, 3, {.padding = 1, .same = true}}), ValueError);
  CHECK_THROWS_AS((nn::Conv1d{4, 2, 3, {.padding = 9, .padding_mode = PadMode::reflect}})(sequences),
                  ShapeError);
}

}  // namespace gradus::axes_test
