// BatchNorm, LayerNorm and Dropout: what depends on the mode of the model.
#include <algorithm>
#include <cmath>

#include <gradus/autograd/ops.hpp>
#include <gradus/nn/nn.hpp>

#include "support/catch.hpp"
#include "support/fixtures.hpp"

namespace gradus::norms_test {

namespace {

std::vector<std::string> names(const nn::StateDict& state) {
  std::vector<std::string> names;
  for (const auto& [name, tensor] : state) names.push_back(name);
  return names;
}

Tensor points(const Shape& shape) {
  Generator generator(5);
  return randn(shape, {.dtype = float64}, &generator);
}

template <class L>
void check_gradients(L layer, const std::vector<Tensor>& inputs) {
  for (const bool training : {true, false}) {
    nn::train(layer, training);
    CAPTURE(nn::to_string(layer), training);
    CHECK(gradcheck(layer, inputs));
    CHECK(gradgradcheck(layer, inputs));
  }
}

}  // namespace

TEST_CASE("batch norm holds PyTorch's tensors in PyTorch's order", "[nn][norm]") {
  const nn::BatchNorm2d layer{4};
  CHECK(names(nn::state_dict(layer)) ==
        std::vector<std::string>{"weight", "bias", "running_mean", "running_var", "num_batches_tracked"});
  CHECK(nn::parameters(layer).size() == 2);
  CHECK(nn::buffers(layer).size() == 3);
  CHECK(layer.num_batches_tracked.dtype() == int64);
  CHECK(nn::state_dict(nn::BatchNorm1d{4, {.affine = false, .track_running_stats = false}}).empty());
  CHECK(nn::to_string(layer) ==
        "BatchNorm2d(4, eps=1e-05, momentum=0.1, affine=true, track_running_stats=true)");
}

TEST_CASE("batch norm tracks statistics in training only", "[nn][norm]") {
  nn::BatchNorm1d layer{1, {.dtype = float64}};
  const Tensor x = tensor({{1}, {3}, {5}}, {.dtype = float64});  // mean 3, variance 8/3, unbiased 4
  const Tensor y = layer(x);
  CHECK(test::difference(sum(y.detach()), zeros({}, {.dtype = float64})) < 1e-12);
  CHECK(test::difference(layer.running_mean, tensor({0.3}, {.dtype = float64})) < 1e-15);
  CHECK(test::difference(layer.running_var, tensor({0.9 + 0.4}, {.dtype = float64})) < 1e-15);
  CHECK(layer.num_batches_tracked.item<std::int64_t>() == 1);
  nn::eval(layer);
  const Tensor z = layer(x);
  CHECK(layer.num_batches_tracked.item<std::int64_t>() == 1);
  CHECK(test::difference(z.detach(), (x - 0.3) / std::sqrt(1.3 + 1e-5)) < 1e-12);
}

TEST_CASE("without momentum, running statistics are averages over all batches", "[nn][norm]") {
  const nn::BatchNorm1d layer{1, {.momentum = std::nullopt, .dtype = float64}};
  layer(tensor({{1}, {3}}, {.dtype = float64}));
  layer(tensor({{4}, {8}}, {.dtype = float64}));
  layer(tensor({{0}, {2}}, {.dtype = float64}));
  CHECK(test::difference(layer.running_mean, tensor({3}, {.dtype = float64})) < 1e-14);
  CHECK(test::difference(layer.running_var, tensor({4}, {.dtype = float64})) < 1e-14);  // (2 + 8 + 2) / 3
}

TEST_CASE("without running statistics, those of the batch serve in evaluation too", "[nn][norm]") {
  nn::BatchNorm1d layer{2, {.track_running_stats = false, .dtype = float64}};
  const Tensor x = points({5, 2});
  const Tensor trained = layer(x).detach();
  nn::eval(layer);
  CHECK(test::difference(layer(x).detach(), trained) == 0);
}

TEST_CASE("batch norm refuses another rank", "[nn][norm][error]") {
  CHECK_THROWS_WITH(nn::BatchNorm2d{3}(zeros({2, 3})),
                    Catch::Matchers::Contains("BatchNorm2d: input is [2, 3]; needs [n, 3, h, w]"));
  CHECK_THROWS_AS(nn::BatchNorm1d{3}(zeros({2, 3, 4, 5})), ShapeError);
  CHECK_THROWS_AS((nn::BatchNorm1d{3, {.momentum = 1.5}}), ValueError);
}

TEST_CASE("layer norm holds weights of the normalised shape", "[nn][norm]") {
  const nn::LayerNorm layer{{3, 4}};
  CHECK(layer.weight.shape() == Shape{3, 4});
  CHECK(layer.bias.shape() == Shape{3, 4});
  CHECK(nn::parameters(nn::LayerNorm{4, {.elementwise_affine = false}}).empty());
  CHECK(nn::to_string(nn::LayerNorm{4}) == "LayerNorm([4], eps=1e-05, elementwise_affine=true)");
}

TEST_CASE("dropout drops in training and passes through in evaluation", "[nn][dropout]") {
  nn::Sequential model{nn::Dropout{0.5}};
  const Tensor x = ones({1000});
  const std::vector<float> y = model(x).to_vector<float>();
  const auto zeroes = std::count(y.begin(), y.end(), 0.0F);
  CHECK(zeroes > 400);
  CHECK(zeroes < 600);
  CHECK(std::count(y.begin(), y.end(), 2.0F) == 1000 - zeroes);
  nn::eval(model);
  CHECK(model(x).to_vector<float>() == x.to_vector<float>());
  CHECK(nn::to_string(nn::Dropout{0.25}) == "Dropout(p=0.25)");
}

TEST_CASE("gradients of normalisations and dropout agree with differences in both modes",
          "[nn][norm][gradient]") {
  check_gradients(nn::BatchNorm1d{2}, {points({4, 2})});
  check_gradients(nn::BatchNorm1d{2, {.affine = false}}, {points({3, 2, 2})});
  check_gradients(nn::BatchNorm2d{2}, {points({2, 2, 2, 2})});
  check_gradients(nn::LayerNorm{4}, {points({3, 4})});
  check_gradients(nn::LayerNorm{{2, 3}, {.elementwise_affine = false}}, {points({2, 2, 3})});
  check_gradients(nn::Dropout{0.4}, {points({4, 5})});
}

}  // namespace gradus::norms_test
