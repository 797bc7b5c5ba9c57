#include <gradus/nn/output_shape.hpp>

#include <gradus/autograd/ops/arithmetic.hpp>
#include <gradus/autograd/ops/create.hpp>
#include <gradus/autograd/ops/pointwise.hpp>
#include <gradus/autograd/ops/random.hpp>
#include <gradus/autograd/ops/reduce.hpp>
#include <gradus/nn/activation.hpp>
#include <gradus/nn/batch_norm.hpp>
#include <gradus/nn/conv2d.hpp>
#include <gradus/nn/embedding.hpp>
#include <gradus/nn/flatten.hpp>
#include <gradus/nn/linear.hpp>
#include <gradus/nn/max_pool2d.hpp>
#include <gradus/nn/rnn.hpp>
#include <gradus/nn/sequential.hpp>
#include <gradus/nn/state.hpp>

#include "support/catch.hpp"

namespace gradus::output_shape_test {

namespace {

/// No size of the classifier is written down.
struct Net {
  std::int64_t side = 28;
  nn::Sequential features{nn::Conv2d{1, 4, 3}, nn::BatchNorm2d{4}, nn::ReLU{}, nn::MaxPool2d{2},
                          nn::Flatten{}};
  nn::Linear hidden{nn::output_shape(features, {1, 1, side, side}).back(), 8};
  nn::Linear classes{8, 10};

  Tensor operator()(const Tensor& x) const { return classes(hidden(features(x))); }
};

}  // namespace

TEST_CASE("a layer is given the size of what those before it make", "[nn][output_shape]") {
  const Net net;
  CHECK(net.hidden.weight.shape() == Shape{8, 4 * 13 * 13});
  CHECK(Net{.side = 12}.hidden.weight.shape() == Shape{8, 4 * 5 * 5});
  CHECK(nn::output_shape(net, {5, 1, 28, 28}) == Shape{5, 10});
  CHECK(nn::summary(net, {1, 1, 28, 28}).parameters == 40 + 8 + 8 * 676 + 8 + 90);
  CHECK(nn::named_parameters(net)[4].first == "hidden.weight");

  Net other;
  nn::load_state_dict(other, nn::state_dict(net));
  CHECK(sum(abs(other.hidden.weight - net.hidden.weight)).item<float>() == 0);
}

TEST_CASE("asking for a shape changes nothing", "[nn][output_shape]") {
  struct Noisy {
    nn::BatchNorm2d norm{2};
    Tensor operator()(const Tensor& x) const { return norm(x) + rand({2, 1, 1}); }
  };
  const Noisy model;
  const Generator::State random = default_generator().state();
  const auto trained = [](Noisy& copy) {
    nn::train(copy);
    return copy(ones({3, 2, 4, 4}));
  };
  CHECK(nn::output_shape(model, trained) == Shape{3, 2, 4, 4});
  CHECK(nn::output_shape(model, {1, 2, 3, 3}) == Shape{1, 2, 3, 3});
  CHECK(default_generator().state() == random);
  CHECK(model.norm.training);
  CHECK(sum(model.norm.running_mean).item<float>() == 0);
}

TEST_CASE("shapes of models with other inputs and results", "[nn][output_shape]") {
  const nn::Embedding words{7, 3};
  CHECK(nn::output_shape(words, {2, 5}, {.dtype = int64}) == Shape{2, 5, 3});
  const nn::LSTM lstm{3, 4, {.bidirectional = true}};
  const auto last = [](const nn::LSTM& layer) { return layer(zeros({6, 2, 3})).output; };
  CHECK(nn::output_shape(lstm, last) == Shape{6, 2, 8});
  CHECK_THROWS_AS(nn::output_shape(nn::Linear{3, 4}, {2, 5}), ShapeError);
}

}  // namespace gradus::output_shape_test
