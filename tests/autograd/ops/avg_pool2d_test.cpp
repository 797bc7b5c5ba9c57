#include "support/catch.hpp"

#include <gradus/autograd/gradcheck.hpp>
#include <gradus/autograd/kernels/parallel.hpp>
#include <gradus/autograd/ops.hpp>

#include "support/fixtures.hpp"

namespace gradus::avg_pool2d_test {
using Catch::Matchers::Contains;
using test::difference;

namespace {

const TensorOptions f64{.dtype = float64};

Pair pair(const test::FixtureOptions& options, std::string_view key, Pair fallback) {
  const Dims given = options.integers(key, {fallback.h, fallback.w});
  return {given[0], given[1]};
}

Tensor channels_last(const Tensor& x) { return permute(permute(x, {0, 2, 3, 1}).contiguous(), {0, 3, 1, 2}); }

}  // namespace

TEST_CASE("avg_pool2d agrees with PyTorch", "[autograd][ops][pool]") {
  for (const test::Fixture& f : test::fixtures("nn_ops.json", "avg_pool2d")) {
    CAPTURE(f.name);
    Tensor x = f.inputs["x"];
    x.requires_grad_();
    const Pair kernel = pair(f.options, "kernel_size", 1);
    AvgPool2dOptions options{.stride = pair(f.options, "stride", kernel),
                             .padding = pair(f.options, "padding", 0),
                             .ceil_mode = f.options.flag("ceil_mode"),
                             .count_include_pad = f.options.flag("count_include_pad", true)};
    if (f.options.has("divisor_override"))
      options.divisor_override = f.options.integer("divisor_override", 1);
    const Tensor y = avg_pool2d(x, kernel, options);
    CHECK(difference(y, f.outputs["y"]) < 1e-15);
    y.backward(f.cotangent);
    CHECK(difference(x.grad(), f.grads["x"]) < 1e-15);
  }
}

TEST_CASE("avg_pool2d by hand", "[autograd][ops][pool]") {
  const Tensor x = tensor({{{1, 2, 3}, {4, 5, 6}, {7, 8, 9}}}, f64);
  CHECK(difference(avg_pool2d(x, 2), tensor({{{3}}}, f64)) == 0);
  CHECK(difference(avg_pool2d(x, 2, {.stride = 1}), tensor({{{3, 4}, {6, 7}}}, f64)) == 0);
  // The last windows of ceil mode reach beyond the image and are divided by what they have of it.
  CHECK(difference(avg_pool2d(x, 2, {.ceil_mode = true}), tensor({{{3, 4.5}, {7.5, 9}}}, f64)) == 0);
  CHECK(difference(avg_pool2d(x, 2, {.padding = 1}), tensor({{{0.25, 1.25}, {2.75, 7}}}, f64)) == 0);
  CHECK(difference(avg_pool2d(x, 2, {.padding = 1, .count_include_pad = false}),
                   tensor({{{1, 2.5}, {5.5, 7}}}, f64)) == 0);
  CHECK(difference(avg_pool2d(x, 2, {.divisor_override = 1}), tensor({{{12}}}, f64)) == 0);
  CHECK(difference(avg_pool2d(x, 2, {.divisor_override = -2}), tensor({{{-6}}}, f64)) == 0);
}

TEST_CASE("avg_pool2d takes any strides and keeps channels-last", "[autograd][ops][pool]") {
  Tensor x = randn({2, 20, 6, 7}, f64);
  const AvgPool2dOptions options{.stride = {1, 2}, .padding = {1, 0}};
  const Tensor y = avg_pool2d(x, 2, options);
  Tensor last = channels_last(x).requires_grad_();
  const Tensor z = avg_pool2d(last, 2, options);
  CHECK(difference(z, y) == 0);
  CHECK(z.strides() == channels_last(y).strides());
  z.backward(channels_last(ones_like(y)));
  CHECK(last.grad().strides() == last.strides());
  const Tensor turned = transpose(slice(x, 3, 0, 7, 2), 2, 3);
  CHECK(difference(avg_pool2d(turned, 2), avg_pool2d(turned.contiguous(), 2)) == 0);
  CHECK(avg_pool2d(zeros({0, 2, 4, 4}), 2).shape() == Shape{0, 2, 2, 2});
}

TEST_CASE("Derivatives of avg_pool2d", "[autograd][ops][pool][gradient]") {
  const AvgPool2dOptions options = GENERATE(
      AvgPool2dOptions{}, AvgPool2dOptions{.stride = 1, .padding = 1, .count_include_pad = false},
      AvgPool2dOptions{.stride = {1, 2}, .ceil_mode = true}, AvgPool2dOptions{.divisor_override = 3});
  const auto pool = [&](Tensor x) { return avg_pool2d(x, 2, options); };
  const Tensor base = randn({2, 3, 3, 5}, f64);
  for (Tensor x : {base, channels_last(base), transpose(base, 2, 3), select(base, 0, 1)}) {
    x = x.detach().requires_grad_();
    CHECK(gradcheck(pool, {x}));
    CHECK(gradgradcheck([&](Tensor v) { return pool(v * v); }, {x}));  // the op itself is linear
  }
}

TEST_CASE("avg_pool2d has the same bits for any number of threads", "[autograd][ops][pool][threads]") {
  Generator generator(3);
  const Tensor images = randn({9, 20, 30, 31}, {}, &generator);
  const auto run = [&] {
    Tensor x = images.detach().requires_grad_();
    const Tensor y = avg_pool2d(x, 3, {.stride = 2});
    const Tensor z = adaptive_avg_pool2d(x, {7, 9});
    sum(y * y).backward();
    sum(z * z).backward();
    return std::vector{y.to_vector<float>(), z.to_vector<float>(), x.grad().to_vector<float>()};
  };
  const auto with = [&](int threads) {
    const ThreadLimit limit(threads);
    return run();
  };
  const auto alone = with(1);
  CHECK(with(2) == alone);
  CHECK(with(3) == alone);
  CHECK(with(8) == alone);
}

TEST_CASE("avg_pool2d says what is wrong", "[autograd][ops][pool][error]") {
  const Tensor x = zeros({1, 2, 5, 4});
  CHECK_THROWS_WITH(avg_pool2d(x, {2, 5}), Contains("avg_pool2d: the output width would be floor((4 + 2*0 - "
                                                    "1*(5 - 1) - 1) / 5) + 1 = 0") &&
                                               Contains("(avg_pool2d_test.cpp:"));
  CHECK_THROWS_WITH(avg_pool2d(x, 2, {.divisor_override = 0}), Contains("a divisor of 0"));
  CHECK_THROWS_WITH(avg_pool2d(x, 2, {.padding = 2}), Contains("a padding of 2"));
  CHECK_THROWS_WITH(avg_pool2d(zeros({4}), 2), Contains("the input is [4]; needs [N, C, H, W]"));
  CHECK_THROWS_AS(avg_pool2d(zeros({1, 4, 4}, {.dtype = int64}), 2), DTypeError);
}

TEST_CASE("Averages of float32 are the same bits in every layout", "[autograd][ops][pool]") {
  Generator generator(5);
  const Shape shape = GENERATE(Shape{2, 45, 13, 11}, Shape{8, 259, 7, 9}, Shape{3, 1, 40, 41});
  const Tensor x = randn(shape, {}, &generator);
  const auto bits = [](const Tensor& t) { return t.contiguous().to_vector<float>(); };
  const auto check = [&](auto pool) {
    const Tensor turned = transpose(transpose(x, 2, 3).contiguous(), 2, 3);
    Tensor plain = x.detach().requires_grad_();
    const Tensor y = pool(plain);
    const Tensor g = randn(y.shape(), {}, &generator);
    y.backward(g);
    for (const Tensor& other : {channels_last(x), turned, channels_last(turned)})
      for (const Tensor& upstream : {g, channels_last(g)}) {
        Tensor v = other.detach().requires_grad_();
        const Tensor same = pool(v);
        same.backward(upstream);
        CHECK(bits(same) == bits(y));
        CHECK(bits(v.grad()) == bits(plain.grad()));
      }
  };
  check([](const Tensor& t) { return avg_pool2d(t, 2); });
  check([](const Tensor& t) { return avg_pool2d(t, {2, 1}, {.stride = {3, 4}}); });  // leaves gaps
  check([](const Tensor& t) { return avg_pool2d(t, {3, 5}, {.stride = {1, 4}, .padding = {1, 2}}); });
  check([](const Tensor& t) { return adaptive_avg_pool2d(t, {1, 1}); });
  check([](const Tensor& t) { return adaptive_avg_pool2d(t, {5, 4}); });
}

}  // namespace gradus::avg_pool2d_test
