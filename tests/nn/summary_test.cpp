#include <gradus/nn/summary.hpp>

#include <gradus/autograd/ops/activation.hpp>
#include <gradus/autograd/ops/arithmetic.hpp>
#include <gradus/autograd/ops/create.hpp>
#include <gradus/autograd/ops/max_pool2d.hpp>
#include <gradus/autograd/ops/random.hpp>
#include <gradus/autograd/ops/view.hpp>
#include <gradus/nn/activation.hpp>
#include <gradus/nn/conv2d.hpp>
#include <gradus/nn/embedding.hpp>
#include <gradus/nn/linear.hpp>
#include <gradus/nn/sequential.hpp>

#include "support/catch.hpp"

namespace gradus::summary_test {

namespace {

struct DigitNet {
  nn::Conv2d conv1{1, 32, 3};
  nn::Conv2d conv2{32, 64, 3};
  nn::Linear fc1{1600, 128};
  nn::Linear fc2{128, 10};

  Tensor operator()(Tensor x) const {
    x = max_pool2d(relu(conv1(x)), 2);
    x = max_pool2d(relu(conv2(x)), 2);
    return fc2(relu(fc1(flatten(x, 1))));
  }
};

}  // namespace

TEST_CASE("summary lists shapes, parameters and work of a plain struct", "[nn][summary]") {
  const DigitNet net;
  const nn::Summary summary = nn::summary(net, {1, 1, 28, 28});
  CHECK(summary.text() ==
        "Layer            Output           Parameters      FLOPs\n"
        "-------------------------------------------------------\n"
        "DigitNet         [1, 10]                               \n"
        "  conv1: Conv2d  [1, 32, 26, 26]         320    389,376\n"
        "  conv2: Conv2d  [1, 64, 11, 11]      18,496  4,460,544\n"
        "  fc1: Linear    [1, 128]            204,928    409,600\n"
        "  fc2: Linear    [1, 10]               1,290      2,560\n"
        "-------------------------------------------------------\n"
        "Total                                225,034  5,262,080\n"
        "225,034 trainable parameters, 0 frozen, 0 elements in buffers\n");
  CHECK(fmt::format("{}", summary) == summary.text());
}

TEST_CASE("summary leaves the model and the random numbers as they were", "[nn][summary]") {
  struct Noisy {
    nn::Linear fc{2, 2};
    nn::Training training;
    nn::Buffer seen = zeros({1});
    mutable bool trained_in_summary = false;
    Tensor operator()(const Tensor& x) const {
      Tensor count = seen;
      count += 1.0;
      if (training) trained_in_summary = true;
      return fc(x) + rand({2});
    }
  };
  Noisy net;
  const Generator::State random = default_generator().state();
  const nn::Summary summary = nn::summary(net, {3, 2});
  CHECK(summary.rows[0].output == Shape{3, 2});
  CHECK(default_generator().state() == random);
  CHECK(net.training);
  CHECK(net.seen.item<float>() == 0);
  CHECK_FALSE(net.fc.weight.grad().defined());
  CHECK_FALSE(nn::Observer::any());
}

TEST_CASE("a layer called twice, one never called, and a weight used twice", "[nn][summary]") {
  struct Net {
    nn::Linear a{2, 2};
    nn::Linear tied{2, 2, {.bias = false}};
    nn::Linear unused{4, 4};
    nn::Sequential seq{nn::ReLU{}, [](const Tensor& x) { return x; }};
    Tensor operator()(const Tensor& x) const { return seq(tied(a(a(x)))); }
  };
  Net net;
  net.tied.weight = net.a.weight;
  nn::freeze(net.unused);
  const nn::Summary summary = nn::summary(net, {5, 2});
  REQUIRE(summary.rows.size() == 7);
  CHECK(summary.rows[1].path == "a");
  CHECK(summary.rows[1].calls == 2);
  CHECK(summary.rows[1].parameters == 6);
  CHECK(summary.rows[1].flops == 2 * 2 * 5 * 2 * 2);
  CHECK(summary.rows[2].parameters == 0);
  CHECK(summary.rows[2].flops == 2 * 5 * 2 * 2);
  CHECK(summary.rows[3].calls == 0);
  CHECK(summary.rows[4].calls == 1);  // the Sequential
  CHECK(summary.rows[5].calls == 1);  // a layer that tells of its calls
  CHECK(summary.rows[6].calls == 1);  // a lambda, which does not
  CHECK(summary.parameters == 6 + 20);
  CHECK(summary.trainable == 6);
  CHECK(summary.flops == 3 * 2 * 5 * 2 * 2);
}

TEST_CASE("summary takes other dtypes and models of several inputs", "[nn][summary]") {
  const nn::Sequential words{nn::Embedding{10, 4}, nn::Linear{4, 2, {.bias = false}}};
  CHECK(nn::summary(words, {3, 5}, {.dtype = int64}).rows[0].output == Shape{3, 5, 2});

  struct Two {
    nn::Linear a{2, 3, {.dtype = float64}};
    Tensor operator()(const Tensor& x, const Tensor& y) const { return a(x) * y; }
  };
  const nn::Summary summary = nn::summary(Two{}, [](const Two& net) {
    return net(ones({4, 2}, {.dtype = float64}), ones({3}, {.dtype = float64}));
  });
  CHECK(summary.rows[0].output == Shape{4, 3});
}

TEST_CASE("a transposed convolution counts a multiplication per input element and weight", "[nn][summary]") {
  const nn::ConvTranspose2d layer{4, 6, 3, {.stride = 2}};
  CHECK(nn::summary(layer, {1, 4, 5, 5}).flops == 2 * (4 * 5 * 5) * 6 * 3 * 3);
  const nn::Conv2d grouped{4, 6, 3, {.groups = 2}};
  CHECK(nn::summary(grouped, {1, 4, 5, 5}).flops == 2 * (6 * 3 * 3) * 2 * 3 * 3);
}

TEST_CASE("observers see each call once, inner layers first, and may replace the result", "[nn][observe]") {
  const nn::Sequential model{nn::Linear{2, 2}, [](const Tensor& x) { return x * 2; }};
  std::vector<const std::type_info*> seen;
  const nn::Observer observer([&](nn::Call& call) {
    seen.push_back(&call.type);
    if (call.type == typeid(nn::Linear)) call.output = ones({1, 2});
  });
  CHECK(model(zeros({1, 2})).to_vector<float>() == std::vector<float>{2, 2});
  REQUIRE(seen.size() == 3);
  CHECK(*seen[0] == typeid(nn::Linear));
  CHECK(*seen[2] == typeid(nn::Sequential));
}

}  // namespace gradus::summary_test
