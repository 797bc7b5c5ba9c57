#include "support/catch.hpp"

#include <gradus/autograd/backward.hpp>
#include <gradus/autograd/gradcheck.hpp>
#include <gradus/autograd/kernels/parallel.hpp>
#include <gradus/autograd/ops.hpp>

#include "support/fixtures.hpp"

namespace gradus::batch_norm_test {
using Catch::Matchers::Contains;
using test::difference;

namespace {

const TensorOptions f64{.dtype = float64};
const TensorOptions leaf{.dtype = float64, .requires_grad = true};

/// [N, C, ...] whose memory has the channels last.
Tensor channels_last(const Tensor& x) { return transpose(transpose(x, 1, -1).contiguous(), 1, -1); }

Tensor normalized(const Tensor& x, const Tensor& weight = {}, const Tensor& bias = {}) {
  return batch_norm(x, {}, {}, weight, bias, {.training = true});
}

}  // namespace

TEST_CASE("batch_norm agrees with PyTorch", "[autograd][ops][norm]") {
  for (const test::Fixture& f : test::fixtures("nn_ops.json", "batch_norm")) {
    CAPTURE(f.name);
    Tensor x = f.inputs["x"], weight = f.inputs.find("weight"), bias = f.inputs.find("bias");
    x.requires_grad_();
    if (weight.defined()) weight.requires_grad_();
    if (bias.defined()) bias.requires_grad_();
    const Tensor mean = f.inputs["running_mean"], var = f.inputs["running_var"];
    const Tensor y = batch_norm(x, mean, var, weight, bias,
                                {.training = f.options.flag("training"),
                                 .momentum = f.options.number("momentum", 0.1),
                                 .eps = f.options.number("eps", 1e-5)});
    CHECK(difference(y, f.outputs["y"]) < 1e-14);
    CHECK(difference(mean, f.outputs["running_mean"]) < 1e-15);
    CHECK(difference(var, f.outputs["running_var"]) < 1e-15);
    y.backward(f.cotangent);
    CHECK(difference(x.grad(), f.grads["x"]) < 1e-13);
    if (weight.defined()) CHECK(difference(weight.grad(), f.grads["weight"]) < 1e-13);
    if (bias.defined()) CHECK(difference(bias.grad(), f.grads["bias"]) < 1e-13);
  }
}

TEST_CASE("batch_norm by hand", "[autograd][ops][norm]") {
  // Channel 0 holds 1, 3: mean 2, variance 1 (2 by n - 1). Channel 1 holds 0, 8: mean 4, variance 16 (32).
  const Tensor x = tensor({{1, 0}, {3, 8}}, f64);
  const Tensor mean = zeros({2}, f64), var = ones({2}, f64);
  const Tensor y = batch_norm(x, mean, var, tensor({1, 10}, f64), tensor({0.5, 0}, f64),
                              {.training = true, .momentum = 0.5, .eps = 0});
  CHECK(difference(y, tensor({{-0.5, -10}, {1.5, 10}}, f64)) < 1e-15);
  CHECK(difference(mean, tensor({1, 2}, f64)) == 0);
  CHECK(difference(var, tensor({1.5, 16.5}, f64)) == 0);
  // Another batch, as the second of a cumulative average.
  batch_norm(x, mean, var, {}, {}, {.training = true, .momentum = 1.0 / 2});
  CHECK(difference(mean, tensor({1.5, 3}, f64)) == 0);
  const Tensor z = batch_norm(x, mean, ones({2}, f64), {}, {}, {.eps = 3});
  CHECK(difference(z, tensor({{-0.25, -1.5}, {0.75, 2.5}}, f64)) < 1e-15);
}

TEST_CASE("A training batch comes out with mean 0 and variance 1", "[autograd][ops][norm]") {
  Generator generator(1);
  const Shape shape = GENERATE(Shape{64, 3}, Shape{8, 3, 50}, Shape{4, 9, 40, 33}, Shape{2, 2, 3, 4, 5});
  const bool last = GENERATE(false, true);
  CAPTURE(shape, last);
  const Tensor x = normal(shape, 1000, 5, f64, &generator);
  const Tensor y = normalized(last ? channels_last(x) : x);
  if (last) CHECK(y.strides() == channels_last(x).strides());
  const Tensor flat = flatten(transpose(y, 0, 1), 1);
  CHECK(difference(mean(flat, 1), zeros({shape[1]}, f64)) < 1e-12);
  CHECK(difference(mean(flat * flat, 1), ones({shape[1]}, f64)) < 1e-5);  // eps / variance
}

TEST_CASE("float32 statistics survive a mean far from zero", "[autograd][ops][norm]") {
  Generator generator(1);
  // Blocks of 4096 are put together here; the sum of squares in float would have no correct digit.
  const Tensor x = normal({10000, 2}, 4096, 1, {}, &generator);
  const Tensor y = normalized(x), exact = normalized(x.to(float64));
  CHECK(difference(y, exact) < 5e-4);  // the mean itself is rounded to 2.4e-4
}

TEST_CASE("Running statistics are constants to the derivative", "[autograd][ops][norm][gradient]") {
  const Tensor mean = randn({3}, f64), var = rand({3}, f64) + 0.5;
  for (const bool last : {false, true}) {
    const Tensor base = randn({4, 3, 2}, f64);
    const std::vector<Tensor> inputs{(last ? channels_last(base) : base).detach().requires_grad_(),
                                     randn({3}, leaf), randn({3}, leaf)};
    const auto f = [&](Tensor x, Tensor w, Tensor b) { return batch_norm(x, mean, var, w, b); };
    CHECK(gradcheck(f, inputs));
    CHECK(gradgradcheck(f, inputs));
  }
  CHECK(mean.version() == 0);
}

TEST_CASE("Derivatives of batch_norm in training", "[autograd][ops][norm][gradient]") {
  const Shape shape = GENERATE(Shape{4, 3}, Shape{3, 2, 4}, Shape{2, 3, 2, 2}, Shape{2, 1, 3});
  CAPTURE(shape);
  const Tensor base = randn(shape, f64);
  for (Tensor x : {base, channels_last(base), transpose(randn({shape[1], shape[0]}, f64), 0, 1),
                   expand(randn({shape[0], shape[1], 1}, f64), {shape[0], shape[1], 3})}) {
    x = x.detach().requires_grad_();
    const Tensor w = randn({shape[1]}, leaf), b = randn({shape[1]}, leaf);
    CHECK(gradcheck(normalized, {x, w, b}));
    CHECK(gradgradcheck(normalized, {x, w, b}));
    CHECK(gradcheck([](Tensor v) { return normalized(v); }, {x}));
    CHECK(gradcheck([&](Tensor v) { return normalized(v, w.detach(), {}); }, {x}));
  }
}

TEST_CASE("The recorded derivative of batch_norm is that of the loops", "[autograd][ops][norm][gradient]") {
  const Tensor x = channels_last(randn({6, 5, 4, 3}, f64)).requires_grad_();
  const Tensor w = randn({5}, leaf), b = randn({5}, leaf), g = randn({6, 5, 4, 3}, f64);
  const std::vector<Tensor> fast = grad({normalized(x, w, b)}, {x, w, b}, {.grad_outputs = {g}});
  const std::vector<Tensor> recorded =
      grad({normalized(x, w, b)}, {x, w, b}, {.grad_outputs = {g}, .create_graph = true});
  for (std::size_t i = 0; i < 3; ++i) {
    CHECK_FALSE(fast[i].requires_grad());
    CHECK(difference(fast[i], recorded[i]) < 1e-13);
  }
  CHECK(recorded[0].requires_grad());
  // 10 groups or fewer than 8, one block or many: all ways through the loops.
  const Tensor many = randn({5000, 2}, leaf), v = randn({5000, 2}, f64);
  CHECK(difference(grad(normalized(many), many, {.grad_outputs = {v}}),
                   grad(normalized(many), many, {.grad_outputs = {v}, .create_graph = true})) < 1e-12);
}

TEST_CASE("batch_norm has the same bits for any number of threads", "[autograd][ops][norm][threads]") {
  const Shape shape = GENERATE(Shape{20000, 2}, Shape{16, 24, 20, 20});
  Generator generator(3);
  const Tensor values = randn(shape, {}, &generator), g = randn(shape, {}, &generator);
  const auto run = [&](int threads) {
    const ThreadLimit limit(threads);
    Tensor x = values.detach().requires_grad_(), w = ones({shape[1]}, {.requires_grad = true});
    const Tensor mean = zeros({shape[1]}), var = ones({shape[1]});
    const Tensor y = batch_norm(x, mean, var, w, {}, {.training = true});
    y.backward(g);
    std::vector<std::vector<float>> bits;
    for (const Tensor& t : {y, mean, var, x.grad(), w.grad()}) bits.push_back(t.to_vector<float>());
    return bits;
  };
  const auto alone = run(1);
  CHECK(run(2) == alone);
  CHECK(run(3) == alone);
  CHECK(run(8) == alone);
}

TEST_CASE("batch_norm in evaluation does not mind that its statistics change before backward",
          "[autograd][ops][norm][gradient]") {
  const Tensor x = tensor({{1, 2}, {3, 5}}, {.requires_grad = true}), w = ones({2}).requires_grad_();
  const Tensor mean = zeros({2}), var = full({2}, 4);
  const Tensor y = batch_norm(x, mean, var, w, {}, {.eps = 0});
  batch_norm(x.detach(), mean, var, w, {}, {.training = true});  // updates both
  sum(y).backward();
  CHECK(x.grad().to_vector<float>() == std::vector<float>(4, 0.5F));
  CHECK(w.grad().to_vector<float>() == std::vector<float>{2, 3.5F});
}

TEST_CASE("batch_norm of nothing", "[autograd][ops][norm]") {
  CHECK(batch_norm(zeros({0, 2}), zeros({2}), ones({2})).shape() == Shape{0, 2});
  CHECK(normalized(zeros({4, 0, 3})).shape() == Shape{4, 0, 3});
}

TEST_CASE("batch_norm says what is wrong", "[autograd][ops][norm][error]") {
  const Tensor x = zeros({2, 3, 4});
  Tensor weight = ones({4});
  CHECK_THROWS_WITH(
      normalized(x, weight),
      Contains("batch_norm: input is [2, 3, 4] but weight is [4]; needs [3], one value for each "
               "channel (dimension 1) (batch_norm_test.cpp:"));
  weight.set_name("bn1.weight");
  CHECK_THROWS_WITH(normalized(x, weight), Contains("but bn1.weight is [4]"));
  CHECK_THROWS_AS(batch_norm(x, zeros({2}), ones({3})), ShapeError);
  CHECK_THROWS_AS(batch_norm(x, zeros({3}), ones({3, 1})), ShapeError);
  CHECK_THROWS_WITH(normalized(x, {}, zeros({3}, f64)), Contains("input is float32 but bias is float64"));
  CHECK_THROWS_WITH(normalized(zeros({3})), Contains("the input is [3]; needs [N, C, ...]"));
  CHECK_THROWS_WITH(normalized(zeros({1, 3})),
                    Contains("[1, 3]: 1 value(s) for each channel") && Contains("training needs at least 2"));
  CHECK_THROWS_AS(normalized(zeros({0, 3})), ShapeError);
  CHECK_NOTHROW(batch_norm(zeros({1, 3}), zeros({3}), ones({3})));
  CHECK_THROWS_WITH(batch_norm(x, {}, ones({3})), Contains("needs running_mean and running_var"));
  CHECK_THROWS_WITH(batch_norm(x, zeros({3}), ones({3}), {}, {}, {.momentum = 1.5}),
                    Contains("a momentum of 1.5"));
  CHECK_THROWS_WITH(batch_norm(x, zeros({3}), ones({3}), {}, {}, {.eps = -1}), Contains("eps = -1"));
  CHECK_THROWS_AS(normalized(zeros({2, 3}, {.dtype = int64})), DTypeError);
}

TEST_CASE("The recorded derivative in evaluation is that of the loops", "[autograd][ops][norm][gradient]") {
  const Tensor mean = randn({5}, f64), var = rand({5}, f64) + 0.5;
  const Tensor w = randn({5}, leaf), b = randn({5}, leaf), g = randn({6, 5, 4, 3}, f64);
  for (Tensor x : {randn({6, 5, 4, 3}, f64), channels_last(randn({6, 5, 4, 3}, f64))}) {
    x.requires_grad_();
    const auto run = [&](bool create_graph) {
      return grad({batch_norm(x, mean, var, w, b)}, {x, w, b},
                  {.grad_outputs = {g}, .create_graph = create_graph});
    };
    const std::vector<Tensor> fast = run(false), recorded = run(true);
    for (std::size_t i = 0; i < 3; ++i) CHECK(difference(fast[i], recorded[i]) < 1e-13);
  }
}

}  // namespace gradus::batch_norm_test
