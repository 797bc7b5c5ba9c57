#include <gradus/nn/checkpoint.hpp>

#include <gradus/autograd/backward.hpp>
#include <gradus/autograd/derivatives.hpp>
#include <gradus/autograd/ops.hpp>
#include <gradus/nn/activation.hpp>
#include <gradus/nn/batch_norm.hpp>
#include <gradus/nn/dropout.hpp>
#include <gradus/nn/hooks.hpp>
#include <gradus/nn/linear.hpp>
#include <gradus/nn/state.hpp>

#include "support/catch.hpp"

namespace gradus::checkpoint_test {

namespace {

using Values = std::vector<float>;

nn::Sequential layers() {
  return {nn::Linear{3, 4}, nn::BatchNorm1d{4}, nn::ReLU{}, nn::Dropout{0.3}, nn::Linear{4, 2}, nn::Tanh{}};
}

struct Inner {
  nn::Linear fc{2, 2};
  nn::Tanh act;
  Tensor operator()(const Tensor& x) const { return act(fc(x)); }
};

struct Net {
  Inner inner;
  nn::Linear last{2, 1};
  Tensor operator()(const Tensor& x) const { return last(checkpoint(inner, x)); }
};

/// All gradients and buffers after a training step whose forward is `forward(net, x)`.
template <class F>
std::vector<Values> step(const nn::Sequential& original, F forward) {
  const nn::Sequential net = nn::clone(original);
  Tensor x = arange(0, 15, 1, {.dtype = float32, .requires_grad = true});
  manual_seed(11);
  sum(square(forward(net, reshape(x, {5, 3})))).backward();
  std::vector<Values> found{x.grad().to_vector<float>()};
  for (const Tensor& p : nn::parameters(net)) found.push_back(p.grad().to_vector<float>());
  for (const Tensor& b : nn::buffers(net)) found.push_back(b.to(float32).to_vector<float>());
  return found;
}

}  // namespace

TEST_CASE("segments of a Sequential give the same bits as the whole, random numbers and buffers too",
          "[nn][checkpoint]") {
  const nn::Sequential net = layers();
  const auto wanted = step(net, [](const auto& f, const Tensor& x) { return f(x); });
  for (std::int64_t segments = 1; segments <= 6; ++segments) {
    CAPTURE(segments);
    CHECK(step(net, [&](const auto& f, const Tensor& x) { return checkpoint(f, segments, x); }) == wanted);
  }
  CHECK(step(net, [](const auto& f, const Tensor& x) { return checkpoint(f, x); }) == wanted);
}

TEST_CASE("layers of a checkpoint are called again in backward, those of the last segment not",
          "[nn][checkpoint]") {
  const nn::Sequential net{nn::Linear{2, 2}, nn::ReLU{}, nn::Linear{2, 2}};
  int calls = 0;
  const nn::Observer count([&](const nn::Call& call) { calls += call.type == typeid(nn::Linear) ? 1 : 0; });
  const Tensor y = sum(checkpoint(net, 3, ones({1, 2})));
  CHECK(calls == 2);
  y.backward();
  CHECK(calls == 3);
}

TEST_CASE("hooks see both calls of a checkpoint, and may change what they give", "[nn][checkpoint][hooks]") {
  const Net net;
  const nn::Sequential layers{net.inner.fc, net.inner.act, net.last};
  int forward = 0, backward = 0;
  const auto gradient = [&](const auto& fc, const auto& call) {
    const nn::ForwardHook squared(fc, [&](const Tensor&, const Tensor& y) { return ++forward, square(y); });
    const nn::BackwardHook tripled(fc, [&](const Tensor& g) { return ++backward, 3 * g; });
    nn::zero_grad(net);
    sum(call(ones({4, 2}))).backward();
    return net.inner.fc.weight.grad().template to_vector<float>();
  };
  const Values wanted = gradient(net.inner.fc, [&](const Tensor& x) { return net.last(net.inner(x)); });
  CHECK((forward == 1 && backward == 1));
  CHECK(gradient(net.inner.fc, net) == wanted);
  CHECK((forward == 3 && backward == 2));
  CHECK(gradient(net.inner.fc, [&](const Tensor& x) { return checkpoint(net, x); }) == wanted);  // two deep
  CHECK((forward == 6 && backward == 3));
  CHECK(gradient(*layers[0].as<nn::Linear>(), [&](const Tensor& x) { return checkpoint(layers, 2, x); }) ==
        wanted);
  CHECK((forward == 8 && backward == 4));
}

TEST_CASE("the second call is in the mode of the first", "[nn][checkpoint]") {
  nn::Dropout layer{0.5};
  const Tensor x = ones({20}, {.requires_grad = true});
  const Tensor y = checkpoint(layer, x);
  nn::eval(layer);
  sum(y).backward();
  CHECK(x.grad().to_vector<float>() == y.to_vector<float>());
}

TEST_CASE("segments are refused unless there are layers for them", "[nn][checkpoint][error]") {
  using Catch::Matchers::Contains;
  const nn::Sequential net = layers();
  CHECK_THROWS_WITH(checkpoint(net, 0, ones({2, 3})),
                    Contains("checkpoint: 0 segments of 6 layers; needs 1 to 6"));
  CHECK_THROWS_WITH(checkpoint(net, 7, ones({2, 3})), Contains("7 segments"));
}

TEST_CASE("derivative tools take models", "[nn][derivatives]") {
  const nn::Sequential net{nn::Linear{2, 3, {.dtype = float64}}, nn::Tanh{},
                           nn::Linear{3, 1, {.dtype = float64}}};
  const Tensor x = tensor({{0.5, -1}}, {.dtype = float64});
  CHECK(jacobian(net, x).shape() == Shape{1, 1, 1, 2});
  const auto loss = [&] { return sum(square(net(x))); };
  const std::vector<Tensor> parameters = nn::parameters(net);
  const DerivativeTable table = hessian(loss, parameters);
  std::vector<Tensor> direction;
  for (const Tensor& p : parameters) direction.push_back(ones(p.shape(), {.dtype = float64}));
  const std::vector<Tensor> products = hvp(loss, parameters, direction).products;
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    double wanted = 0;  // of the product's sum
    for (std::size_t j = 0; j < parameters.size(); ++j) wanted += sum(table[i][j]).item<double>();
    CHECK(std::abs(sum(products[i]).item<double>() - wanted) < 1e-12);
  }
}

}  // namespace gradus::checkpoint_test
