#pragma once

#include <gradus/gradus.hpp>
#include <optional>

/// The networks of the step rows, written as a user would; `peers/models.hpp` has the same ones.
namespace models {

using namespace gradus;

/// The digit network: images [n, 1, 28, 28].
struct Cnn {
  nn::Conv2d conv1{1, 32, 3};
  nn::Conv2d conv2{32, 64, 3};
  nn::Linear fc1{1600, 128};
  nn::Linear fc2{128, 10};

  Tensor operator()(Tensor x) const {
    x = max_pool2d(relu(conv1(x)), 2);
    x = max_pool2d(relu(conv2(x)), 2);
    return log_softmax(fc2(relu(fc1(flatten(x, 1)))), 1);
  }
  Tensor loss(const Tensor& scores, const Tensor& labels) const { return nll_loss(scores, labels); }
};

/// The [784, 128, 10] perceptron.
struct Mlp {
  nn::Linear hidden{784, 128};
  nn::Linear output{128, 10};

  Tensor operator()(const Tensor& x) const { return output(relu(hidden(flatten(x, 1)))); }
  Tensor loss(const Tensor& scores, const Tensor& labels) const { return cross_entropy(scores, labels); }
};

/// LeNet-5 (LeCun et al. 1998) with tanh and average pooling.
struct LeNet {
  nn::Conv2d conv1{1, 6, 5, {.padding = 2}};
  nn::Conv2d conv2{6, 16, 5};
  nn::Linear fc1{400, 120};
  nn::Linear fc2{120, 84};
  nn::Linear fc3{84, 10};

  Tensor operator()(Tensor x) const {
    x = avg_pool2d(tanh(conv1(x)), 2);
    x = avg_pool2d(tanh(conv2(x)), 2);
    return fc3(tanh(fc2(tanh(fc1(flatten(x, 1))))));
  }
  Tensor loss(const Tensor& scores, const Tensor& labels) const { return cross_entropy(scores, labels); }
};

/// A convolution 3x3 (or 1x1) that keeps the size (or halves it), with batch norm.
struct ConvNorm {
  nn::Conv2d conv;
  nn::BatchNorm2d norm;

  Tensor operator()(const Tensor& x) const { return norm(conv(x)); }
};
inline ConvNorm conv_norm(std::int64_t in, std::int64_t out, std::int64_t kernel = 3,
                          std::int64_t stride = 1) {
  return {nn::Conv2d{in, out, kernel, {.stride = stride, .padding = kernel / 2, .bias = false}},
          nn::BatchNorm2d{out}};
}

/// After Simonyan and Zisserman (2015), for images [n, 3, 32, 32].
struct Vgg {
  ConvNorm conv1 = conv_norm(3, 64);
  ConvNorm conv2 = conv_norm(64, 64);
  ConvNorm conv3 = conv_norm(64, 128);
  ConvNorm conv4 = conv_norm(128, 128);
  ConvNorm conv5 = conv_norm(128, 256);
  ConvNorm conv6 = conv_norm(256, 256);
  nn::Linear fc{4096, 10};

  Tensor operator()(Tensor x) const {
    x = max_pool2d(relu(conv2(relu(conv1(x)))), 2);
    x = max_pool2d(relu(conv4(relu(conv3(x)))), 2);
    x = max_pool2d(relu(conv6(relu(conv5(x)))), 2);
    return fc(flatten(x, 1));
  }
  Tensor loss(const Tensor& scores, const Tensor& labels) const { return cross_entropy(scores, labels); }
};

/// The basic block of He et al. (2016).
struct BasicBlock {
  ConvNorm conv1;
  ConvNorm conv2;
  std::optional<ConvNorm> shortcut;

  Tensor operator()(const Tensor& x) const {
    return relu(conv2(relu(conv1(x))) + (shortcut ? (*shortcut)(x) : x));
  }
};
inline BasicBlock basic_block(std::int64_t in, std::int64_t out, std::int64_t stride) {
  BasicBlock block{conv_norm(in, out, 3, stride), conv_norm(out, out), {}};
  if (stride != 1 || in != out) block.shortcut = conv_norm(in, out, 1, stride);
  return block;
}

/// A small residual network for images [n, 3, 32, 32].
struct ResNet {
  ConvNorm stem = conv_norm(3, 32);
  std::vector<BasicBlock> blocks = {basic_block(32, 32, 1),  basic_block(32, 32, 1),
                                    basic_block(32, 64, 2),  basic_block(64, 64, 1),
                                    basic_block(64, 128, 2), basic_block(128, 128, 1)};
  nn::Linear fc{128, 10};

  Tensor operator()(Tensor x) const {
    x = relu(stem(x));
    for (const BasicBlock& block : blocks) x = block(x);
    return fc(flatten(adaptive_avg_pool2d(x, 1), 1));
  }
  Tensor loss(const Tensor& scores, const Tensor& labels) const { return cross_entropy(scores, labels); }
};

/// Two LSTM layers over the rows of an image [n, 1, 28, 28].
struct Lstm {
  nn::LSTM lstm{28, 128, {.num_layers = 2, .batch_first = true}};
  nn::Linear fc{128, 10};

  Tensor operator()(const Tensor& x) const { return fc(select(lstm(flatten(x, 1, 2)).output, 1, -1)); }
  Tensor loss(const Tensor& scores, const Tensor& labels) const { return cross_entropy(scores, labels); }
};

/// Two layers of a transformer's encoder (Vaswani et al. 2017) over sequences [n, 1, t, 64].
struct Transformer {
  nn::TransformerEncoder encoder{nn::TransformerEncoderLayer{64, 4, {.dim_feedforward = 256}}, 2};
  nn::Linear fc{64, 10};

  Tensor operator()(const Tensor& x) const { return fc(mean(encoder(transpose(flatten(x, 1, 2), 0, 1)), 0)); }
  Tensor loss(const Tensor& scores, const Tensor& labels) const { return cross_entropy(scores, labels); }
};

}  // namespace models
