#include <gradus/nn/init.hpp>

#include <cmath>

#include <gradus/autograd/ops/arithmetic.hpp>
#include <gradus/autograd/ops/create.hpp>
#include <gradus/autograd/ops/matmul.hpp>
#include <gradus/autograd/ops/view.hpp>
#include <gradus/nn/conv2d.hpp>
#include <gradus/nn/linear.hpp>

#include "support/catch.hpp"
#include "support/fixtures.hpp"

namespace gradus::init_test {
namespace init = nn::init;

namespace {

struct Moments {
  double mean = 0, std = 0, low = 0, high = 0;
};

Moments moments(const Tensor& x) {
  const std::vector<double> values = x.to(float64).to_vector<double>();
  Moments m{.low = values[0], .high = values[0]};
  for (const double v : values) {
    m.mean += v / static_cast<double>(values.size());
    m.low = std::min(m.low, v);
    m.high = std::max(m.high, v);
  }
  for (const double v : values) m.std += (v - m.mean) * (v - m.mean) / static_cast<double>(values.size());
  m.std = std::sqrt(m.std);
  return m;
}

/// Within 5%, for samples of some ten thousands.
bool near(double actual, double expected) { return std::abs(actual - expected) <= 0.05 * std::abs(expected); }

/// A parameter as layers have it.
Tensor parameter(const Shape& shape) { return nn::Parameter(zeros(shape, {.dtype = float64})); }

}  // namespace

TEST_CASE("initialisers fill parameters in place without being recorded", "[nn][init]") {
  Tensor w = parameter({100, 200});
  CHECK(init::uniform_(w, -2, 4).impl() == w.impl());
  CHECK(w.is_leaf());
  const Moments uniform = moments(w);
  CHECK(std::abs(uniform.mean - 1) < 0.05);
  CHECK(near(uniform.std, 6 / std::sqrt(12)));
  CHECK(uniform.low >= -2);
  CHECK(uniform.high < 4);

  init::normal_(w, 3, 0.5);
  CHECK(near(moments(w).mean, 3));
  CHECK(near(moments(w).std, 0.5));
  init::constant_(w, 2.5);
  CHECK(moments(w).low == 2.5);
  CHECK(moments(w).high == 2.5);
  init::zeros_(w);
  CHECK(moments(w).high == 0);
  init::ones_(w);
  CHECK(moments(w).low == 1);
}

TEST_CASE("a generator of one's own decides the numbers", "[nn][init]") {
  Generator a(3), b(3);
  const Generator::State untouched = default_generator().state();
  const Tensor x = parameter({4, 5}), y = parameter({4, 5});
  for (const auto& fill : {+[](Tensor w, Generator*g) { init::uniform_(w, 0, 1, g); },
                           +[](Tensor w, Generator*g) { init::normal_(w, 0, 1, g); },
                           +[](Tensor w, Generator*g) { init::xavier_uniform_(w, 1, g); },
                           +[](Tensor w, Generator*g) { init::xavier_normal_(w, 1, g); },
                           +[](Tensor w, Generator*g) { init::kaiming_uniform_(w, {}, g); },
                           +[](Tensor w, Generator*g) { init::kaiming_normal_(w, {}, g); },
                           +[](Tensor w, Generator*g) { init::orthogonal_(w, 1, g); }}) {
    fill(x, &a);
    fill(y, &b);
    CHECK(x.to_vector<double>() == y.to_vector<double>());
    CHECK(moments(x).std > 0);
  }
  CHECK(default_generator().state() == untouched);
}

TEST_CASE("fans count the receptive field", "[nn][init]") {
  CHECK(init::fans(zeros({6, 4, 3, 5})).in == 60);
  CHECK(init::fans(zeros({6, 4, 3, 5})).out == 90);
  CHECK(init::fans(zeros({6, 4})).out == 6);
  CHECK_THROWS_WITH(init::xavier_normal_(zeros({6})),
                    Catch::Matchers::Contains("xavier_normal_: the weight is [6]; needs two dimensions"));
}

TEST_CASE("xavier and kaiming have the variances of their papers", "[nn][init]") {
  Tensor w = parameter({80, 20, 5, 5});  // fan in 500, fan out 2000
  init::xavier_uniform_(w, 2);
  CHECK(near(moments(w).std, 2 * std::sqrt(2.0 / 2500)));
  CHECK(moments(w).high <= 2 * std::sqrt(6.0 / 2500));
  init::xavier_normal_(w);
  CHECK(near(moments(w).std, std::sqrt(2.0 / 2500)));
  init::kaiming_uniform_(w, {.a = std::sqrt(5.0)});
  CHECK(near(moments(w).high, 1 / std::sqrt(500.0)));
  CHECK(near(moments(w).std, std::sqrt(1.0 / 3 / 500)));
  init::kaiming_normal_(w, {.mode = init::FanMode::fan_out, .nonlinearity = init::Nonlinearity::relu});
  CHECK(near(moments(w).std, std::sqrt(2.0 / 2000)));
  CHECK(init::kaiming_uniform_(parameter({0, 3})).numel() == 0);
}

TEST_CASE("gains are those of PyTorch", "[nn][init]") {
  using init::Nonlinearity;
  CHECK(init::gain(Nonlinearity::linear) == 1);
  CHECK(init::gain(Nonlinearity::sigmoid) == 1);
  CHECK(init::gain(Nonlinearity::tanh) == 5.0 / 3);
  CHECK(init::gain(Nonlinearity::relu) == std::sqrt(2.0));
  CHECK(init::gain(Nonlinearity::leaky_relu, 0.2) == std::sqrt(2 / 1.04));
  CHECK(init::gain(Nonlinearity::selu) == 0.75);
}

TEST_CASE("orthogonal_ makes rows or columns orthonormal", "[nn][init]") {
  const Shape shape =
      GENERATE(Shape{5, 5}, Shape{3, 8}, Shape{8, 3}, Shape{4, 2, 3}, Shape{1, 6}, Shape{1, 1});
  CAPTURE(to_string(shape));
  const Tensor w = init::orthogonal_(parameter(shape), 3).detach();
  const Tensor m = reshape(w, {shape[0], -1});
  const bool tall = m.size(0) > m.size(1);
  const Tensor product = tall ? matmul(transpose(m, 0, 1), m) : matmul(m, transpose(m, 0, 1));
  const Tensor expected = eye(product.size(0), -1, {.dtype = float64}).to(float64);
  CHECK(test::difference(product, expected * 9) < 1e-12);
}

TEST_CASE("orthogonal_ favours no sign", "[nn][init]") {
  int positive = 0;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    Generator generator(seed);
    positive += init::orthogonal_(parameter({3, 3}), 1, &generator).to_vector<double>()[0] > 0;
  }
  CHECK(positive > 60);
  CHECK(positive < 140);
}

TEST_CASE("layers start uniform in +-1 / sqrt(fan in), as in PyTorch", "[nn][init]") {
  const auto check = [](const Tensor& weight, const Tensor& bias, double fan_in) {
    const double bound = 1 / std::sqrt(fan_in);
    CHECK(moments(weight).high <= bound);
    CHECK(moments(weight).low >= -bound);
    CHECK(near(moments(weight).std, bound / std::sqrt(3.0)));
    CHECK(moments(bias).high <= bound);
    CHECK(moments(bias).high > bound / 2);
    CHECK(moments(bias).low < -bound / 2);
  };
  const nn::Linear linear{300, 100};
  check(linear.weight, linear.bias, 300);
  const nn::Conv2d conv{32, 64, 3, {.groups = 2}};
  check(conv.weight, conv.bias, 16 * 9);
  const nn::ConvTranspose2d transposed{32, 64, 3};
  check(transposed.weight, transposed.bias, 64 * 9);
}

}  // namespace gradus::init_test
