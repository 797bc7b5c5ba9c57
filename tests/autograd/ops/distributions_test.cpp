// Draws from further distributions: their moments and shares, and that they hang on nothing but the
// generator.
#include <gradus/autograd/ops/distributions.hpp>

#include <gradus/autograd/ops.hpp>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "support/catch.hpp"
#include "support/same_bits.hpp"

namespace gradus::distributions_test {
using Catch::Matchers::Contains;

namespace {

constexpr std::int64_t many = 40000;
constexpr TensorOptions f64{.dtype = float64};

struct Drawn {
  std::string name;
  std::function<Tensor(Generator&)> draw;  // `many` numbers
  double mean, variance;
  bool whole = false;
};

/// A column of `many` of this number.
Tensor times(double value) { return full({many}, value, f64); }

std::vector<Drawn> distributions() {
  std::vector<Drawn> all{
      {"exponential", [](Generator& g) { return exponential({many}, 4, f64, &g); }, 0.25, 0.0625},
      {"log_normal", [](Generator& g) { return log_normal({many}, 0.5, 0.25, f64, &g); },
       std::exp(0.5 + 0.03125), (std::exp(0.0625) - 1) * std::exp(1 + 0.0625)},
      {"geometric", [](Generator& g) { return geometric(0.2, {many}, f64, &g); }, 5, 20, true}};
  for (const double rate : {0.01, 3.0, 9.9, 10.0, 25.0, 1e4})
    all.push_back({fmt::format("poisson {}", rate), [=](Generator& g) { return poisson(times(rate), &g); },
                   rate, rate, true});
  const std::vector<std::pair<double, double>> trials{{1, 0.3},  {20, 0.1},    {20, 0.9},
                                                      {30, 0.4}, {1000, 0.25}, {1e6, 0.7}};
  for (const auto& pair : trials) {
    const double n = pair.first, p = pair.second;
    all.push_back({fmt::format("binomial {} {}", n, p),
                   [=](Generator& g) { return binomial(times(n), times(p), &g); }, n * p, n * p * (1 - p),
                   true});
  }
  return all;
}

std::vector<double> values(const Tensor& x) { return x.to(float64).to_vector<double>(); }

/// The share of numbers for which `f` holds.
template <class F>
double share(const Tensor& x, F f) {
  const auto v = values(x);
  return static_cast<double>(std::count_if(v.begin(), v.end(), f)) / static_cast<double>(v.size());
}

}  // namespace

TEST_CASE("draws have the mean and the variance of their distribution", "[random]") {
  for (const Drawn& one : distributions()) {
    CAPTURE(one.name);
    Generator generator(5);
    const Tensor x = one.draw(generator);
    CHECK(generator.state().calls == 1);
    const double m = mean(x).item<double>(), v = var(x).item<double>();
    CHECK(std::abs(m - one.mean) < 4.5 * std::sqrt(one.variance / many));
    // The error of a variance grows with the fourth moment: 10 is more than any of these distributions has.
    CHECK(std::abs(v / one.variance - 1) < 4.5 * std::sqrt(std::max(10.0, 1.5 / one.variance) / many));
    CHECK(all(x >= 0).item<bool>());
    if (one.whole) CHECK(equal(floor(x), x));
  }
}

TEST_CASE("draws have the shares of their distribution", "[random]") {
  Generator g(6);
  CHECK(std::abs(share(exponential({many}, 2, f64, &g), [](double x) { return x > 0.5; }) - std::exp(-1)) <
        0.011);
  CHECK(std::abs(share(cauchy({many}, 3, 2, f64, &g), [](double x) { return x > 1 && x < 5; }) - 0.5) <
        0.011);
  CHECK(std::abs(share(cauchy({many}, 3, 2, f64, &g), [](double x) { return x < 3; }) - 0.5) < 0.011);
  CHECK(std::abs(share(geometric(0.3, {many}, {}, &g), [](double x) { return x == 2; }) - 0.21) < 0.01);
  CHECK(std::abs(share(log_normal({many}, 1, 3, {}, &g), [](double x) { return x < std::exp(1); }) - 0.5) <
        0.011);
  // Each number of events as often as it should be, where both algorithms are at work.
  for (const double rate : {4.0, 12.0}) {
    const Tensor x = poisson(times(rate), &g);
    for (int k = 0; k < 25; ++k) {
      const double p = std::exp(k * std::log(rate) - rate - std::lgamma(k + 1.0));
      CAPTURE(rate, k);
      CHECK(std::abs(share(x, [=](double v) { return v == k; }) - p) < 4.5 * std::sqrt(p / many) + 1e-5);
    }
  }
  for (const double count : {12.0, 40.0}) {
    const Tensor x = binomial(times(count), times(0.4), &g);
    for (int k = 0; k <= count; ++k) {
      const double p = std::exp(std::lgamma(count + 1) - std::lgamma(k + 1.0) - std::lgamma(count - k + 1) +
                                k * std::log(0.4) + (count - k) * std::log(0.6));
      CAPTURE(count, k);
      CHECK(std::abs(share(x, [=](double v) { return v == k; }) - p) < 4.5 * std::sqrt(p / many) + 1e-5);
    }
  }
}

TEST_CASE("draws at the ends of what is allowed", "[random]") {
  CHECK(values(poisson(zeros({3}))) == std::vector<double>(3));
  CHECK(values(binomial(full({3}, 7), zeros({3}))) == std::vector<double>(3));
  CHECK(values(binomial(full({3}, 7), ones({}))) == std::vector<double>(3, 7));
  CHECK(values(binomial(zeros({2, 1}), full({3}, 0.5))) == std::vector<double>(6));
  CHECK(values(geometric(1, {3})) == std::vector<double>(3, 1));
  CHECK(poisson(zeros({0, 3})).shape() == Shape{0, 3});
  CHECK(exponential({}).dtype() == float32);
  CHECK(exponential({2}, 1, {.requires_grad = true}).requires_grad());
  CHECK_FALSE(poisson(ones({2}).requires_grad_()).requires_grad());
}

TEST_CASE("draws do not hang on threads or layout, and each is another", "[random][threads]") {
  const Tensor rates = reshape(linspace(0, 30, 6000, f64), {60, 100});
  const auto draw = [&](const Tensor& r) {
    Generator g(7);
    return poisson(r, &g) + binomial(floor(r), full({}, 0.3, f64), &g);
  };
  CHECK(test::same_for_any_threads([&] { return draw(rates); }));
  CHECK(equal(draw(transpose(transpose(rates, 0, 1).contiguous(), 0, 1)), draw(rates)));
  Generator a(1), b(1), c(2);
  CHECK(equal(exponential({9}, 1, {}, &a), exponential({9}, 1, {}, &b)));
  CHECK_FALSE(equal(exponential({9}, 1, {}, &a), exponential({9}, 1, {}, &c)));
}

TEST_CASE("draws say what is wrong", "[random][error]") {
  CHECK_THROWS_WITH(exponential({2}, 0),
                    Contains("exponential: a rate of 0 was given; it must be above 0 (distributions_test"));
  CHECK_THROWS_WITH(exponential({2}, 1, {.dtype = int64}),
                    Contains("exponential: given int64; needs float32 or float64"));
  CHECK_THROWS_WITH(log_normal({2}, 0, -1), Contains("a standard deviation of -1"));
  CHECK_THROWS_WITH(cauchy({2}, 0, 0), Contains("cauchy: a scale of 0 was given; it must be above 0"));
  CHECK_THROWS_WITH(geometric(0, {2}),
                    Contains("geometric: a probability of 0 was given; it must lie in (0, 1]"));
  CHECK_THROWS_WITH(poisson(tensor({1, -2})), Contains("poisson: a rate of -2 was given; it must be finite"));
  CHECK_THROWS_AS(poisson(full({1}, std::numeric_limits<double>::infinity())), ValueError);
  CHECK_THROWS_AS(poisson(ones({1}, {.dtype = int64})), DTypeError);
  CHECK_THROWS_WITH(binomial(full({1}, 2.5), ones({1})),
                    Contains("binomial: a count of 2.5 was given; it must be whole"));
  CHECK_THROWS_WITH(binomial(ones({1}), full({1}, 1.5)),
                    Contains("a probability of 1.5 was given; it must lie in [0, 1]"));
  CHECK_THROWS_AS(binomial(ones({1}), ones({1}, f64)), DTypeError);
  CHECK_THROWS_AS(binomial(ones({2}), ones({3})), ShapeError);
}

}  // namespace gradus::distributions_test
