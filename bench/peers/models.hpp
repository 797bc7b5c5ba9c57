#pragma once

#include <torch/torch.h>

/// The networks of `ours/models.hpp` for libtorch.
namespace models {

using torch::Tensor;
namespace nn = torch::nn;

struct Cnn : nn::Module {
  nn::Conv2d conv1 = register_module("conv1", nn::Conv2d(nn::Conv2dOptions(1, 32, 3)));
  nn::Conv2d conv2 = register_module("conv2", nn::Conv2d(nn::Conv2dOptions(32, 64, 3)));
  nn::Linear fc1 = register_module("fc1", nn::Linear(1600, 128));
  nn::Linear fc2 = register_module("fc2", nn::Linear(128, 10));

  Tensor operator()(Tensor x) {
    x = torch::max_pool2d(torch::relu(conv1(x)), 2);
    x = torch::max_pool2d(torch::relu(conv2(x)), 2);
    return torch::log_softmax(fc2(torch::relu(fc1(torch::flatten(x, 1)))), 1);
  }
  Tensor loss(const Tensor& scores, const Tensor& labels) { return torch::nll_loss(scores, labels); }
};

struct Mlp : nn::Module {
  nn::Linear hidden = register_module("hidden", nn::Linear(784, 128));
  nn::Linear output = register_module("output", nn::Linear(128, 10));

  Tensor operator()(const Tensor& x) { return output(torch::relu(hidden(torch::flatten(x, 1)))); }
  Tensor loss(const Tensor& scores, const Tensor& labels) {
    return torch::cross_entropy_loss(scores, labels);
  }
};

struct LeNet : nn::Module {
  nn::Conv2d conv1 = register_module("conv1", nn::Conv2d(nn::Conv2dOptions(1, 6, 5).padding(2)));
  nn::Conv2d conv2 = register_module("conv2", nn::Conv2d(nn::Conv2dOptions(6, 16, 5)));
  nn::Linear fc1 = register_module("fc1", nn::Linear(400, 120));
  nn::Linear fc2 = register_module("fc2", nn::Linear(120, 84));
  nn::Linear fc3 = register_module("fc3", nn::Linear(84, 10));

  Tensor operator()(Tensor x) {
    x = torch::avg_pool2d(torch::tanh(conv1(x)), 2);
    x = torch::avg_pool2d(torch::tanh(conv2(x)), 2);
    return fc3(torch::tanh(fc2(torch::tanh(fc1(torch::flatten(x, 1))))));
  }
  Tensor loss(const Tensor& scores, const Tensor& labels) {
    return torch::cross_entropy_loss(scores, labels);
  }
};

struct ConvNormImpl : nn::Module {
  ConvNormImpl(std::int64_t in, std::int64_t out, std::int64_t kernel = 3, std::int64_t stride = 1)
      : conv(register_module(
            "conv",
            nn::Conv2d(nn::Conv2dOptions(in, out, kernel).stride(stride).padding(kernel / 2).bias(false)))),
        norm(register_module("norm", nn::BatchNorm2d(out))) {}

  Tensor forward(const Tensor& x) { return norm(conv(x)); }

  nn::Conv2d conv;
  nn::BatchNorm2d norm;
};
TORCH_MODULE(ConvNorm);

struct Vgg : nn::Module {
  ConvNorm conv1 = register_module("conv1", ConvNorm(3, 64));
  ConvNorm conv2 = register_module("conv2", ConvNorm(64, 64));
  ConvNorm conv3 = register_module("conv3", ConvNorm(64, 128));
  ConvNorm conv4 = register_module("conv4", ConvNorm(128, 128));
  ConvNorm conv5 = register_module("conv5", ConvNorm(128, 256));
  ConvNorm conv6 = register_module("conv6", ConvNorm(256, 256));
  nn::Linear fc = register_module("fc", nn::Linear(4096, 10));

  Tensor operator()(Tensor x) {
    x = torch::max_pool2d(torch::relu(conv2(torch::relu(conv1(x)))), 2);
    x = torch::max_pool2d(torch::relu(conv4(torch::relu(conv3(x)))), 2);
    x = torch::max_pool2d(torch::relu(conv6(torch::relu(conv5(x)))), 2);
    return fc(torch::flatten(x, 1));
  }
  Tensor loss(const Tensor& scores, const Tensor& labels) {
    return torch::cross_entropy_loss(scores, labels);
  }
};

struct BasicBlockImpl : nn::Module {
  BasicBlockImpl(std::int64_t in, std::int64_t out, std::int64_t stride)
      : conv1(register_module("conv1", ConvNorm(in, out, 3, stride))),
        conv2(register_module("conv2", ConvNorm(out, out))) {
    if (stride != 1 || in != out) shortcut = register_module("shortcut", ConvNorm(in, out, 1, stride));
  }

  Tensor forward(const Tensor& x) {
    return torch::relu(conv2(torch::relu(conv1(x))) + (shortcut ? shortcut(x) : x));
  }

  ConvNorm conv1, conv2;
  ConvNorm shortcut = nullptr;
};
TORCH_MODULE(BasicBlock);

struct ResNet : nn::Module {
  ConvNorm stem = register_module("stem", ConvNorm(3, 32));
  nn::Sequential blocks = register_module(
      "blocks", nn::Sequential(BasicBlock(32, 32, 1), BasicBlock(32, 32, 1), BasicBlock(32, 64, 2),
                               BasicBlock(64, 64, 1), BasicBlock(64, 128, 2), BasicBlock(128, 128, 1)));
  nn::Linear fc = register_module("fc", nn::Linear(128, 10));

  Tensor operator()(Tensor x) {
    x = blocks->forward(torch::relu(stem(x)));
    return fc(torch::flatten(torch::adaptive_avg_pool2d(x, {1, 1}), 1));
  }
  Tensor loss(const Tensor& scores, const Tensor& labels) {
    return torch::cross_entropy_loss(scores, labels);
  }
};

struct Lstm : nn::Module {
  nn::LSTM lstm = register_module("lstm", nn::LSTM(nn::LSTMOptions(28, 128).num_layers(2).batch_first(true)));
  nn::Linear fc = register_module("fc", nn::Linear(128, 10));

  Tensor operator()(const Tensor& x) {
    return fc(std::get<0>(lstm->forward(torch::flatten(x, 1, 2))).select(1, -1));
  }
  Tensor loss(const Tensor& scores, const Tensor& labels) {
    return torch::cross_entropy_loss(scores, labels);
  }
};

struct Transformer : nn::Module {
  nn::TransformerEncoder encoder = register_module(
      "encoder",
      nn::TransformerEncoder(
          nn::TransformerEncoderLayer(nn::TransformerEncoderLayerOptions(64, 4).dim_feedforward(256)), 2));
  nn::Linear fc = register_module("fc", nn::Linear(64, 10));

  Tensor operator()(const Tensor& x) {
    return fc(encoder->forward(torch::flatten(x, 1, 2).transpose(0, 1)).mean(0));
  }
  Tensor loss(const Tensor& scores, const Tensor& labels) {
    return torch::cross_entropy_loss(scores, labels);
  }
};

}  // namespace models
