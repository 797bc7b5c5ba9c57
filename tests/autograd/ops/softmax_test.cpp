#include <gradus/autograd/backward.hpp>
#include <gradus/autograd/gradcheck.hpp>
#include <gradus/autograd/ops.hpp>

#include <cmath>
#include <limits>

#include "support/catch.hpp"
#include "support/fixtures.hpp"
#include "support/layouts.hpp"
#include "support/rows.hpp"
#include "support/same_bits.hpp"
#include "support/sanitized.hpp"

namespace gradus::softmax_test {

namespace {

constexpr double inf = std::numeric_limits<double>::infinity();
constexpr double NaN = std::numeric_limits<double>::quiet_NaN();
constexpr TensorOptions real{.dtype = float64};
constexpr TensorOptions variable{.dtype = float64, .requires_grad = true};

struct Example {
  std::vector<double> logits, probabilities;  // probabilities with 6 digits
};

// For the last, the notes print 0.045, 0.022, 0.033, 0.607, ... and the loss 0.499. Those ten add up to
// 0.954: they were divided by about 99.4 instead of by the sum of the exponentials, 94.953. Right is 60.340
// / 94.953.
const std::vector<Example> examples{
    {{2.3, -1.2, 0.7}, {0.811626, 0.024509, 0.163865}},
    {{1.2, 0.8, 2.1, 1.5, 0.3, 1.0, 2.5, 5.2, 1.8, 0.9},
     {0.014807, 0.009925, 0.036419, 0.019987, 0.006020, 0.012123, 0.054331, 0.808437, 0.026980, 0.010969}},
    {{1000, 1001, 1002}, {0.090031, 0.244728, 0.665241}},
    {{1.5, 0.8, 1.2, 4.1, 0.9, 1.1, 1.8, 2.0, 1.3, 0.7},
     {0.047199, 0.023438, 0.034966, 0.635474, 0.025903, 0.031638, 0.063712, 0.077818, 0.038643, 0.021208}},
};

Tensor row(const std::vector<double>& values) {
  return from_vector(values, {1, static_cast<std::int64_t>(values.size())});
}

std::vector<test::Layout> inputs() {
  return test::layouts([](std::int64_t n) { return test::spread(n, -2, 3); });
}

}  // namespace

TEST_CASE("softmax, log_softmax and logsumexp of the reference notes' logits", "[softmax]") {
  for (const Example& example : examples) {
    const Tensor logits = row(example.logits), expected = row(example.probabilities);
    CAPTURE(example.logits);
    CHECK(test::difference(softmax(logits, 1), expected) < 5.1e-7);
    CHECK(test::difference(exp(log_softmax(logits, 1)), expected) < 5.1e-7);
    CHECK(test::difference(exp(logits - logsumexp(logits, 1, true)), expected) < 5.1e-7);
    CHECK(test::difference(softmax(logits.to(float32), 1).to(float64), expected) < 6e-7);
  }
}

TEST_CASE("class 3 of the notes' fourth example has probability 0.635474 and loss 0.453384", "[softmax]") {
  const Tensor logits = row(examples[3].logits);
  const double p = softmax(logits, 1).to_vector<double>()[3];
  const double loss = -log_softmax(logits, 1).to_vector<double>()[3];
  CHECK(std::abs(p - 0.635474) < 5e-7);
  CHECK(std::abs(loss - 0.453384) < 5e-7);
  // What the notes print is every probability times 0.955, which does not add up to 1.
  const std::vector<double> printed{0.045, 0.022, 0.033, 0.607, 0.025, 0.030, 0.061, 0.074, 0.037, 0.020};
  CHECK(std::abs(sum(row(printed)).item<double>() - 0.954) < 1e-12);
  CHECK(test::difference(softmax(logits, 1) * (94.953 / 99.41), row(printed)) < 6e-4);
}

TEST_CASE("softmin is the softmax of the opposite", "[softmax][gradcheck]") {
  const Tensor x = row({2, -1, 0.5});
  CHECK(equal(softmin(x, 1), softmax(-x, 1)));
  const Tensor leaf = x.clone().requires_grad_();
  const auto f = [](const Tensor& in) { return softmin(in, -1); };
  CHECK(gradcheck(f, {leaf}));
  CHECK(gradgradcheck(f, {leaf}));
}

TEST_CASE("softmax rows are probabilities that keep the order and ignore a shift", "[softmax]") {
  manual_seed(3);
  const Tensor logits = randn({50, 7}, real) * 3;
  const Tensor p = softmax(logits, 1);
  CHECK(all(p > 0).item<bool>());
  CHECK(all(p < 1).item<bool>());
  CHECK(test::difference(sum(p, 1), ones({50}, real)) < 1e-15);
  for (std::int64_t i = 0; i < 7; ++i)
    for (std::int64_t j = 0; j < 7; ++j)
      CHECK(test::same_bits(select(logits, 1, i) < select(logits, 1, j), select(p, 1, i) < select(p, 1, j)));
  for (const double shift : {-1e4, -3.0, 0.5, 1e4}) {
    CAPTURE(shift);
    // The shifted logits are rounded to 1e4 * 2^-53.
    CHECK(test::difference(softmax(logits + shift, 1), p) < 1e-11);
    CHECK(test::difference(log_softmax(logits + shift, 1), log_softmax(logits, 1)) < 1e-11);
    CHECK(test::difference(logsumexp(logits + shift, 1), logsumexp(logits, 1) + shift) < 1e-11);
  }
}

TEST_CASE("softmax stays finite for logits of +-1e4 and rows that hold -inf", "[softmax]") {
  const Tensor x = tensor({{1e4, -1e4, 0}, {-1e4, -1e4, -1e4}, {-inf, 0, 0}, {1e4, -inf, -inf}}, variable);
  const double third = 1.0 / 3, ln2 = std::log(2.0), ln3 = std::log(3.0);
  const Tensor p = softmax(x, 1), log_p = log_softmax(x, 1), total = logsumexp(x, 1);
  CHECK(test::difference(p, tensor({{1, 0, 0}, {third, third, third}, {0, 0.5, 0.5}, {1, 0, 0}}, real)) <
        1e-15);
  CHECK(test::difference(
            log_p, tensor({{0, -2e4, -1e4}, {-ln3, -ln3, -ln3}, {-inf, -ln2, -ln2}, {0, -inf, -inf}}, real)) <
        1e-12);
  CHECK(test::difference(total, tensor({1e4, -1e4 + ln3, ln2, 1e4}, real)) < 1e-12);

  const Tensor g = tensor({{1, 2, 3}, {1, 2, 3}, {1, 2, 3}, {1, 2, 3}}, real);
  const auto gradient = [&](const Tensor& y, const Tensor& up) { return grad(y, x, {.grad_outputs = {up}}); };
  CHECK(test::difference(gradient(p, g),
                         tensor({{0, 0, 0}, {-third, 0, third}, {0, -0.25, 0.25}, {0, 0, 0}}, real)) < 1e-15);
  CHECK(test::difference(gradient(log_p, g), tensor({{-5, 2, 3}, {-1, 0, 1}, {1, -1, 0}, {-5, 2, 3}}, real)) <
        1e-14);
  CHECK(test::difference(gradient(total, ones({4}, real)), p.detach()) < 1e-12);
}

TEST_CASE("softmax of a row of -inf only, or with +inf or NaN, is NaN", "[softmax]") {
  for (const Tensor& x : {tensor({-inf, -inf}, real), tensor({inf, 0}, real), tensor({0, inf}, real),
                          tensor({NaN, 1}, real), tensor({1, NaN}, real)}) {
    const Tensor nothing = full({2}, NaN, real);
    CHECK(test::difference(softmax(x, 0), nothing) == 0);
  }
  CHECK(test::difference(log_softmax(tensor({-inf, -inf}, real), 0), full({2}, NaN, real)) == 0);
}

TEST_CASE("logsumexp of -inf, of nothing, of +inf and of NaN", "[softmax]") {
  Tensor x = tensor({{-inf, -inf}, {-inf, 3}}, variable);
  const Tensor y = logsumexp(x, 1);
  CHECK(test::difference(y, tensor({-inf, 3}, real)) == 0);
  y.backward(tensor({5, 7}, real));
  CHECK(test::difference(x.grad(), tensor({{0, 0}, {0, 7}}, real)) == 0);
  CHECK(logsumexp(empty({0}, real)).item<double>() == -inf);
  CHECK(logsumexp(tensor({inf, 1}, real)).item<double>() == inf);
  CHECK(std::isnan(logsumexp(tensor({NaN, inf}, real)).item<double>()));
  CHECK(logsumexp(tensor({-1000, -1000}, real)).item<double>() == -1000 + std::log(2.0));
}

TEST_CASE("softmax and log_softmax follow their definition and central differences in every layout",
          "[softmax][gradcheck]") {
  for (const test::Layout& layout : inputs())
    for (std::int64_t dim = -1; dim < static_cast<std::int64_t>(layout.x.rank()); ++dim) {
      CAPTURE(layout.name, dim);
      const Tensor x = layout.x.detach();
      const auto soft = [&](const Tensor& t) { return softmax(t, dim); };
      const auto log_soft = [&](const Tensor& t) { return log_softmax(t, dim); };
      const Tensor total = x.rank() == 0 ? exp(x) : sum(exp(x), dim, true);
      CHECK(test::difference(soft(x), exp(x) / total) < 1e-15);
      CHECK(test::difference(log_soft(x), x - log(total)) < 2e-15);
      CHECK(test::difference(soft(x.to(float32)).to(float64), exp(x) / total) < 2e-7);
      CHECK(test::difference(log_soft(x.to(float32)).to(float64), x - log(total)) < 1e-6);
      CHECK(gradcheck(soft, {layout.x}));
      CHECK(gradgradcheck(soft, {layout.x}));
      CHECK(gradcheck(log_soft, {layout.x}));
      CHECK(gradgradcheck(log_soft, {layout.x}));
    }
}

TEST_CASE("the derivative of softmax is the same recorded and not", "[softmax]") {
  manual_seed(4);
  const Tensor x = randn({3, 5, 4}, variable), g = randn({3, 5, 4}, real);
  for (const auto f : {softmax, log_softmax}) {
    const Tensor y = f(x, 1, SourceLocation::current());
    const auto gradient = [&](bool create) {
      return grad(y, x, {.grad_outputs = {g}, .retain_graph = true, .create_graph = create}).detach();
    };
    CHECK(test::difference(gradient(true), gradient(false)) < 1e-15);
  }
}

TEST_CASE("softmax gives the same bits for any number of threads and any strides", "[softmax][threads]") {
  manual_seed(5);
  for (const DType dtype : {float32, float64}) {
    const Shape shape{test::sanitized ? 150 : 700, 10, 33};
    Tensor x = (randn(shape, {.dtype = float64}) * 5).to(dtype);
    const Tensor g = randn(shape, {.dtype = dtype});
    const Tensor turned = transpose(transpose(x, 0, 2).contiguous(), 0, 2);
    x.requires_grad_();
    for (const auto f : {softmax, log_softmax})
      for (const std::int64_t dim : {0, 1, 2}) {
        CAPTURE(dim, name(dtype));
        const auto value = [&] { return f(x, dim, SourceLocation::current()); };
        CHECK(test::same_for_any_threads(value));
        CHECK(test::same_for_any_threads([&] { return grad(value(), x, {.grad_outputs = {g}}); }));
        CHECK(test::same_bits(f(turned, dim, SourceLocation::current()), value()));
      }
  }
}

TEST_CASE("softmax refuses integers and dimensions that do not exist", "[softmax][error]") {
  using Catch::Matchers::StartsWith;
  CHECK_THROWS_AS(softmax(ones({2}, {.dtype = int64}), 0), DTypeError);
  CHECK_THROWS_WITH(softmax(ones({2}, {.dtype = int64}), 0),
                    StartsWith("softmax: given int64; needs float32 or float64"));
  CHECK_THROWS_AS(log_softmax(ones({2, 3}), 2), IndexError);
  CHECK_THROWS_WITH(log_softmax(ones({2, 3}), 2),
                    StartsWith("log_softmax: dimension 2 is out of range for a tensor of 2 dimensions"));
  CHECK_THROWS_WITH(logsumexp(ones({2}, {.dtype = boolean})), StartsWith("logsumexp: given bool"));
}

}  // namespace gradus::softmax_test
