#include "support/catch.hpp"

#include <gradus/autograd/backward.hpp>
#include <gradus/autograd/gradcheck.hpp>
#include <gradus/autograd/kernels/parallel.hpp>
#include <gradus/autograd/ops.hpp>

#include "support/fixtures.hpp"

namespace gradus::layer_norm_test {
using Catch::Matchers::Contains;
using test::difference;

namespace {

const TensorOptions f64{.dtype = float64};
const TensorOptions leaf{.dtype = float64, .requires_grad = true};

}  // namespace

TEST_CASE("layer_norm agrees with PyTorch", "[autograd][ops][norm]") {
  for (const test::Fixture& f : test::fixtures("nn_ops.json", "layer_norm")) {
    CAPTURE(f.name);
    Tensor x = f.inputs["x"], weight = f.inputs.find("weight"), bias = f.inputs.find("bias");
    x.requires_grad_();
    if (weight.defined()) weight.requires_grad_();
    if (bias.defined()) bias.requires_grad_();
    const Tensor y =
        layer_norm(x, f.options.integers("normalized_shape"), weight, bias, f.options.number("eps", 1e-5));
    CHECK(difference(y, f.outputs["y"]) < 1e-14);
    y.backward(f.cotangent);
    CHECK(difference(x.grad(), f.grads["x"]) < 1e-13);
    if (weight.defined()) CHECK(difference(weight.grad(), f.grads["weight"]) < 1e-13);
    if (bias.defined()) CHECK(difference(bias.grad(), f.grads["bias"]) < 1e-13);
  }
}

TEST_CASE("layer_norm by hand", "[autograd][ops][norm]") {
  const Tensor x = tensor({{1, 3}, {0, 8}}, f64);
  const Tensor y = layer_norm(x, 2, tensor({1, 10}, f64), tensor({0.5, 0}, f64), 0);
  CHECK(difference(y, tensor({{-0.5, 10}, {-0.5, 10}}, f64)) < 1e-15);
  // Over everything: mean 3, variance (4 + 0 + 9 + 25) / 4.
  CHECK(difference(layer_norm(x, {2, 2}, {}, {}, 0), (x - 3) / sqrt(tensor(9.5, f64))) < 1e-15);
  CHECK(difference(layer_norm(tensor({{5, 5}}, f64), 2), zeros({1, 2}, f64)) == 0);
}

TEST_CASE("Derivatives of layer_norm", "[autograd][ops][norm][gradient]") {
  const Shape over = GENERATE(Shape{4}, Shape{3, 4}, Shape{2, 3, 4}, Shape{1, 4});
  CAPTURE(over);
  const auto f = [&](Tensor x, Tensor w, Tensor b) { return layer_norm(x, over, w, b); };
  const Shape shape = over.size() == 2 && over[0] == 1 ? Shape{3, 1, 4} : Shape{2, 3, 4};
  Shape backwards;
  for (std::size_t i = shape.size(); i-- > 0;) backwards.push_back(shape[i]);
  for (Tensor x : {randn(shape, f64), transpose(randn(backwards, f64), 0, 2),
                   slice(randn({shape[0], shape[1], 8}, f64), 2, 0, 8, 2)}) {
    x = x.detach().requires_grad_();
    const Tensor w = randn(over, leaf), b = randn(over, leaf);
    CHECK(gradcheck(f, {x, w, b}));
    CHECK(gradgradcheck(f, {x, w, b}));
    CHECK(gradcheck([&](Tensor v) { return layer_norm(v, over); }, {x}));
    CHECK(gradcheck([&](Tensor v, Tensor shift) { return layer_norm(v, over, {}, shift); }, {x, b}));
  }
}

TEST_CASE("The recorded derivative of layer_norm is that of the loops", "[autograd][ops][norm][gradient]") {
  const Shape shape = GENERATE(Shape{7, 30}, Shape{2, 9000}, Shape{9000, 2});
  const Tensor x = randn(shape, leaf), w = randn({shape[1]}, leaf), b = randn({shape[1]}, leaf);
  const auto gradients = [&](bool record) {
    Generator generator(5);
    const Tensor g = randn(shape, f64, &generator);
    return grad({layer_norm(x, shape[1], w, b)}, {x, w, b}, {.grad_outputs = {g}, .create_graph = record});
  };
  const std::vector<Tensor> fast = gradients(false), recorded = gradients(true);
  for (std::size_t i = 0; i < 3; ++i) CHECK(difference(fast[i], recorded[i]) < 1e-11);
}

TEST_CASE("layer_norm has the same bits for any number of threads", "[autograd][ops][norm][threads]") {
  const Shape shape = GENERATE(Shape{500, 64}, Shape{2, 30000});
  Generator generator(3);
  const Tensor values = randn(shape, {}, &generator), g = randn(shape, {}, &generator);
  const auto run = [&](int threads) {
    const ThreadLimit limit(threads);
    Tensor x = values.detach().requires_grad_(), w = ones({shape[1]}, {.requires_grad = true});
    const Tensor y = layer_norm(x, shape[1], w);
    y.backward(g);
    return std::vector{y.to_vector<float>(), x.grad().to_vector<float>(), w.grad().to_vector<float>()};
  };
  const auto alone = run(1);
  CHECK(run(2) == alone);
  CHECK(run(3) == alone);
  CHECK(run(8) == alone);
}

TEST_CASE("layer_norm of nothing", "[autograd][ops][norm]") {
  CHECK(layer_norm(zeros({0, 3}), 3).shape() == Shape{0, 3});
  CHECK(layer_norm(zeros({3, 0}), 0).shape() == Shape{3, 0});
}

TEST_CASE("layer_norm says what is wrong", "[autograd][ops][norm][error]") {
  const Tensor x = zeros({2, 3, 4});
  CHECK_THROWS_WITH(layer_norm(x, {2, 4}), Contains("layer_norm: the input is [2, 3, 4]; its last dimensions "
                                                    "must be the normalized shape [2, 4] (layer_norm_test"));
  CHECK_THROWS_AS(layer_norm(x, {1, 2, 3, 4}), ShapeError);
  CHECK_THROWS_AS(layer_norm(x, Shape{}), ShapeError);
  Tensor weight = ones({3});
  weight.set_name("ln1.weight");
  CHECK_THROWS_WITH(layer_norm(x, 4, weight), Contains("ln1.weight is [3]; needs the normalized shape [4]"));
  CHECK_THROWS_WITH(layer_norm(x, 4, {}, zeros({4}, f64)), Contains("input is float32 but bias is float64"));
  CHECK_THROWS_WITH(layer_norm(x, 4, {}, {}, -1), Contains("eps = -1"));
  CHECK_THROWS_AS(layer_norm(zeros({2, 3}, {.dtype = int64}), 3), DTypeError);
}

}  // namespace gradus::layer_norm_test
