#include "support/catch.hpp"

#include <cmath>
#include <gradus/autograd/backward.hpp>
#include <gradus/autograd/gradcheck.hpp>
#include <gradus/autograd/kernels/parallel.hpp>
#include <gradus/autograd/ops.hpp>
#include <gradus/autograd/tape.hpp>
#include <limits>

#include "support/fixtures.hpp"
#include "support/same_bits.hpp"

namespace gradus::max_pool2d_test {
using Catch::Matchers::Contains;
using test::difference;

namespace {

const TensorOptions f64{.dtype = float64};

Pair pair(const test::FixtureOptions& options, std::string_view key, Pair fallback) {
  const Dims given = options.integers(key, {fallback.h, fallback.w});
  return {given[0], given[1]};
}

/// Distinct values in random order, one apart: no window has a tie, nor comes near one.
Tensor distinct(const Shape& shape) {
  Generator generator(1);
  return reshape(randperm(numel(shape), f64, &generator), shape);
}

Tensor channels_last(const Tensor& x) {
  return x.rank() == 4 ? permute(permute(x, {0, 2, 3, 1}).contiguous(), {0, 3, 1, 2})
                       : permute(permute(x, {1, 2, 0}).contiguous(), {2, 0, 1});
}

}  // namespace

TEST_CASE("max_pool2d agrees with PyTorch", "[autograd][ops][pool]") {
  for (const test::Fixture& f : test::fixtures("nn_ops.json", "max_pool2d")) {
    CAPTURE(f.name);
    Tensor x = f.inputs["x"];
    x.requires_grad_();
    const Pair kernel = pair(f.options, "kernel_size", 1);
    const auto [values, indices] = max_pool2d_with_indices(x, kernel,
                                                           {.stride = pair(f.options, "stride", kernel),
                                                            .padding = pair(f.options, "padding", 0),
                                                            .dilation = pair(f.options, "dilation", 1),
                                                            .ceil_mode = f.options.flag("ceil_mode")});
    CHECK(difference(values, f.outputs["y"]) == 0);
    CHECK(difference(indices, f.outputs["indices"]) == 0);
    CHECK(indices.dtype() == int64);
    values.backward(f.cotangent);
    CHECK(difference(x.grad(), f.grads["x"]) < 1e-15);
  }
}

TEST_CASE("The pooling worked by hand in the notes", "[autograd][ops][pool]") {
  Tensor image = tensor({{{765, 765, 510, 0}, {765, 765, 510, 0}, {510, 510, 255, 0}, {510, 510, 255, 0}}},
                        {.dtype = float64, .requires_grad = true});
  const Tensor y = max_pool2d(image, 2);
  CHECK(difference(y, tensor({{{765, 510}, {510, 255}}}, f64)) == 0);
  // Each window is a tie: the gradient goes to the first of it in row-major order.
  y.backward(tensor({{{1, 2}, {3, 4}}}, f64));
  const Tensor expected = tensor({{{1, 0, 2, 0}, {0, 0, 0, 0}, {3, 0, 4, 0}, {0, 0, 0, 0}}}, f64);
  CHECK(difference(image.grad(), expected) == 0);
}

TEST_CASE("The output sizes of the digit network", "[autograd][ops][pool]") {
  CHECK(max_pool2d(zeros({1, 1, 26, 26}), 2).shape() == Shape{1, 1, 13, 13});
  CHECK(max_pool2d(zeros({1, 1, 11, 11}), 2).shape() == Shape{1, 1, 5, 5});
  // floor((7 + 2*1 - 2*(3 - 1) - 1) / 2) + 1 = 3, floor((8 + 0 - 1 - 1) / 3) + 1 = 3
  const Pair kernel(3, 2);
  CHECK(max_pool2d(zeros({2, 7, 8}), kernel, {.stride = {2, 3}, .padding = {1, 0}, .dilation = {2, 1}})
            .shape() == Shape{2, 3, 3});
  CHECK(max_pool2d(zeros({1, 5, 5}), 2, {.ceil_mode = true}).shape() == Shape{1, 3, 3});
  // 3 windows by the quotient, but the third would begin behind the image: 2.
  CHECK(max_pool2d(zeros({1, 5, 5}), 2, {.stride = 3, .padding = 1, .ceil_mode = true}).shape() ==
        Shape{1, 2, 2});
}

TEST_CASE("Overlapping windows add their gradients up", "[autograd][ops][pool]") {
  Tensor x = tensor({{{0, 0, 0}, {0, 9, 0}, {0, 0, 0}}}, {.dtype = float64, .requires_grad = true});
  max_pool2d(x, 2, {.stride = 1}).backward(tensor({{{1, 2}, {3, 4}}}, f64));
  CHECK(difference(x.grad(), tensor({{{0, 0, 0}, {0, 10, 0}, {0, 0, 0}}}, f64)) == 0);
}

TEST_CASE("A NaN wins, and -inf can", "[autograd][ops][pool]") {
  const double inf = std::numeric_limits<double>::infinity();
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const Tensor x = tensor({{{1, nan, -inf, -inf}, {inf, 0, -inf, -inf}}}, f64);
  const auto [values, indices] = max_pool2d_with_indices(x, 2);
  CHECK(difference(values, tensor({{{nan, -inf}}}, f64)) == 0);
  CHECK(difference(indices, tensor({{{1, 2}}}, {.dtype = int64})) == 0);
}

TEST_CASE("max_pool2d takes integers", "[autograd][ops][pool]") {
  const DType dtype = GENERATE(int64, uint8);
  const Tensor y = max_pool2d(tensor({{{1, 7}, {3, 2}}}, {.dtype = dtype}), 2);
  CHECK(y.dtype() == dtype);
  CHECK(y.to(int64).item<std::int64_t>() == 7);
}

TEST_CASE("max_pool2d keeps a channels-last layout, forward and backward", "[autograd][ops][pool]") {
  const Shape shape = GENERATE(Shape{2, 3, 6, 5}, Shape{1, 40, 6, 5}, Shape{3, 6, 5});
  CAPTURE(shape);
  Tensor x = distinct(shape), last = channels_last(x);
  x.requires_grad_();
  last.requires_grad_();
  const Pair kernel(3, 2);
  const auto a = max_pool2d_with_indices(x, kernel, {.stride = 2, .padding = 1});
  const auto b = max_pool2d_with_indices(last, kernel, {.stride = 2, .padding = 1});
  CHECK(b.values.strides() == channels_last(a.values).strides());
  CHECK(difference(b.values, a.values) == 0);
  CHECK(difference(b.indices, a.indices) == 0);
  const Tensor g = randn(a.values.shape(), f64);
  a.values.backward(g);
  b.values.backward(g);
  CHECK(difference(last.grad(), x.grad()) == 0);
  CHECK(last.grad().strides() == last.strides());
}

TEST_CASE("max_pool2d takes any strides", "[autograd][ops][pool]") {
  const Tensor x = distinct({2, 3, 8, 10});
  const auto agrees = [](const Tensor& view) {
    const auto a = max_pool2d_with_indices(view, 2);
    const auto b = max_pool2d_with_indices(view.contiguous(), 2);
    return difference(a.values, b.values) == 0 && difference(a.indices, b.indices) == 0;
  };
  CHECK(agrees(transpose(x, 2, 3)));
  CHECK(agrees(slice(x, 3, 1, 10, 3)));
  CHECK(agrees(slice(channels_last(x), 1, 0, 3, 2)));
  CHECK(agrees(expand(slice(x, 0, 0, 1), {4, 3, 8, 10})));
  CHECK(agrees(permute(x, {3, 2, 1, 0})));
}

TEST_CASE("max_pool2d finds the same winners by rows as by channels", "[autograd][ops][pool]") {
  Generator generator(4);
  const Shape shape = GENERATE(Shape{2, 7, 9, 75}, Shape{1, 33, 6, 40}, Shape{2, 3, 5, 4});
  Tensor x = floor(randn(shape, {}, &generator) * 3);  // many are equal
  for (std::int64_t i = 0; i < x.numel(); i += 37)
    x.mutable_span<float>()[static_cast<std::size_t>(i)] = std::numeric_limits<float>::quiet_NaN();
  const MaxPool2dOptions options = GENERATE(MaxPool2dOptions{}, MaxPool2dOptions{.stride = 1, .padding = 1},
                                            MaxPool2dOptions{.stride = 2, .padding = {0, 1}, .dilation = 2},
                                            MaxPool2dOptions{.stride = {1, 3}, .ceil_mode = true});
  const auto same = [](const Tensor& a, const Tensor& b) {
    return all((a == b) | (isnan(a) & isnan(b))).item<bool>();
  };
  const auto a = max_pool2d_with_indices(x, {2, 3}, options);
  for (const Tensor& other : {channels_last(x), transpose(transpose(x, 2, 3).contiguous(), 2, 3)}) {
    const auto b = max_pool2d_with_indices(other, {2, 3}, options);
    CHECK(same(a.values, b.values));
    CHECK(difference(a.indices, b.indices) == 0);
    CHECK(same(max_pool2d(other, {2, 3}, options), a.values));
  }
}

TEST_CASE("A pooled ReLU that nobody sees has the same gradients, bit for bit", "[autograd][ops][pool]") {
  const Shape shape = GENERATE(Shape{2, 7, 9, 20}, Shape{1, 33, 6, 8}, Shape{3, 19, 18});
  const auto [kernel, options] = GENERATE(table<Pair, MaxPool2dOptions>({
      {2, {}},
      {2, {.stride = 1, .padding = 1}},
      {{2, 3}, {.stride = {1, 3}, .ceil_mode = true}},
      {{5, 3}, {.dilation = {1, 2}}},
  }));
  Generator generator(4);
  Tensor x = floor(randn(shape, {}, &generator) * 2 - 1);  // ties, at 0 and above; windows without any above
  for (std::int64_t i = 0; i < x.numel(); i += 97)
    x.mutable_span<float>()[static_cast<std::size_t>(i)] = std::numeric_limits<float>::quiet_NaN();
  for (const Tensor& image : {x, channels_last(x), transpose(transpose(x, -1, -2).contiguous(), -1, -2)}) {
    Tensor a = image.detach().requires_grad_(), b = image.detach().requires_grad_();
    const Tensor kept = relu(a);
    const Tensor y = max_pool2d(kept, kernel, options), z = max_pool2d(relu(b), kernel, options);
    const Tensor g = randn(y.shape(), {}, &generator);
    y.backward(g);
    z.backward(g);
    CHECK(test::same_bits(y, z));
    CHECK(test::same_bits(a.grad(), b.grad()));
  }
}

TEST_CASE("A pooled ReLU is one op on the tape only if nobody can see it", "[autograd][ops][pool]") {
  Tensor x = tensor({{{-1, 2}, {3, -4}}}, {.dtype = float64, .requires_grad = true});
  const auto op = [](const Tensor& y) { return std::string(y.impl()->node->op()); };
  CHECK(op(max_pool2d(relu(x), 2)) == "relu_max_pool2d");
  CHECK(op(max_pool2d(relu(x * 1), 2)) == "relu_max_pool2d");
  const Tensor kept = relu(x);
  CHECK(op(max_pool2d(kept, 2)) == "max_pool2d");
  CHECK(op(max_pool2d(Tensor(kept), 2)) == "max_pool2d");
  Tensor moved = relu(x);
  const Tensor used = sum(moved);
  CHECK(op(max_pool2d(std::move(moved), 2)) == "max_pool2d");
  const Tensor pooled = [&] {
    const NoGrad guard;
    return max_pool2d(relu(x), 2);
  }();
  CHECK_FALSE(pooled.requires_grad());

  // A hook sees the gradient that arrives at the ReLU, not the one that leaves it.
  Tensor hooked = relu(x - 5);
  Tensor seen;
  hooked.register_hook([&](const Tensor& g) {
    seen = g;
    return Tensor();
  });
  max_pool2d(std::move(hooked), 2).backward(tensor({{{7}}}, f64));
  CHECK(difference(seen, tensor({{{7, 0}, {0, 0}}}, f64)) == 0);
  CHECK(difference(x.grad(), zeros({1, 2, 2}, f64)) == 0);
}

TEST_CASE("Derivatives of a pooled ReLU", "[autograd][ops][pool][gradient]") {
  const MaxPool2dOptions options = GENERATE(MaxPool2dOptions{}, MaxPool2dOptions{.stride = 1, .padding = 1});
  const auto pool = [&](Tensor x) { return max_pool2d(relu(x - 12.5), 2, options); };
  const auto large = [&](Tensor x) { return max_pool2d(relu(x - 200.5), {17, 16}, {.stride = 1}); };
  for (const auto& layout : {+[](const Tensor& x) { return x; }, &channels_last}) {
    const Tensor x = layout(distinct({1, 2, 4, 5})).detach().requires_grad_();
    CHECK(gradcheck(pool, {x}));
    CHECK(gradgradcheck(pool, {x}));
    const Tensor image = layout(distinct({1, 1, 17, 17})).detach().requires_grad_();
    CHECK(gradcheck(large, {image}));
  }
}

TEST_CASE("max_pool2d of no images is no images", "[autograd][ops][pool]") {
  CHECK(max_pool2d(zeros({0, 3, 4, 4}), 2).shape() == Shape{0, 3, 2, 2});
  CHECK(max_pool2d(zeros({2, 0, 4, 4}), 2).shape() == Shape{2, 0, 2, 2});
}

TEST_CASE("Derivatives of max_pool2d", "[autograd][ops][pool][gradient]") {
  const Shape shape = GENERATE(Shape{2, 2, 4, 5}, Shape{1, 4, 4}, Shape{1, 2, 5, 6});
  const MaxPool2dOptions options = GENERATE(MaxPool2dOptions{}, MaxPool2dOptions{.stride = 1, .padding = 1},
                                            MaxPool2dOptions{.stride = {1, 2}, .ceil_mode = true},
                                            MaxPool2dOptions{.stride = 2, .dilation = 2});
  CAPTURE(shape);
  const auto pool = [&](Tensor x) { return max_pool2d(x, 2, options); };
  for (Tensor x : {distinct(shape), channels_last(distinct(shape)), transpose(distinct(shape), -1, -2)}) {
    x = x.detach().requires_grad_();
    CHECK(gradcheck(pool, {x}));
    CHECK(gradgradcheck(pool, {x}));
  }
}

TEST_CASE("A third derivative passes through max_pool2d", "[autograd][ops][pool][gradient]") {
  Tensor x = tensor({{{1, 2}, {4, 3}}}, {.dtype = float64, .requires_grad = true});
  const Tensor y = sum(max_pool2d(x * x * x, 2));  // the winner is 4: 3x^2 = 48, 6x = 24, 6
  Tensor g = grad(y, x, {.create_graph = true});
  CHECK(difference(g, tensor({{{0, 0}, {48, 0}}}, f64)) == 0);
  g = grad(sum(g), x, {.create_graph = true});
  CHECK(difference(g, tensor({{{0, 0}, {24, 0}}}, f64)) == 0);
  g = grad(sum(g), x);
  CHECK(difference(g, tensor({{{0, 0}, {6, 0}}}, f64)) == 0);
}

TEST_CASE("max_pool2d has the same bits for any number of threads", "[autograd][ops][pool][threads]") {
  const bool last = GENERATE(false, true);
  Generator generator(3);
  const Tensor images = randn({9, 20, 30, 31}, {}, &generator);
  const Tensor weights = randn({9, 20, 15, 15}, {}, &generator);
  const auto run = [&] {
    Tensor x = (last ? channels_last(images) : images).detach().requires_grad_();
    const Tensor y = max_pool2d(x, 3, {.stride = 2});  // 14 x 15
    y.backward(slice(weights, 2, 0, 14));
    return std::pair{y.detach(), x.grad()};
  };
  std::pair<Tensor, Tensor> alone;
  {
    const ThreadLimit one(1);
    alone = run();
  }
  const int threads = GENERATE(2, 3, 8);
  const ThreadLimit limit(threads);
  const auto together = run();
  CHECK(together.first.to_vector<float>() == alone.first.to_vector<float>());
  CHECK(together.second.to_vector<float>() == alone.second.to_vector<float>());
}

TEST_CASE("max_pool2d says what is wrong", "[autograd][ops][pool][error]") {
  const Tensor x = zeros({1, 2, 5, 4});
  CHECK_THROWS_WITH(
      max_pool2d(x, 6),
      Contains("max_pool2d: the output height would be floor((5 + 2*0 - 1*(6 - 1) - 1) / 6) + 1 "
               "= 0") &&
          Contains("too small for the kernel (max_pool2d_test.cpp:"));
  CHECK_THROWS_WITH(max_pool2d(x, {2, 3}, {.dilation = 2}),
                    Contains("the output width would be floor((4 + 2*0 - 2*(3 - 1) - 1) / 3) + 1 = 0"));
  CHECK_THROWS_AS(max_pool2d(x, 6), ShapeError);
  CHECK_THROWS_WITH(max_pool2d(zeros({5, 4}), 2), Contains("the input is [5, 4]; needs [N, C, H, W]"));
  CHECK_THROWS_WITH(max_pool2d(x, {0, 2}), Contains("a kernel of height 0"));
  CHECK_THROWS_WITH(max_pool2d(x, 2, {.stride = {1, 0}}), Contains("a stride of 0 along the width"));
  CHECK_THROWS_WITH(max_pool2d(x, 2, {.dilation = 0}), Contains("a dilation of 0 along the height"));
  CHECK_THROWS_WITH(max_pool2d(x, 3, {.padding = {1, 2}}),
                    Contains("a padding of 2 along the width") && Contains("half the kernel's width of 3"));
  CHECK_THROWS_AS(max_pool2d(x, 2, {.padding = -1}), ValueError);
  CHECK_THROWS_WITH(
      max_pool2d(zeros({1, 2, 2}), 2, {.padding = 1, .dilation = 3}),
      Contains("window 0 along the height (2 positions 3 apart, from -1) covers none of the 2"));
  CHECK_THROWS_AS(max_pool2d(zeros({1, 2, 2}, {.dtype = boolean}), 2), DTypeError);
  CHECK_THROWS_AS(max_pool2d(zeros({1, 0, 4}), 1), ShapeError);
  const Tensor undefined;
  std::string said;
  try {
    max_pool2d(undefined, 2);
  } catch (const Error& error) {
    said = error.what();
  }
  CHECK_FALSE(said.empty());
  CHECK_THROWS_WITH(max_pool2d(Tensor(), 2), Contains(said.substr(0, said.find(" ("))));
}

TEST_CASE("The indices are the caller's: a change to them does not reach the derivative",
          "[autograd][ops][pool]") {
  Tensor x = distinct({1, 4, 4}).requires_grad_();
  auto [values, indices] = max_pool2d_with_indices(x, 2);
  indices.fill_(1000);
  sum(values).backward();
  CHECK(sum(x.grad()).item<double>() == 4);
}

TEST_CASE("Windows of more than 256 elements, and channels around a block", "[autograd][ops][pool]") {
  for (const std::int64_t channels : {1, 5, 31, 32, 33, 70})
    for (const Pair size : {Pair(18, 17), Pair(4, 5)}) {
      const Tensor x = distinct({2, channels, 18, 17});
      for (const bool last : {false, true}) {
        CAPTURE(channels, size.h, last);
        Tensor in = (last ? channels_last(x) : x).clone().requires_grad_();
        if (last) in = channels_last(x).detach().requires_grad_();
        const auto [y, indices] = max_pool2d_with_indices(in, size);
        const Tensor seen = gather(flatten(x, 2), 2, flatten(indices, 2));
        CHECK(equal(flatten(y, 2), seen));
        CHECK(equal(y, max_pool2d(in.detach(), size)));
        y.backward(y.detach());
        const Tensor expected =
            scatter_add(zeros({2, channels, 18 * 17}, {.dtype = float64}), 2, flatten(indices, 2), seen);
        CHECK(equal(flatten(in.grad(), 2), expected));
      }
    }
}

}  // namespace gradus::max_pool2d_test
