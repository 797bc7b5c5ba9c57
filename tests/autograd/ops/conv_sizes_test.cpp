#include <random>

#include <gradus/autograd/kernels/gemm_tile.hpp>
#include <gradus/autograd/ops.hpp>

#include "support/catch.hpp"
#include "support/fixtures.hpp"
#include "support/sanitized.hpp"

namespace gradus::conv_sizes_test {

namespace {

struct Case {
  std::int64_t images, groups, in, out;  // channels per group
  Pair size, kernel;
  Conv2dOptions options;
};

struct Values {
  Tensor y, x, w;  // the convolution, and its gradients for an incoming gradient
};

std::int64_t places(std::int64_t n, std::int64_t k, std::int64_t s, std::int64_t p, std::int64_t d) {
  return (n + 2 * p - d * (k - 1) - 1) / s + 1;
}

/// The definition, term by term, in double.
Values by_definition(const Case& c, const Tensor& x, const Tensor& w, const Tensor& bias, const Tensor& gy) {
  const auto& [stride, padding, dilation, groups] = c.options;
  const Shape ys = gy.shape(), xs = x.shape(), ws = w.shape();
  std::vector<double> y = gy.to(float64).to_vector<double>(), gx(static_cast<std::size_t>(x.numel())),
                      gw(static_cast<std::size_t>(w.numel()));
  const std::vector<double> g = y, xv = x.to(float64).to_vector<double>(),
                            wv = w.to(float64).to_vector<double>(), bv = bias.to(float64).to_vector<double>();
  const auto at = [](const Shape& s, std::int64_t a, std::int64_t b, std::int64_t i, std::int64_t j) {
    return static_cast<std::size_t>(((a * s[1] + b) * s[2] + i) * s[3] + j);
  };
  for (std::int64_t n = 0; n < ys[0]; ++n)
    for (std::int64_t o = 0; o < ys[1]; ++o)
      for (std::int64_t i = 0; i < ys[2]; ++i)
        for (std::int64_t j = 0; j < ys[3]; ++j) {
          double sum = bv[static_cast<std::size_t>(o)];
          for (std::int64_t k = 0; k < c.in; ++k)
            for (std::int64_t u = 0; u < c.kernel.h; ++u)
              for (std::int64_t v = 0; v < c.kernel.w; ++v) {
                const std::int64_t h = i * stride.h + u * dilation.h - padding.h;
                const std::int64_t q = j * stride.w + v * dilation.w - padding.w;
                if (h < 0 || h >= xs[2] || q < 0 || q >= xs[3]) continue;
                const std::size_t px = at(xs, n, o / c.out * c.in + k, h, q), pw = at(ws, o, k, u, v);
                sum += xv[px] * wv[pw];
                gx[px] += g[at(ys, n, o, i, j)] * wv[pw];
                gw[pw] += g[at(ys, n, o, i, j)] * xv[px];
              }
          y[at(ys, n, o, i, j)] = sum;
        }
  return {from_span<double>(y, ys), from_span<double>(gx, xs), from_span<double>(gw, ws)};
}

/// Relative to the size of the values.
double error(const Tensor& actual, const Tensor& expected) {
  const double scale = std::max(max(abs(expected)).item<double>(), 1.0);
  return test::difference(actual.to(float64), expected) / scale;
}

/// Same values, channels side by side.
Tensor channels_last(const Tensor& x) { return permute(permute(x, {0, 2, 3, 1}).contiguous(), {0, 3, 1, 2}); }

void check(const Case& c, DType dtype) {
  CAPTURE(c.images, c.groups, c.in, c.out, c.size.h, c.size.w, c.kernel.h, c.kernel.w, dtype);
  CAPTURE(to_string(c.options.stride), to_string(c.options.padding), to_string(c.options.dilation));
  const auto& o = c.options;
  Generator generator(7);
  const Tensor x = randn({c.images, c.groups * c.in, c.size.h, c.size.w}, {.dtype = dtype}, &generator);
  const Tensor w =
      randn({c.groups * c.out, c.in, c.kernel.h, c.kernel.w}, {.dtype = dtype}, &generator).requires_grad_();
  const Tensor bias = randn({c.groups * c.out}, {.dtype = dtype}, &generator).requires_grad_();
  const Shape ys{c.images, c.groups * c.out,
                 places(c.size.h, c.kernel.h, o.stride.h, o.padding.h, o.dilation.h),
                 places(c.size.w, c.kernel.w, o.stride.w, o.padding.w, o.dilation.w)};
  const Tensor gy = randn(ys, {.dtype = dtype}, &generator);
  const Values expected = by_definition(c, x, w, bias, gy);
  const double tolerance = dtype == float64 ? 1e-13 : 1e-5;
  for (const bool last : {false, true}) {
    CAPTURE(last);
    const Tensor in = (last ? channels_last(x) : x.clone()).detach().requires_grad_();
    const Tensor y = conv2d(in, w, bias, o);
    CHECK(error(y.detach(), expected.y) < tolerance);
    Tensor(w).zero_grad();
    Tensor(bias).zero_grad();
    y.backward(last ? channels_last(gy) : gy);
    CHECK(error(in.grad(), expected.x) < tolerance);
    CHECK(error(w.grad(), expected.w) < tolerance);
    CHECK(error(bias.grad(), sum(gy.to(float64), {0, 2, 3})) < tolerance);
  }
}

}  // namespace

TEST_CASE("conv2d and its gradients are what their definition says at every kind of size", "[conv]") {
  const std::vector<Case> cases = {
      {1, 1, 1, 1, {1, 1}, {1, 1}, {}},
      {3, 1, 1, 32, {28, 28}, {3, 3}, {}},                   // the first layer of a digit network
      {2, 1, 32, 64, {13, 13}, {3, 3}, {}},                  // channels that fill tiles
      {2, 1, 17, 33, {9, 31}, {3, 3}, {.padding = 1}},       // tiles with one left over
      {2, 1, 15, 63, {7, 62}, {2, 3}, {.padding = {0, 2}}},  // and one missing
      {5, 1, 300, 40, {4, 4}, {3, 3}, {.padding = 1}},       // deep: several products a pixel
      {3, 1, 257, 7, {3, 5}, {1, 3}, {}},                    // a prime depth
      {9, 1, 160, 96, {5, 5}, {3, 3}, {.padding = 1}},       // more matrices than stay in cache
      {16, 1, 64, 64, {6, 6}, {3, 3}, {.padding = 1}},       // enough for minimal filtering, 2 x 2 places
      {4, 1, 64, 64, {8, 8}, {3, 3}, {.padding = 1}},        // and 4 x 4
      {3, 1, 130, 98, {13, 11}, {3, 3}, {}},  // its patches reach beyond, channels fill no register
      {8, 1, 36, 44, {11, 10}, {3, 3}, {.padding = 1}},
      {9, 1, 36, 44, {12, 11}, {3, 3}, {}},             // the image's gradient by patches of the result
      {16, 1, 64, 64, {5, 5}, {3, 3}, {.padding = 2}},  // the result by patches of the image
      {10, 2, 24, 40, {11, 9}, {3, 3}, {.padding = 2, .groups = 2}},
      {2, 2, 96, 72, {12, 10}, {3, 3}, {.padding = {2, 0}, .groups = 2}},
      {2, 1, 24, 40, {8, 6}, {1, 1}, {}},             // rows that can be joined
      {2, 1, 20, 24, {8, 7}, {1, 1}, {.stride = 2}},  // pixels that nothing sees
      {2, 1, 19, 18, {11, 10}, {3, 3}, {.stride = {2, 3}, .padding = {2, 1}}},
      {2, 1, 18, 5, {12, 13}, {3, 2}, {.stride = 3, .dilation = {2, 3}}},
      {2, 1, 3, 6, {9, 8}, {5, 5}, {.stride = 2, .padding = 4}},  // padding beyond the kernel's reach
      {1, 1, 4, 3, {2, 2}, {2, 2}, {.padding = 3}},               // more padding than image
      {2, 3, 5, 4, {6, 7}, {3, 3}, {.padding = 1, .groups = 3}},
      {2, 2, 20, 33, {6, 7}, {3, 3}, {.stride = 2, .padding = 1, .groups = 2}},
      {2, 37, 1, 1, {9, 8}, {3, 3}, {.padding = 1, .groups = 37}},         // depthwise
      {2, 19, 1, 1, {13, 11}, {3, 3}, {.padding = {2, 0}, .groups = 19}},  // dense rows
      {2, 64, 1, 1, {9, 9}, {3, 2}, {.stride = 2, .padding = 1, .dilation = {1, 2}, .groups = 64}},
      {2, 6, 1, 2, {5, 5}, {3, 3}, {.padding = 1, .groups = 6}},  // two results a channel
  };
  const auto backend = GENERATE(kernels::GemmBackend::automatic, kernels::GemmBackend::eigen);
  kernels::set_gemm_backend(backend);
  // The definition is slow under a sanitizer: there one dtype for each backend.
  const bool jit = backend == kernels::GemmBackend::automatic;
  for (const Case& c : cases) {
    if (jit || !test::sanitized) check(c, float32);
    if (!jit || !test::sanitized) check(c, float64);
  }
  kernels::set_gemm_backend(kernels::GemmBackend::automatic);
}

TEST_CASE("conv2d and its gradients are what their definition says for random sizes", "[conv]") {
  std::mt19937 random(3);
  const auto draw = [&](std::int64_t low, std::int64_t high) {
    return std::uniform_int_distribution<std::int64_t>(low, high)(random);
  };
  for (int i = 0; i < (test::sanitized ? 20 : 60); ++i) {
    const Pair kernel{draw(1, 4), draw(1, 4)}, dilation{draw(1, 2), draw(1, 2)},
        padding{draw(0, 3), draw(0, 3)};
    const Pair reach{dilation.h * (kernel.h - 1) + 1, dilation.w * (kernel.w - 1) + 1};
    const std::int64_t groups = draw(0, 3) == 0 ? draw(2, 5) : 1;
    check({draw(1, 5),
           groups,
           draw(0, 1) == 0 ? draw(1, 4) : draw(14, 36),
           draw(0, 1) == 0 ? draw(1, 9) : draw(30, 70),
           {reach.h + draw(0, 9), reach.w + draw(0, 34)},
           kernel,
           {.stride = {draw(1, 3), draw(1, 3)}, .padding = padding, .dilation = dilation, .groups = groups}},
          i % 2 == 0 ? float32 : float64);
  }
}

}  // namespace gradus::conv_sizes_test
