// Layers.
#include <gradus/gradus.hpp>
#include <gradus/nn/gradcheck/case.hpp>

namespace {

using namespace gradus;

/// A layer of any tensor.
template <class L>
GradcheckCase activation(const char* name, L layer = {}) {
  return {fmt::format("nn::{}", name), [=](Draw& draw) {
            draw.input("x", draw.shape());
            return trial(draw, fmt::format("nn::{}{{}}", name), layer);
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
            return trial(draw, code, make());
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

const GradcheckCases others{{
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
