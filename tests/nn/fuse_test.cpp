#include <gradus/nn/fuse.hpp>

#include <string>
#include <tuple>

#include <gradus/autograd/ops.hpp>
#include <gradus/nn/init.hpp>
#include <gradus/nn/module.hpp>

#include "support/catch.hpp"
#include "support/fixtures.hpp"

namespace gradus::fuse_test {
using Catch::Matchers::Contains;

namespace {

constexpr TensorOptions f64{.dtype = float64};

/// A norm in evaluation with numbers as after a training.
template <class Norm>
Norm trained(std::int64_t channels, nn::BatchNormOptions options) {
  options.dtype = float64;
  Norm norm(channels, options);
  Generator generator(7);
  nn::init::normal_(norm.running_mean, 0, 2, &generator);
  nn::init::uniform_(norm.running_var, 0.1, 3, &generator);
  if (norm.weight.defined()) {
    nn::init::normal_(norm.weight, 0, 1, &generator);
    nn::init::normal_(norm.bias, 0, 1, &generator);
  }
  nn::eval(norm);
  return norm;
}

/// Compares the two layers with the one, for every kind of norm, and the two with what they were.
template <class Norm, class L>
void check_fused(const L& layer, const Tensor& x, std::int64_t channels) {
  for (const nn::BatchNormOptions& options :
       {nn::BatchNormOptions{}, nn::BatchNormOptions{.eps = 0.5, .affine = false}}) {
    const Norm norm = trained<Norm>(channels, options);
    CAPTURE(layer.describe(), norm.describe());
    const Tensor before = norm(layer(x)).detach();
    const L one = nn::fuse(layer, norm);
    CHECK(test::difference(one(x).detach(), before) < 1e-12);
    CHECK(test::difference(norm(layer(x)).detach(), before) == 0);
    CHECK(test::difference(layer(x).detach(), before) > 1e-3);
    CHECK_FALSE(one.weight.shares_storage(layer.weight));
    CHECK(one.bias.defined());
    CHECK(one.describe().find("bias=false") == std::string::npos);
    CHECK((one.weight.is_leaf() && one.weight.requires_grad() && one.bias.requires_grad()));
  }
}

Tensor input(const Shape& shape) {
  Generator generator(8);
  return randn(shape, f64, &generator);
}

}  // namespace

TEST_CASE("a convolution and the batch norm behind it become one", "[nn][fuse]") {
  for (const bool bias : {true, false}) {
    check_fused<nn::BatchNorm1d>(nn::Conv1d{3, 4, 3, {.padding = 1, .bias = bias, .dtype = float64}},
                                 input({2, 3, 7}), 4);
    check_fused<nn::BatchNorm2d>(
        nn::Conv2d{4, 6, 3, {.stride = 2, .groups = 2, .bias = bias, .dtype = float64}}, input({2, 4, 7, 6}),
        6);
    check_fused<nn::BatchNorm2d>(
        nn::Conv2d{2, 3, 3, {.padding = 1, .bias = bias, .dtype = float64, .padding_mode = PadMode::reflect}},
        input({2, 2, 5, 6}), 3);
    check_fused<nn::BatchNorm3d>(nn::Conv3d{2, 3, 2, {.bias = bias, .dtype = float64}},
                                 input({2, 2, 3, 4, 3}), 3);
  }
}

TEST_CASE("a linear layer and the batch norm behind it become one", "[nn][fuse]") {
  for (const bool bias : {true, false})
    check_fused<nn::BatchNorm1d>(nn::Linear{5, 3, {.bias = bias, .dtype = float64}}, input({6, 5}), 3);
}

TEST_CASE("a fused layer learns if its weight did", "[nn][fuse]") {
  nn::Linear layer{2, 3};
  nn::BatchNorm1d norm{3};
  nn::eval(norm);
  nn::freeze(layer);
  const nn::Linear frozen = nn::fuse(layer, norm);
  CHECK_FALSE(frozen.weight.requires_grad());
  CHECK_FALSE(frozen.bias.requires_grad());
  nn::unfreeze(layer);
  const nn::Linear fused = nn::fuse(layer, norm);
  sum(fused(ones({1, 2}))).backward();
  CHECK(fused.weight.grad().defined());
  CHECK_FALSE(layer.weight.grad().defined());
}

TEST_CASE("fuse says why two layers cannot be one", "[nn][fuse][error]") {
  const nn::Conv2d conv{2, 3, 1};
  nn::BatchNorm2d norm{3}, other{4}, by_batch{3, {.track_running_stats = false}}, wide{3, {.dtype = float64}};
  CHECK_THROWS_AS(nn::fuse(conv, norm), ValueError);
  CHECK_THROWS_WITH(nn::fuse(conv, norm), Contains("fuse: the batch norm is in training"));
  for (nn::BatchNorm2d* each : {&norm, &other, &by_batch, &wide}) nn::eval(*each);
  CHECK_NOTHROW(nn::fuse(conv, norm));
  CHECK_THROWS_AS(nn::fuse(conv, other), ShapeError);
  CHECK_THROWS_WITH(nn::fuse(conv, other),
                    Contains("fuse: the layer gives 3 channels, the batch norm takes 4"));
  CHECK_THROWS_AS(nn::fuse(conv, by_batch), ValueError);
  CHECK_THROWS_WITH(nn::fuse(conv, by_batch), Contains("fuse: the batch norm has no running statistics"));
  CHECK_THROWS_AS(nn::fuse(conv, wide), DTypeError);
  CHECK_THROWS_WITH(nn::fuse(conv, wide), Contains("fuse: the layer is float32, the batch norm float64"));
}

}  // namespace gradus::fuse_test
