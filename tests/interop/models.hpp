#pragma once

#include <optional>

#include <gradus/gradus.hpp>

/// Models that interop_models.py has too, by the same names: small, but of all the parts that real ones have.
namespace gradus::test {

/// The digit network, narrow.
struct DigitCnn {
  nn::Conv2d conv1{1, 4, 3};
  nn::Conv2d conv2{4, 8, 3};
  nn::Linear fc1{200, 16};
  nn::Linear fc2{16, 10};

  Tensor operator()(Tensor x) const {
    x = max_pool2d(relu(conv1(x)), 2);
    x = max_pool2d(relu(conv2(x)), 2);
    return log_softmax(fc2(relu(fc1(flatten(x, 1)))), 1);
  }
};

struct ResidualBlock {
  nn::Conv2d conv1, conv2;
  nn::BatchNorm2d bn1, bn2;
  std::optional<nn::Sequential> downsample;

  ResidualBlock(std::int64_t in, std::int64_t out, std::int64_t stride)
      : conv1(in, out, 3, {.stride = stride, .padding = 1, .bias = false}),
        conv2(out, out, 3, {.padding = 1, .bias = false}),
        bn1(out),
        bn2(out) {
    if (stride != 1 || in != out)
      downsample =
          nn::Sequential{nn::Conv2d{in, out, 1, {.stride = stride, .bias = false}}, nn::BatchNorm2d{out}};
  }
  void visit(auto& v) {
    v("conv1", conv1);
    v("bn1", bn1);
    v("conv2", conv2);
    v("bn2", bn2);
    v("downsample", downsample);
  }
  Tensor operator()(const Tensor& x) const {
    const Tensor y = bn2(conv2(relu(bn1(conv1(x)))));
    return relu(y + (downsample ? (*downsample)(x) : x));
  }
};

struct ResNet {
  nn::Conv2d conv1{3, 4, 3, {.padding = 1, .bias = false}};
  nn::BatchNorm2d bn1{4};
  nn::Sequential layer1{ResidualBlock{4, 4, 1}};
  nn::Sequential layer2{ResidualBlock{4, 8, 2}, ResidualBlock{8, 8, 1}};
  nn::Linear fc{8, 10};

  Tensor operator()(Tensor x) const {
    x = layer2(layer1(max_pool2d(relu(bn1(conv1(x))), 3, {.stride = 2, .padding = 1})));
    return fc(flatten(adaptive_avg_pool2d(x, 1), 1));
  }
};

/// Two layers in both directions; the last step and the last states of the cells decide.
struct SequenceLstm {
  nn::LSTM lstm{6, 8, {.num_layers = 2, .batch_first = true, .bidirectional = true}};
  nn::Linear fc{32, 5};

  Tensor operator()(const Tensor& x) const {
    const auto [y, state] = lstm(x);
    return fc(cat({select(y, 1, -1), select(state.c, 0, -1), select(state.h, 0, 0)}, 1));
  }
};

/// Classifies sequences of 7 tokens.
struct TokenTransformer {
  nn::Embedding tokens{20, 16};
  nn::Parameter positions = nn::init::normal_(empty({7, 16}, float32));
  nn::TransformerEncoder encoder{
      nn::TransformerEncoderLayer{
          16, 4, {.dim_feedforward = 32, .activation = nn::TransformerActivation::gelu, .batch_first = true}},
      2};
  nn::Linear fc{16, 5};

  Tensor operator()(const Tensor& x) const { return fc(mean(encoder(tokens(x) + positions), 1)); }
};

/// Calls f(name, model, example inputs of a batch of 3) for each of them, in evaluation mode.
template <class F>
void for_each_model(F f) {
  Generator generator(7);
  const auto each = [&](const char* name, auto model, const Tensor& x) {
    if (is_floating(x.dtype())) {  // so that running statistics are not what they start as
      const NoGrad guard;
      model(x);
    }
    nn::eval(model);
    f(name, model, x);
  };
  manual_seed(7);
  each("digit_cnn", DigitCnn{}, randn({3, 1, 28, 28}, {}, &generator));
  each("resnet", ResNet{}, randn({3, 3, 16, 16}, {}, &generator));
  each("lstm", SequenceLstm{}, randn({3, 5, 6}, {}, &generator));
  each("transformer", TokenTransformer{}, randint(0, 20, {3, 7}, {.dtype = int64}, &generator));
}

}  // namespace gradus::test
