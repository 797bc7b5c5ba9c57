#include "support/catch.hpp"

#include <cmath>
#include <gradus/autograd/backward.hpp>
#include <gradus/autograd/gradcheck.hpp>
#include <gradus/autograd/kernels/parallel.hpp>
#include <gradus/autograd/ops.hpp>
#include <limits>

#include "support/fixtures.hpp"

namespace gradus::dropout_test {
using Catch::Matchers::Contains;
using test::difference;

namespace {

const TensorOptions f64{.dtype = float64};

}  // namespace

TEST_CASE("dropout zeroes with probability p and keeps the mean", "[autograd][ops][dropout]") {
  const double p = GENERATE(0.1, 0.5, 0.75);
  const DType dtype = GENERATE(float32, float64);
  CAPTURE(p, dtype);
  Generator generator(1);
  const Tensor y = dropout(full({40000}, 3, {.dtype = dtype}), p, true, &generator);
  CHECK(y.dtype() == dtype);
  int dropped = 0;
  for (const double v : y.to(float64).to_vector<double>()) {
    if (v == 0)
      ++dropped;
    else
      REQUIRE(std::abs(v - 3 / (1 - p)) < 1e-5);
  }
  CHECK(std::abs(dropped / 40000.0 - p) < 4 * std::sqrt(p * (1 - p) / 40000));
}

TEST_CASE("dropout is the identity in evaluation and with p = 0", "[autograd][ops][dropout]") {
  Generator generator(1);
  const Tensor x = randn({100}, f64);
  CHECK(difference(dropout(x, 0.5, false, &generator), x) == 0);
  CHECK(difference(dropout(x, 0, true, &generator), x) == 0);
  CHECK(difference(dropout(x, 1, false, &generator), x) == 0);
  CHECK(generator.state().calls == 0);
}

TEST_CASE("dropout with p = 1 drops everything", "[autograd][ops][dropout]") {
  Tensor x = randn({100}, {.dtype = float64, .requires_grad = true});
  const Tensor y = dropout(x, 1);
  CHECK(difference(y, zeros({100}, f64)) == 0);
  y.backward(ones({100}, f64));
  CHECK(difference(x.grad(), zeros({100}, f64)) == 0);
}

TEST_CASE("The gradient passes where the value did", "[autograd][ops][dropout][gradient]") {
  Tensor x = ones({50}, {.dtype = float64, .requires_grad = true});
  const Tensor y = dropout(x, 0.4);
  y.backward(ones({50}, f64));
  CHECK(difference(x.grad(), y) == 0);
}

TEST_CASE("Derivatives of dropout", "[autograd][ops][dropout][gradient]") {
  const auto f = [](Tensor x) {
    Generator generator(4);  // the same mask each time
    return dropout(x * x, 0.4, true, &generator);
  };
  for (Tensor x : {randn({3, 4}, f64), transpose(randn({5, 2}, f64), 0, 1)}) {
    x = x.detach().requires_grad_();
    CHECK(gradcheck(f, {x}));
    CHECK(gradgradcheck(f, {x}));
  }
}

TEST_CASE("What is dropped does not depend on layout or threads", "[autograd][ops][dropout][threads]") {
  const Tensor x = randn({300, 400});
  const auto run = [&](const Tensor& v, int threads) {
    const ThreadLimit limit(threads);
    Generator generator(7);
    return dropout(v, 0.3, true, &generator).to_vector<float>();
  };
  const std::vector<float> alone = run(x, 1);
  CHECK(run(x, 2) == alone);
  CHECK(run(x, 3) == alone);
  CHECK(run(x, 8) == alone);
  CHECK(run(transpose(transpose(x, 0, 1).contiguous(), 0, 1), 2) == alone);
}

TEST_CASE("dropout says what is wrong", "[autograd][ops][dropout][error]") {
  const Tensor x = zeros({2});
  CHECK_THROWS_WITH(dropout(x, 1.5),
                    Contains("dropout: a probability of 1.5 was given; it must lie in [0, 1]"));
  CHECK_THROWS_AS(dropout(x, -0.1, false), ValueError);
  CHECK_THROWS_AS(dropout(x, std::numeric_limits<double>::quiet_NaN()), ValueError);
  CHECK_THROWS_WITH(dropout(zeros({2}, {.dtype = int64})), Contains("dropout: given int64"));
}

}  // namespace gradus::dropout_test
