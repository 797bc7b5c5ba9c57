// Whole models against PyTorch: loaded by its names, the same outputs, gradients and buffers.
#include <gradus/autograd/ops.hpp>
#include <gradus/nn/nn.hpp>

#include "support/catch.hpp"
#include "support/fixtures.hpp"

namespace gradus::fixtures_test {

namespace {

constexpr nn::LinearOptions in_double{.dtype = float64};

struct DigitCnn {
  nn::Conv2d conv1{1, 3, 3, {.dtype = float64}};
  nn::Conv2d conv2{3, 4, 3, {.dtype = float64}};
  nn::Linear fc1{16, 8, in_double};
  nn::Linear fc2{8, 10, in_double};

  Tensor operator()(Tensor x) const {
    x = max_pool2d(relu(conv1(x)), 2);
    x = max_pool2d(relu(conv2(x)), 2);
    x = relu(fc1(flatten(x, 1)));
    return log_softmax(fc2(x), 1);
  }
};

struct Mlp {
  nn::Linear fc1{6, 5, in_double};
  nn::Linear fc2{5, 4, {.bias = false, .dtype = float64}};
  nn::Linear fc3{4, 3, in_double};

  Tensor operator()(Tensor x) const { return log_softmax(fc3(tanh(fc2(sigmoid(fc1(x))))), 1); }
};

struct NormalisedMlp {
  nn::Linear fc1{4, 5, in_double};
  nn::BatchNorm1d bn1{5, {.dtype = float64}};
  nn::Linear fc2{5, 4, in_double};
  nn::LayerNorm ln1{4, {.dtype = float64}};
  nn::Linear fc3{4, 3, in_double};

  Tensor operator()(Tensor x) const {
    x = relu(bn1(fc1(x)));
    return log_softmax(fc3(ln1(fc2(x))), 1);
  }
};

/// Loads what the fixture calls by the model's names, strictly.
template <class M>
void load(const M& model, const test::Fixture& fixture) {
  nn::StateDict state;
  for (const auto& [name, tensor] : fixture.inputs)
    if (name != "x") state.emplace_back(name, tensor);
  nn::load_state_dict(model, state);
}

template <class M>
void check(const std::string& name) {
  const test::Fixture fixture = test::fixture("layers.json", name);
  CAPTURE(fixture.name);
  M model;
  nn::train(model, fixture.options.flag("training"));
  load(model, fixture);
  Tensor x = fixture.inputs["x"];
  x.requires_grad_();
  const Tensor y = model(x);
  CHECK(test::difference(y.detach(), fixture.outputs["y"]) < 1e-10);
  y.backward(fixture.cotangent);
  CHECK(test::difference(x.grad(), fixture.grads["x"]) < 1e-10);
  for (const auto& [path, parameter] : nn::named_parameters(model)) {
    CAPTURE(path);
    CHECK(test::difference(parameter.grad(), fixture.grads[path]) < 1e-10);
  }
  CHECK(fixture.grads.size() == nn::parameters(model).size() + 1);
  for (const auto& [path, buffer] : nn::named_buffers(model)) {
    CAPTURE(path);
    CHECK(test::difference(buffer, fixture.outputs[path]) < 1e-10);
  }
  CHECK(fixture.outputs.size() == nn::buffers(model).size() + 1);
}

}  // namespace

TEST_CASE("a digit CNN agrees with PyTorch", "[nn][fixtures]") { check<DigitCnn>("digit_cnn/eval"); }

TEST_CASE("a multilayer perceptron agrees with PyTorch", "[nn][fixtures]") { check<Mlp>("mlp/eval"); }

TEST_CASE("a normalised perceptron agrees with PyTorch in both modes", "[nn][fixtures]") {
  check<NormalisedMlp>("normalised_mlp/train");
  check<NormalisedMlp>("normalised_mlp/eval");
}

}  // namespace gradus::fixtures_test
