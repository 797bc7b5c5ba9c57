#pragma once

#include <gradus/gradus.hpp>

/// The models that the trainer offers. Each gives scores [n, 10] of images [n, 1, 28, 28], the class with the
/// highest being its answer and softmax of them its probabilities, and says how scores and labels make a
/// loss.

/// The digit network: two convolutions and two linear layers, 225,034 parameters; dropout before the last if
/// asked for.
struct Cnn {
  gradus::nn::Conv2d conv1{1, 32, 3};
  gradus::nn::Conv2d conv2{32, 64, 3};
  gradus::nn::Linear fc1{1600, 128};
  gradus::nn::Linear fc2{128, 10};
  gradus::nn::Dropout dropout{.p = 0};

  gradus::Tensor operator()(gradus::Tensor x) const {
    x = max_pool2d(relu(conv1(x)), 2);
    x = max_pool2d(relu(conv2(x)), 2);
    return log_softmax(fc2(dropout(relu(fc1(flatten(x, 1))))), 1);
  }
  gradus::Tensor loss(const gradus::Tensor& scores, const gradus::Tensor& labels) const {
    return nll_loss(scores, labels);
  }
};

/// LeNet-5 (LeCun et al. 1998) with tanh and average pooling.
struct LeNet {
  gradus::nn::Conv2d conv1{1, 6, 5, {.padding = 2}};
  gradus::nn::Conv2d conv2{6, 16, 5};
  gradus::nn::Linear fc1{400, 120};
  gradus::nn::Linear fc2{120, 84};
  gradus::nn::Linear fc3{84, 10};

  gradus::Tensor operator()(gradus::Tensor x) const {
    x = avg_pool2d(tanh(conv1(x)), 2);
    x = avg_pool2d(tanh(conv2(x)), 2);
    return fc3(tanh(fc2(tanh(fc1(flatten(x, 1))))));
  }
  gradus::Tensor loss(const gradus::Tensor& scores, const gradus::Tensor& labels) const {
    return cross_entropy(scores, labels);
  }
};

/// The [784, 30, 10] perceptron: sigmoid units, weights from the standard normal distribution, and for each
/// output unit a cross-entropy of its own, summed over the units, whose gradient at the scores is a - y.
struct Mlp {
  gradus::nn::Linear hidden{784, 30};
  gradus::nn::Linear output{30, 10};

  Mlp() {
    for (gradus::Tensor& parameter : gradus::nn::parameters(*this)) gradus::nn::init::normal_(parameter);
  }
  void visit(auto& v) {
    v("hidden", hidden);
    v("output", output);
  }

  gradus::Tensor operator()(const gradus::Tensor& x) const { return output(sigmoid(hidden(flatten(x, 1)))); }
  gradus::Tensor loss(const gradus::Tensor& scores, const gradus::Tensor& labels) const {
    const gradus::Tensor targets = one_hot(labels, 10).to(gradus::float32);
    return bce_with_logits(scores, targets) * 10;  // mean over images, sum over units
  }
};
