#include <gradus/autograd/backward.hpp>
#include <gradus/autograd/gradcheck.hpp>
#include <gradus/autograd/kernels/parallel.hpp>
#include <gradus/autograd/ops.hpp>

#include "support/catch.hpp"
#include "support/fixtures.hpp"

namespace gradus::conv_test {
using Catch::Matchers::Contains;
using test::Fixture;

namespace {

Pair pair(const Fixture& f, std::string_view key, std::int64_t fallback) {
  const Dims values = f.options.integers(key, {fallback, fallback});
  return {values[0], values[1]};
}

Conv2dOptions conv_options(const Fixture& f) {
  return {.stride = pair(f, "stride", 1),
          .padding = pair(f, "padding", 0),
          .dilation = pair(f, "dilation", 1),
          .groups = f.options.integer("groups", 1)};
}

/// Output and gradients of `y` against what PyTorch computed.
void check_fixture(const Fixture& f, const Tensor& y) {
  CHECK(test::difference(y, f.outputs["y"]) < 1e-12);
  sum(y * f.cotangent).backward();
  for (const auto& [name, expected] : f.grads) {
    CAPTURE(name);
    CHECK(test::difference(f.inputs[name].grad(), expected) < 1e-12);
  }
}

void ask_for_gradients(Fixture& f) {
  for (const auto& [name, x] : f.inputs) Tensor(x).requires_grad_();
}

Tensor ramp(const Shape& shape, double scale) {
  const Tensor x = arange(numel(shape), {.dtype = float64});
  return reshape(x * scale - 0.3 * scale * static_cast<double>(numel(shape)), shape);
}

}  // namespace

TEST_CASE("conv2d agrees with PyTorch, values and gradients", "[conv]") {
  for (Fixture& f : test::fixtures("nn_ops.json", "conv2d")) {
    CAPTURE(f.name);
    ask_for_gradients(f);
    check_fixture(f, conv2d(f.inputs["x"], f.inputs["weight"], f.inputs.find("bias"), conv_options(f)));
  }
}

TEST_CASE("conv_transpose2d agrees with PyTorch, values and gradients", "[conv]") {
  for (Fixture& f : test::fixtures("nn_ops.json", "conv_transpose2d")) {
    CAPTURE(f.name);
    ask_for_gradients(f);
    const Conv2dOptions o = conv_options(f);
    check_fixture(f, conv_transpose2d(f.inputs["x"], f.inputs["weight"], f.inputs.find("bias"),
                                      {.stride = o.stride,
                                       .padding = o.padding,
                                       .output_padding = pair(f, "output_padding", 0),
                                       .dilation = o.dilation,
                                       .groups = o.groups}));
  }
}

TEST_CASE("conv2d slides an edge detector over an image, worked by hand", "[conv]") {
  const Tensor image = tensor({{{{0, 0, 255, 255, 0},
                                 {0, 0, 255, 255, 0},
                                 {0, 0, 255, 255, 0},
                                 {0, 0, 255, 255, 0},
                                 {0, 0, 0, 0, 0}}}});
  const Tensor kernel = tensor({{{{-1, 0, 1}, {-1, 0, 1}, {-1, 0, 1}}}});
  const Tensor y = conv2d(image, kernel);
  CHECK(y.shape() == Shape{1, 1, 3, 3});
  CHECK(y.to_vector<float>() == std::vector<float>{765, 765, -765, 765, 765, -765, 510, 510, -510});
}

TEST_CASE("conv2d and conv_transpose2d have correct first and second derivatives", "[conv][gradient]") {
  struct Case {
    Shape x, w;
    Conv2dOptions options;
  };
  const std::vector<Case> cases = {
      {{2, 2, 4, 3}, {3, 2, 2, 2}, {}},
      {{1, 4, 5, 4}, {2, 2, 3, 2}, {.stride = {2, 1}, .padding = {1, 2}, .dilation = {1, 2}, .groups = 2}},
      {{1, 2, 3, 3}, {2, 1, 3, 3}, {.padding = 1, .groups = 2}},
      {{1, 1, 1, 1}, {1, 1, 1, 1}, {}},
  };
  for (const auto& [xs, ws, options] : cases) {
    CAPTURE(xs, ws);
    const auto conv = [options = options](const std::vector<Tensor>& in) {
      return conv2d(in[0], in[1], in[2], options);
    };
    const std::vector<Tensor> in{ramp(xs, 0.1).requires_grad_(), ramp(ws, 0.2).requires_grad_(),
                                 ramp({ws[0]}, 0.3).requires_grad_()};
    const auto first = gradcheck(conv, in);
    CHECK(first.ok());
    const auto second = gradgradcheck(conv, in);
    CHECK(second.ok());

    const auto transposed = [options = options](const std::vector<Tensor>& t) {
      return conv_transpose2d(t[0], t[1], t[2],
                              {.stride = options.stride,
                               .padding = options.padding,
                               .dilation = options.dilation,
                               .groups = options.groups});
    };
    const std::vector<Tensor> back{ramp({xs[0], ws[0], 3, 4}, 0.1).requires_grad_(),
                                   ramp(ws, 0.2).requires_grad_(),
                                   ramp({ws[1] * options.groups}, 0.3).requires_grad_()};
    if (ws[2] * options.padding.h > 3) continue;
    CHECK(gradcheck(transposed, back).ok());
    CHECK(gradgradcheck(transposed, back).ok());
  }
}

TEST_CASE("conv2d takes any strides, images without a batch, and empty batches", "[conv]") {
  const Tensor x = ramp({2, 5, 4, 3}, 0.1), w = ramp({2, 3, 2, 2}, 0.2);
  const Tensor permuted = permute(x, {0, 3, 1, 2});  // channels last in memory
  const Tensor flipped_weight = transpose(transpose(w, 2, 3).contiguous(), 2, 3);
  CHECK(test::difference(conv2d(permuted, flipped_weight), conv2d(permuted.contiguous(), w)) == 0);
  const Tensor one = select(permuted, 0, 1);
  CHECK(test::difference(conv2d(one, w), select(conv2d(permuted, w), 0, 1)) == 0);
  CHECK(conv2d(zeros({0, 3, 4, 4}), zeros({2, 3, 3, 3})).shape() == Shape{0, 2, 2, 2});
}

TEST_CASE("minimal filtering keeps infinities and NaN where a sum has them", "[conv]") {
  // As many channels as make it pay; weights of both signs, none zero.
  const Tensor x = ramp({4, 64, 10, 10}, 1e-3).to(float32);
  const Tensor w = (ramp({64, 64, 3, 3}, 1e-3) + 1).to(float32);
  const auto class_of = [](const Tensor& v) {
    std::array<std::int64_t, 3> counts{};  // finite, infinite, NaN
    for (const float value : v.to_vector<float>())
      ++counts[std::isfinite(value) ? 0 : std::isinf(value) ? 1 : 2];
    return counts;
  };
  const std::int64_t all = 4 * 64 * 64;
  CHECK(class_of(conv2d(x, w)) == std::array<std::int64_t, 3>{all, 0, 0});
  Tensor place = select(select(select(select(x, 0, 1), 0, 2), 0, 5), 0, 5);  // seen by 3 x 3 places
  place.fill_(INFINITY);
  CHECK(class_of(conv2d(x, w)) == std::array<std::int64_t, 3>{all - 9 * 64, 9 * 64, 0});
  Tensor weight = w.clone().requires_grad_();
  sum(conv2d(x, weight)).backward();  // each of the 3 x 3 positions of channel 2 sees the infinity once
  CHECK(class_of(weight.grad()) == std::array<std::int64_t, 3>{64 * 63 * 9, 64 * 9, 0});
  place.fill_(NAN);
  CHECK(class_of(conv2d(x, w)) == std::array<std::int64_t, 3>{all - 9 * 64, 0, 9 * 64});

  Tensor image = zeros({8, 64, 10, 10}).requires_grad_();
  Tensor incoming = ones({8, 64, 8, 8});
  select(select(select(select(incoming, 0, 1), 0, 2), 0, 5), 0, 5).fill_(INFINITY);
  conv2d(image, w).backward(incoming);  // 3 x 3 pixels of each channel saw the place
  CHECK(class_of(image.grad()) == std::array<std::int64_t, 3>{8 * 64 * 100 - 9 * 64, 9 * 64, 0});
}

TEST_CASE("minimal filtering rounds about twice as much as a sum does", "[conv]") {
  Generator generator(5);
  for (const std::int64_t size : {6, 16}) {  // 2 x 2 places at once, and 4 x 4
    const Tensor images = relu(randn({16, 64, size, size}, {}, &generator));
    const Tensor kernels = randn({64, 64, 3, 3}, {}, &generator);
    const auto result_and_gradients = [&](DType dtype) {
      Tensor x = images.to(dtype).clone().requires_grad_(), w = kernels.to(dtype).clone().requires_grad_();
      const Tensor y = conv2d(x, w, {}, {.padding = 1});
      sum(square(y)).backward();
      return std::vector<Tensor>{y.detach(), x.grad(), w.grad()};
    };
    const auto actual = result_and_gradients(float32), expected = result_and_gradients(float64);
    for (std::size_t i = 0; i < actual.size(); ++i) {
      const double error = mean(square(actual[i].to(float64) - expected[i])).item<double>();
      const double relative = std::sqrt(error / mean(square(expected[i])).item<double>());
      CAPTURE(size, i);
      CHECK(relative < 1.1e-6);
    }
  }
}

TEST_CASE("a gradient that conv2d gets as an expanded view is taken as such", "[conv]") {
  Tensor x = ramp({1, 1, 3, 3}, 1).requires_grad_();
  Tensor w = ones({1, 1, 2, 2}, {.dtype = float64, .requires_grad = true});
  sum(conv2d(x, w)).backward();
  CHECK(x.grad().to_vector<double>() == std::vector<double>{1, 2, 1, 2, 4, 2, 1, 2, 1});
}

TEST_CASE("convolutions are the same bits for any number of threads", "[conv][threads]") {
  const std::int64_t channels = GENERATE(3, 64), size = GENERATE(6, 12);
  const Tensor x = ramp({37, channels, size, size - 1}, 1e-3).to(float32);
  const auto run = [&] {
    Tensor in = x.clone().requires_grad_(), w = ramp({8, channels, 3, 3}, 0.01).to(float32).requires_grad_();
    const Tensor y = conv2d(in, w, {}, {.padding = 1});
    sum(y * y).backward();
    auto bits = y.to_vector<float>();
    for (const Tensor& g : {in.grad(), w.grad()})
      for (const float v : g.to_vector<float>()) bits.push_back(v);
    return bits;
  };
  const auto expected = [&] {
    const ThreadLimit one(1);
    return run();
  }();
  for (const int threads : {2, 3, 8}) {
    const ThreadLimit limit(threads);
    CHECK(run() == expected);
  }
}

TEST_CASE("conv2d says what does not fit", "[conv][error]") {
  Tensor w = zeros({4, 3, 3, 3});
  w.set_name("conv1.weight");
  CHECK_THROWS_WITH(
      conv2d(zeros({1, 2, 8, 8}), w),
      Contains("conv2d: input is [1, 2, 8, 8] but conv1.weight is [4, 3, 3, 3] with groups = 1; the "
               "input needs 3 channels (conv_test.cpp:"));
  CHECK_THROWS_WITH(conv2d(zeros({1, 3, 2, 8}), w),
                    Contains("a kernel of [3, 3] with padding [0, 0] and dilation "
                             "[1, 1] does not fit an input of [1, 3, 2, 8]"));
  CHECK_THROWS_WITH(conv2d(zeros({1, 3, 8, 8}), w, zeros({3})), Contains("bias is [3]; needs [4]"));
  CHECK_THROWS_AS(conv2d(zeros({1, 3, 8, 8}, {.dtype = float64}), w), DTypeError);
  CHECK_THROWS_WITH(conv2d(zeros({1, 3, 8, 8}), w, {}, {.stride = 0}), Contains("stride is [0, 0]"));
  CHECK_THROWS_WITH(conv2d(zeros({1, 9, 8, 8}), w, {}, {.groups = 3}),
                    Contains("do not divide into 3 groups"));
  CHECK_THROWS_WITH(conv_transpose2d(zeros({1, 3, 8, 8}), w), Contains("needs [n, 4, h, w]"));
  CHECK_THROWS_WITH(conv_transpose2d(zeros({1, 4, 8, 8}), w, {}, {.output_padding = 1}),
                    Contains("output_padding is [1, 1]; it must be less than stride"));
}

}  // namespace gradus::conv_test
