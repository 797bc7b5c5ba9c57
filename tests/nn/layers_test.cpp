// Every layer: shapes and names as in PyTorch, agreement with its function, first and second derivatives.
#include <gradus/autograd/ops.hpp>
#include <gradus/nn/nn.hpp>

#include "support/catch.hpp"
#include "support/fixtures.hpp"

namespace gradus::layers_test {
using Catch::Matchers::Contains;

namespace {

/// name [shape] of everything in the state, in one line.
template <class L>
std::string state(const L& layer) {
  std::string text;
  for (const auto& [name, tensor] : nn::state_dict(layer))
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", name, tensor.shape());
  return text;
}

/// First and second derivatives in training and in evaluation.
template <class L>
void check_gradients(L layer, const std::vector<Tensor>& inputs) {
  for (const bool training : {true, false}) {
    nn::train(layer, training);
    CAPTURE(nn::to_string(layer), training);
    CHECK(gradcheck(layer, inputs));
    CHECK(gradgradcheck(layer, inputs));
  }
}

/// Reproducible, and away from kinks.
Tensor points(const Shape& shape, std::uint64_t seed = 1) {
  Generator generator(seed);
  const Tensor x = randn(shape, {.dtype = float64}, &generator);
  return x + where(x < 0, full_like(x, -0.1), full_like(x, 0.1));
}

}  // namespace

TEST_CASE("layers hold tensors of PyTorch's names and shapes", "[nn][layers]") {
  CHECK(state(nn::Linear{3, 4}) == "weight [4, 3], bias [4]");
  CHECK(state(nn::Linear{3, 4, {.bias = false}}) == "weight [4, 3]");
  CHECK(state(nn::Conv2d{4, 6, {3, 5}, {.groups = 2}}) == "weight [6, 2, 3, 5], bias [6]");
  CHECK(state(nn::Conv2d{1, 2, 3, {.bias = false}}) == "weight [2, 1, 3, 3]");
  CHECK(state(nn::ConvTranspose2d{4, 6, {3, 5}, {.groups = 2}}) == "weight [4, 3, 3, 5], bias [6]");
  CHECK(state(nn::Embedding{7, 3}) == "weight [7, 3]");
  CHECK(state(nn::ReLU{}).empty());
  CHECK(nn::Linear{2, 2, {.dtype = float64}}.weight.dtype() == float64);
}

TEST_CASE("layers compute what their functions do", "[nn][layers]") {
  const Tensor x = points({2, 4, 6, 6}).to(float32);
  const nn::Conv2d conv{4, 6, 3, {.stride = 2, .padding = 1, .groups = 2}};
  CHECK(test::difference(conv(x),
                         conv2d(x, conv.weight, conv.bias, {.stride = 2, .padding = 1, .groups = 2})) == 0);
  const nn::ConvTranspose2d up{4, 6, 3, {.stride = 2, .padding = 1, .output_padding = 1}};
  CHECK(up(x).shape() == Shape{2, 6, 12, 12});
  CHECK(test::difference(nn::MaxPool2d{2, {.stride = 1}}(x), max_pool2d(x, 2, {.stride = 1})) == 0);
  CHECK(nn::MaxPool2d{2}(x).shape() == Shape{2, 4, 3, 3});
  CHECK(test::difference(nn::AvgPool2d{3, {.padding = 1}}(x), avg_pool2d(x, 3, {.padding = 1})) == 0);
  CHECK(test::difference(nn::AdaptiveAvgPool2d{{2, 3}}(x), adaptive_avg_pool2d(x, {2, 3})) == 0);
  CHECK(nn::Flatten{}(x).shape() == Shape{2, 144});
  CHECK((nn::Flatten{0, 1}(x).shape()) == Shape{8, 6, 6});
  CHECK(nn::Identity{}(x).impl() == x.impl());
  CHECK(test::difference(nn::ReLU{}(x), relu(x)) == 0);
  CHECK(test::difference(nn::LeakyReLU{0.3}(x), leaky_relu(x, 0.3)) == 0);
  CHECK(test::difference(nn::ELU{0.7}(x), elu(x, 0.7)) == 0);
  CHECK(test::difference(nn::GELU{}(x), gelu(x)) == 0);
  CHECK(test::difference(nn::GELU{Gelu::tanh}(x), gelu(x, {.approximate = Gelu::tanh})) == 0);
  CHECK(test::difference(nn::SiLU{}(x), silu(x)) == 0);
  CHECK(test::difference(nn::Softplus{.beta = 2, .threshold = 1}(x), softplus(x, 2, 1)) == 0);
  CHECK(test::difference(nn::Tanh{}(x), tanh(x)) == 0);
  CHECK(test::difference(nn::Sigmoid{}(x), sigmoid(x)) == 0);
  CHECK(test::difference(nn::Softmax{1}(x), softmax(x, 1)) == 0);
  CHECK(test::difference(nn::LogSoftmax{-1}(x), log_softmax(x, -1)) == 0);
}

TEST_CASE("an embedding looks rows up, the padding row is zero and stays so", "[nn][layers]") {
  const nn::Embedding layer{5, 3, {.padding_idx = -1}};
  CHECK(layer.weight.to_vector<float>()[0] != 0);
  const Tensor indices = tensor({{0, 4}, {2, 0}}, {.dtype = int64});
  const Tensor y = layer(indices);
  CHECK(y.shape() == Shape{2, 2, 3});
  CHECK(select(select(y.detach(), 0, 0), 0, 1).to_vector<float>() == std::vector<float>{0, 0, 0});
  sum(y).backward();
  CHECK(layer.weight.grad().to_vector<float>() ==
        std::vector<float>{2, 2, 2, 0, 0, 0, 1, 1, 1, 0, 0, 0, 0, 0, 0});
  CHECK_THROWS_AS((nn::Embedding{5, 3, {.padding_idx = 5}}), IndexError);
  CHECK_THROWS_WITH((nn::Embedding{5, 3, {.max_norm = -1}}),
                    Contains("Embedding: max_norm = -1, norm_type = 2; the first must not be negative"));
}

TEST_CASE("an embedding starts from a given table, and keeps its rows short", "[nn][layers]") {
  const Tensor table = tensor({{3, 4}, {0.3, 0.4}, {6, 8}});
  const nn::Embedding frozen = nn::Embedding::from_pretrained(table);
  CHECK(equal(frozen.weight.detach(), table));
  CHECK_FALSE(frozen.weight.requires_grad());
  const nn::Embedding learned = nn::Embedding::from_pretrained(table, false, {.max_norm = 1});
  CHECK(learned.weight.requires_grad());
  CHECK_FALSE(learned.weight.shares_storage(table));
  const Tensor y = learned(tensor({0, 1, 0}, {.dtype = int64}));
  CHECK(allclose(y, tensor({{0.6, 0.8}, {0.3, 0.4}, {0.6, 0.8}}), {.atol = 1e-6}));
  CHECK(
      allclose(learned.weight, tensor({{0.6, 0.8}, {0.3, 0.4}, {6, 8}}), {.atol = 1e-6}));  // 2 was not named
  CHECK_THROWS_AS(learned(tensor({-1}, {.dtype = int64})), IndexError);
  CHECK_THROWS_WITH(nn::Embedding::from_pretrained(zeros({2})),
                    Contains("the table is [2]; needs [count, size]"));
}

TEST_CASE("sizes that make no sense are refused when the layer is made", "[nn][layers][error]") {
  CHECK_THROWS_WITH((nn::Linear{-1, 2}), Contains("Linear: in = -1, out = 2"));
  CHECK_THROWS_WITH((nn::Conv2d{0, 2, 3}), Contains("Conv2d: in = 0, out = 2, kernel_size = [3, 3]"));
  CHECK_THROWS_WITH((nn::Conv2d{4, 6, 3, {.groups = 4}}),
                    Contains("groups = 4 must divide in = 4 and out = 6"));
  CHECK_THROWS_WITH((nn::ConvTranspose2d{3, 6, 3, {.groups = 2}}), Contains("groups = 2 must divide in = 3"));
}

TEST_CASE("a wrong input is refused with the parameter's path and the user's line", "[nn][layers][error]") {
  struct Net {
    nn::Linear fc1{1600, 128};
  };
  const Net net;
  static_cast<void>(nn::parameters(net));
  const auto line = std::to_string(__LINE__ + 1);
  const auto refused = [&] { return net.fc1(zeros({64, 1568})); };
  CHECK_THROWS_WITH(
      refused(),
      "linear: input is [64, 1568] but fc1.weight is [128, 1600]; the last dimension must be 1600 "
      "(layers_test.cpp:" +
          line + ")");
}

TEST_CASE("gradients of layers with parameters agree with differences", "[nn][layers][gradient]") {
  check_gradients(nn::Linear{3, 4}, {points({2, 3})});
  check_gradients(nn::Linear{3, 2, {.bias = false}}, {transpose(points({3, 2, 2}), 0, 2)});
  check_gradients(nn::Conv2d{2, 4, {2, 3}, {.stride = {1, 2}, .padding = 1, .groups = 2}},
                  {points({2, 2, 4, 5})});
  check_gradients(nn::Conv2d{2, 3, 2, {.dilation = 2, .bias = false}}, {points({1, 2, 4, 4})});
  check_gradients(nn::ConvTranspose2d{2, 2, 2, {.stride = 2, .output_padding = 1, .groups = 2}},
                  {points({1, 2, 3, 2})});
  check_gradients(nn::Embedding{4, 2, {.padding_idx = 1}}, {tensor({{0, 3}, {3, 2}}, {.dtype = int64})});
}

TEST_CASE("gradients of layers without parameters agree with differences", "[nn][layers][gradient]") {
  const std::vector<Tensor> image{points({2, 2, 4, 4})};
  check_gradients(nn::MaxPool2d{2}, image);
  check_gradients(nn::AvgPool2d{3, {.stride = 1, .padding = 1}}, image);
  check_gradients(nn::AdaptiveAvgPool2d{{3, 2}}, image);
  check_gradients(nn::Flatten{}, image);
  check_gradients(nn::Identity{}, image);
  const std::vector<Tensor> rows{points({3, 4})};
  check_gradients(nn::ReLU{}, rows);
  check_gradients(nn::LeakyReLU{}, rows);
  check_gradients(nn::ELU{}, rows);
  check_gradients(nn::GELU{}, rows);
  check_gradients(nn::GELU{Gelu::tanh}, rows);
  check_gradients(nn::SiLU{}, rows);
  check_gradients(nn::Softplus{}, rows);
  check_gradients(nn::Tanh{}, rows);
  check_gradients(nn::Sigmoid{}, rows);
  check_gradients(nn::Softmax{1}, rows);
  check_gradients(nn::LogSoftmax{0}, rows);
}

}  // namespace gradus::layers_test
