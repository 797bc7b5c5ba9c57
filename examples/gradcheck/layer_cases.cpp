// Layers.
#include "forms.hpp"
#include "window.hpp"

namespace {

using namespace gradus;

/// One type for all layers of one tensor, so that the checker is compiled once for them.
template <class L>
nn::Sequential in_sequence(L layer) {
  nn::Sequential one;
  one.append(std::move(layer));
  return one;
}

/// A layer of any tensor.
template <class L>
GradcheckCase activation(const char* name, L layer = {}) {
  return {fmt::format("nn::{}", name), [=](Draw& draw) {
            draw.input("x", draw.shape());
            return trial(draw,
                         fmt::format("nn::{}{{{}}}", name, std::same_as<L, nn::Threshold> ? "0.5, -1" : ""),
                         in_sequence(layer));
          }};
}

/// A layer of images [n, 2, h, w].
template <class F>
GradcheckCase of_images(const char* code, F make, std::int64_t smallest = 2) {
  const std::string name(code, std::string_view(code).find('{'));
  return {name, [=](Draw& draw) {
            draw.input("x",
                       {draw.integer(1, 2), 2, smallest + draw.integer(0, 2), smallest + draw.integer(0, 1)},
                       {.ties = false});
            return trial(draw, code, in_sequence(make()));
          }};
}

const GradcheckCases activations{{
    activation<nn::ReLU>("ReLU"),
    activation<nn::LeakyReLU>("LeakyReLU"),
    activation<nn::ELU>("ELU"),
    activation<nn::GELU>("GELU"),
    activation<nn::SiLU>("SiLU"),
    activation<nn::Softplus>("Softplus"),
    activation<nn::Tanh>("Tanh"),
    activation<nn::Sigmoid>("Sigmoid"),
    activation<nn::Identity>("Identity"),
    activation<nn::Dropout>("Dropout"),
    activation<nn::AlphaDropout>("AlphaDropout"),
    activation<nn::SELU>("SELU"),
    activation<nn::CELU>("CELU"),
    activation<nn::Mish>("Mish"),
    activation<nn::Softsign>("Softsign"),
    activation<nn::Tanhshrink>("Tanhshrink"),
    activation<nn::LogSigmoid>("LogSigmoid"),
    activation<nn::ReLU6>("ReLU6"),
    activation<nn::Hardtanh>("Hardtanh"),
    activation<nn::Hardsigmoid>("Hardsigmoid"),
    activation<nn::Hardswish>("Hardswish"),
    activation<nn::Hardshrink>("Hardshrink"),
    activation<nn::Softshrink>("Softshrink"),
    activation<nn::RReLU>("RReLU"),
    activation<nn::PReLU>("PReLU", nn::PReLU{}),
    activation<nn::Threshold>("Threshold", {0.5, -1}),
}};

const GradcheckCases images{{
    of_images("nn::Conv2d{2, 3, 2}",
              [] {
                return nn::Conv2d{2, 3, 2};
              }),
    of_images("nn::ConvTranspose2d{2, 3, 2}",
              [] {
                return nn::ConvTranspose2d{2, 3, 2};
              }),
    of_images("nn::MaxPool2d{2}", [] { return nn::MaxPool2d{2}; }),
    of_images("nn::AvgPool2d{2}", [] { return nn::AvgPool2d{2}; }),
    of_images("nn::AdaptiveAvgPool2d{2}", [] { return nn::AdaptiveAvgPool2d{2}; }),
    of_images(
        "nn::BatchNorm2d{2}",
        [] {
          return nn::BatchNorm2d{2, {.eps = 0.1}};
        },
        3),
    of_images("nn::Flatten{}", [] { return nn::Flatten{}; }),
    of_images("nn::Softmax{1}", [] { return nn::Softmax{1}; }),
    of_images("nn::LogSoftmax{1}", [] { return nn::LogSoftmax{1}; }),
}};

/// A layer of planes [n, 4, ..] of so many dimensions, each of them at least 2.
template <class F>
GradcheckCase of_planes(const char* code, std::int64_t dims, F make) {
  const std::string name(code, std::string_view(code).find_first_of("{<"));
  return {name, [=](Draw& draw) {
            draw.input("x", planes(draw, 4, dims, 2), {.ties = false});
            return trial(draw, code, in_sequence(make()));
          }};
}

const GradcheckCases lines_and_volumes{{
    of_planes("nn::Conv1d{4, 2, 2}", 1,
              [] {
                return nn::Conv1d{4, 2, 2};
              }),
    of_planes("nn::Conv3d{4, 1, 2}", 3,
              [] {
                return nn::Conv3d{4, 1, 2};
              }),
    of_planes("nn::ConvTranspose1d{4, 2, 2}", 1,
              [] {
                return nn::ConvTranspose1d{4, 2, 2};
              }),
    of_planes("nn::ConvTranspose3d{4, 1, 2}", 3,
              [] {
                return nn::ConvTranspose3d{4, 1, 2};
              }),
    of_planes("nn::MaxPool1d{2}", 1, [] { return nn::MaxPool1d{2}; }),
    of_planes("nn::MaxPool3d{2}", 3, [] { return nn::MaxPool3d{2}; }),
    of_planes("nn::AvgPool1d{2}", 1, [] { return nn::AvgPool1d{2}; }),
    of_planes("nn::AvgPool3d{2}", 3, [] { return nn::AvgPool3d{2}; }),
    of_planes("nn::AdaptiveAvgPool1d{2}", 1, [] { return nn::AdaptiveAvgPool1d{2}; }),
    of_planes("nn::AdaptiveAvgPool3d{1}", 3, [] { return nn::AdaptiveAvgPool3d{1}; }),
    of_planes("nn::AdaptiveMaxPool1d{2}", 1, [] { return nn::AdaptiveMaxPool1d{2}; }),
    of_planes("nn::AdaptiveMaxPool2d{2}", 2, [] { return nn::AdaptiveMaxPool2d{2}; }),
    of_planes("nn::AdaptiveMaxPool3d{1}", 3, [] { return nn::AdaptiveMaxPool3d{1}; }),
    of_planes("nn::BatchNorm3d{4, {.eps = 0.1}}", 3,
              [] {
                return nn::BatchNorm3d{4, {.eps = 0.1}};
              }),
    of_planes("nn::InstanceNorm1d{4, {.eps = 0.1, .affine = true}}", 1,
              [] {
                return nn::InstanceNorm1d{4, {.eps = 0.1, .affine = true}};
              }),
    of_planes("nn::InstanceNorm2d{4, {.eps = 0.1, .affine = true}}", 2,
              [] {
                return nn::InstanceNorm2d{4, {.eps = 0.1, .affine = true}};
              }),
    of_planes("nn::InstanceNorm3d{4, {.eps = 0.1}}", 3,
              [] {
                return nn::InstanceNorm3d{4, {.eps = 0.1}};
              }),
    of_planes("nn::GroupNorm{2, 4, {.eps = 0.1}}", 1,
              [] {
                return nn::GroupNorm{2, 4, {.eps = 0.1}};
              }),
    of_planes("nn::LocalResponseNorm{3}", 1, [] { return nn::LocalResponseNorm{3}; }),
    of_planes("nn::Dropout1d{}", 1, [] { return nn::Dropout1d{}; }),
    of_planes("nn::Dropout2d{}", 2, [] { return nn::Dropout2d{}; }),
    of_planes("nn::Dropout3d{}", 3, [] { return nn::Dropout3d{}; }),
    of_planes("nn::FeatureAlphaDropout{}", 1, [] { return nn::FeatureAlphaDropout{}; }),
    of_planes("nn::GLU{1}", 1, [] { return nn::GLU{1}; }),
    of_planes("nn::Softmin{1}", 1, [] { return nn::Softmin{1}; }),
    of_planes("nn::Softmax2d{}", 2, [] { return nn::Softmax2d{}; }),
    of_planes("nn::ConstantPad{{1, 2}, -3}", 1,
              [] {
                return nn::ConstantPad{{1, 2}, -3};
              }),
    of_planes("nn::ReflectionPad{{1, 0, 0, 1}}", 2,
              [] {
                return nn::ReflectionPad{{1, 0, 0, 1}};
              }),
    of_planes("nn::ReplicationPad{{2, 1}}", 2,
              [] {
                return nn::ReplicationPad{{2, 1}};
              }),
    of_planes("nn::CircularPad{{2, 1}}", 3,
              [] {
                return nn::CircularPad{{2, 1}};
              }),
    of_planes("nn::PixelShuffle{2}", 2, [] { return nn::PixelShuffle{2}; }),
    of_planes("nn::ChannelShuffle{2}", 2, [] { return nn::ChannelShuffle{2}; }),
    of_planes("nn::Unfold{2}", 2, [] { return nn::Unfold{2}; }),
    of_planes("nn::Upsample{{.scale_factor = {2}, .mode = Interpolation::linear}}", 1,
              [] { return nn::Upsample{{.scale_factor = {2}, .mode = Interpolation::linear}}; }),
    of_planes("nn::Unflatten{1, {2, 2}}", 1,
              [] {
                return nn::Unflatten{1, {2, 2}};
              }),
    of_planes("nn::WeightNorm{nn::Conv1d{4, 2, 1}}", 1,
              [] {
                return nn::WeightNorm{nn::Conv1d{4, 2, 1}};
              }),
}};

const GradcheckCases other_layers{{
    {"nn::Linear",
     [](Draw& draw) {
       const std::int64_t in = draw.size(), out = draw.size();
       draw.input("x", {draw.size(4, true), in});
       return trial(draw, fmt::format("nn::Linear{{{}, {}}}", in, out), nn::Linear{in, out});
     }},
    {"nn::LayerNorm",
     [](Draw& draw) {
       const std::int64_t n = draw.integer(2, 5);
       draw.input("x", {draw.size(3), n}, {.ties = false});
       return trial(draw, fmt::format("nn::LayerNorm{{{}, {{.eps = 0.1}}}}", n),
                    nn::LayerNorm{n, {.eps = 0.1}});
     }},
    {"nn::BatchNorm1d",
     [](Draw& draw) {
       const std::int64_t c = draw.size(3);
       draw.input("x", {draw.integer(2, 4), c}, {.ties = false});
       return trial(draw, fmt::format("nn::BatchNorm1d{{{}, {{.eps = 0.1}}}}", c),
                    nn::BatchNorm1d{c, {.eps = 0.1}});
     }},
    {"nn::RMSNorm",
     [](Draw& draw) {
       const std::int64_t n = draw.integer(2, 5);
       draw.input("x", {draw.size(3), n}, {.ties = false});
       return trial(draw, fmt::format("nn::RMSNorm{{{}, {{.eps = 0.1}}}}", n), nn::RMSNorm{n, {.eps = 0.1}});
     }},
    {"nn::PixelUnshuffle",
     [](Draw& draw) {
       draw.input("x", {draw.size(2), draw.size(2), 2 * draw.size(2), 2});
       return trial(draw, "nn::PixelUnshuffle{2}", nn::PixelUnshuffle{2});
     }},
    {"nn::Fold",
     [](Draw& draw) {
       draw.input("x", {draw.size(2), 4, 4});
       return trial(draw, "nn::Fold{3, 2}", nn::Fold{3, 2});
     }},
    {"nn::Bilinear",
     [](Draw& draw) {
       const std::int64_t n = draw.size(3), a = draw.size(3), b = draw.size(3);
       draw.input("x1", {n, a});
       draw.input("x2", {n, b});
       return trial(draw, fmt::format("nn::Bilinear{{{}, {}, 2}}", a, b), nn::Bilinear{a, b, 2});
     }},
    {"nn::CosineSimilarity",
     [](Draw& draw) {
       const Shape shape{draw.size(3), draw.integer(2, 4)};
       draw.input("a", shape, {.low = 0.3});
       draw.input("b", shape, {.low = 0.3});
       return trial(draw, "nn::CosineSimilarity{}", nn::CosineSimilarity{});
     }},
    {"nn::PairwiseDistance",
     [](Draw& draw) {
       const Shape shape{draw.size(3), draw.integer(2, 4)};
       draw.input("a", shape, {.low = -2, .high = -0.1});
       draw.input("b", shape, {.low = 0.1, .high = 2});
       return trial(draw, "nn::PairwiseDistance{}", nn::PairwiseDistance{});
     }},
    {"nn::Embedding",
     [](Draw& draw) {
       const std::int64_t n = draw.size(), size = draw.size();
       draw.indices("indices", draw.shape(0, 2), n);
       return trial(draw, fmt::format("nn::Embedding{{{}, {}}}", n, size), nn::Embedding{n, size});
     }},
    {"nn::Sequential",
     [](Draw& draw) {
       const std::int64_t in = draw.size(), hidden = draw.size();
       draw.input("x", {draw.size(), in});
       return trial(draw,
                    fmt::format("nn::Sequential{{nn::Linear{{{}, {}}}, nn::ReLU{{}}, nn::Linear{{{}, 2}}}}",
                                in, hidden, hidden),
                    nn::Sequential{nn::Linear{in, hidden}, nn::ReLU{}, nn::Linear{hidden, 2}});
     }},
}};

}  // namespace
