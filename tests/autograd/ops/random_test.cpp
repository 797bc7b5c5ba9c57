#include "support/catch.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <gradus/autograd/kernels/parallel.hpp>
#include <gradus/autograd/ops.hpp>
#include <gradus/autograd/tape.hpp>
#include <limits>
#include <numeric>

namespace gradus::random_test {
using Catch::Matchers::Contains;

namespace {

std::vector<double> values(const Tensor& x) { return x.to(float64).to_vector<double>(); }

double average(const std::vector<double>& v) {
  return std::accumulate(v.begin(), v.end(), 0.0) / static_cast<double>(v.size());
}

/// The mean of (v - centre)^power.
double moment(std::vector<double> v, double centre, int power) {
  for (double& x : v) x = std::pow(x - centre, power);
  return average(v);
}

/// Pearson's statistic of `counts` against equal shares.
double chi_square(const std::vector<std::int64_t>& counts) {
  const auto total = static_cast<double>(std::accumulate(counts.begin(), counts.end(), std::int64_t{0}));
  const double expected = total / static_cast<double>(counts.size());
  double sum = 0;
  for (const std::int64_t n : counts) sum += std::pow(static_cast<double>(n) - expected, 2) / expected;
  return sum;
}

bool same(const Tensor& a, const Tensor& b) {
  return a.shape() == b.shape() && a.dtype() == b.dtype() && values(a) == values(b);
}

}  // namespace

TEST_CASE("rand is uniform from 0 up to but not 1", "[autograd][ops][random]") {
  const DType dtype = GENERATE(float32, float64);
  CAPTURE(dtype);
  Generator generator(1);
  const Tensor x = rand({100, 1000}, {.dtype = dtype}, &generator);
  CHECK(x.shape() == Shape{100, 1000});
  CHECK(x.dtype() == dtype);
  const std::vector<double> v = values(x);
  CHECK(*std::min_element(v.begin(), v.end()) >= 0);
  CHECK(*std::max_element(v.begin(), v.end()) < 1);
  // Standard errors for 100,000: mean 0.0009, variance 0.00024; four of them are allowed.
  CHECK(std::abs(average(v) - 0.5) < 0.0037);
  CHECK(std::abs(moment(v, 0.5, 2) - 1.0 / 12) < 0.001);
  std::vector<std::int64_t> counts(100);
  for (const double u : v) ++counts[static_cast<std::size_t>(u * 100)];
  CHECK(chi_square(counts) > 56);   // 99 degrees of freedom: 0.9999 of all samples
  CHECK(chi_square(counts) < 162);  // lie between
}

TEST_CASE("float32 numbers have 24 random bits, float64 numbers 53", "[autograd][ops][random]") {
  const auto digits = [](DType dtype, double scale) {
    int odd = 0;
    for (const double u : values(rand({1000}, {.dtype = dtype}))) {
      const double scaled = u * scale;
      REQUIRE(scaled == std::floor(scaled));  // nothing beyond the last bit
      if (std::fmod(scaled, 2) == 1) ++odd;   // and the last bit is used
    }
    return odd;
  };
  CHECK(std::abs(digits(float32, 0x1p24) - 500) < 65);
  CHECK(std::abs(digits(float64, 0x1p53) - 500) < 65);
}

TEST_CASE("Numbers are those of Philox in order", "[autograd][ops][random]") {
  Generator generator(0);
  const Tensor x = rand({4}, {}, &generator);  // the known answer for key 0 and counter 0
  const std::array<std::uint32_t, 4> words{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8};
  for (std::size_t i = 0; i < 4; ++i)
    CHECK(x.span<float>()[i] == static_cast<float>(words[i] >> 8) / 0x1p24F);
  generator.set_state({0, 0});
  const Tensor y = rand({1}, {.dtype = float64}, &generator);
  CHECK(y.item<double>() == static_cast<double>(0xe169c58d6627e8d5ULL >> 11) / 0x1p53);
}

TEST_CASE("randn has the moments of the normal distribution", "[autograd][ops][random]") {
  const DType dtype = GENERATE(float32, float64);
  CAPTURE(dtype);
  Generator generator(2);
  const std::vector<double> v = values(randn({200001}, {.dtype = dtype}, &generator));
  CHECK(std::abs(average(v)) < 0.009);  // four standard errors each
  CHECK(std::abs(moment(v, 0, 2) - 1) < 0.013);
  CHECK(std::abs(moment(v, 0, 3)) < 0.035);
  CHECK(std::abs(moment(v, 0, 4) - 3) < 0.09);
  const auto beyond = [&](double limit) {
    return static_cast<double>(std::count_if(v.begin(), v.end(), [&](double x) { return x > limit; })) /
           static_cast<double>(v.size());
  };
  CHECK(std::abs(beyond(1) - 0.158655) < 0.0033);
  CHECK(std::abs(beyond(2) - 0.022750) < 0.0014);
  double product = 0;  // neighbours come from the same two uniforms, and are independent all the same
  for (std::size_t i = 0; i + 1 < v.size(); i += 2) product += v[i] * v[i + 1];
  CHECK(std::abs(product / 100000) < 0.013);
}

TEST_CASE("a number depends on its place, not on how many there are", "[autograd][ops][random]") {
  const DType dtype = GENERATE(float32, float64);
  const auto draw = [&](std::int64_t n) {
    Generator a(8), b(9);
    return std::pair(values(randn({n}, {.dtype = dtype}, &a)),
                     values(randint(0, 1000, {n}, {.dtype = dtype}, &b)));
  };
  const auto [normals, integers] = draw(20000);
  for (const std::int64_t n : {1, 2, 127, 128, 129, 256, 257, 8193}) {
    CAPTURE(n);
    const auto [some, others] = draw(n);
    CHECK(std::equal(some.begin(), some.end(), normals.begin()));
    CHECK(std::equal(others.begin(), others.end(), integers.begin()));
  }
}

TEST_CASE("uniform and normal scale and shift", "[autograd][ops][random]") {
  Generator a(3), b(3);
  const std::vector<double> u = values(uniform({1001}, -2, 3, {.dtype = float64}, &a));
  const std::vector<double> r = values(rand({1001}, {.dtype = float64}, &b));
  for (std::size_t i = 0; i < u.size(); ++i) REQUIRE(u[i] == -2 + 5 * r[i]);
  const std::vector<double> n = values(normal({1001}, 10, 0.5, {.dtype = float64}, &a));
  const std::vector<double> z = values(randn({1001}, {.dtype = float64}, &b));
  for (std::size_t i = 0; i < n.size(); ++i) REQUIRE(std::abs(n[i] - (10 + 0.5 * z[i])) < 1e-14 * 20);
  CHECK(values(uniform({3}, 4, 4)) == std::vector<double>{4, 4, 4});
  CHECK(values(normal({3}, 4, 0)) == std::vector<double>{4, 4, 4});
}

TEST_CASE("uniform never rounds up to its end", "[autograd][ops][random]") {
  // Between 2^24 and 2^24 + 2 there is no other float, and half of the sums would round up.
  for (const double x : values(uniform({1000}, 0x1p24, 0x1p24 + 2))) REQUIRE(x == 0x1p24);
}

TEST_CASE("randint gives every integer of its range equally often", "[autograd][ops][random]") {
  const DType dtype = GENERATE(int64, float32, float64, uint8);
  CAPTURE(dtype);
  Generator generator(4);
  const Tensor x = randint(3, 10, {70000}, {.dtype = dtype}, &generator);
  CHECK(x.dtype() == dtype);
  std::vector<std::int64_t> counts(7);
  for (const double v : values(x)) {
    REQUIRE((v >= 3 && v < 10 && v == std::floor(v)));
    ++counts[static_cast<std::size_t>(v) - 3];
  }
  CHECK(chi_square(counts) < 27.9);  // 6 degrees of freedom: 0.9999
}

TEST_CASE("randint takes the widest and the narrowest range", "[autograd][ops][random]") {
  const std::int64_t low = std::numeric_limits<std::int64_t>::min();
  const std::int64_t high = std::numeric_limits<std::int64_t>::max();
  const std::vector<std::int64_t> v = randint(low, high, {100}).to_vector<std::int64_t>();
  CHECK(std::any_of(v.begin(), v.end(), [](std::int64_t x) { return x < 0; }));
  CHECK(std::any_of(v.begin(), v.end(), [](std::int64_t x) { return x > 0; }));
  CHECK(values(randint(-5, -4, {3})) == std::vector<double>{-5, -5, -5});
  const std::vector<double> bits = values(randint(0, 2, {1000}, {.dtype = boolean}));
  CHECK(std::abs(average(bits) - 0.5) < 0.065);
}

TEST_CASE("randperm is a permutation, and any of them", "[autograd][ops][random]") {
  Generator generator(5);
  const std::int64_t n = GENERATE(0, 1, 2, 5, 1000);
  CAPTURE(n);
  const Tensor x = randperm(n, {.dtype = int64}, &generator);
  CHECK(x.shape() == Shape(n));
  std::vector<std::int64_t> v = x.to_vector<std::int64_t>();
  if (n == 1000) CHECK_FALSE(std::is_sorted(v.begin(), v.end()));
  std::sort(v.begin(), v.end());
  for (std::int64_t i = 0; i < n; ++i) REQUIRE(v[static_cast<std::size_t>(i)] == i);
  CHECK(generator.state().calls == 1);
  CHECK(randperm(n, {.dtype = float64}).dtype() == float64);
}

TEST_CASE("All orders of randperm are equally likely", "[autograd][ops][random]") {
  Generator generator(6);
  std::vector<std::int64_t> counts(27);  // indexed by the permutation read in base 3
  for (int i = 0; i < 6000; ++i) {
    const std::vector<std::int64_t> p = randperm(3, {.dtype = int64}, &generator).to_vector<std::int64_t>();
    ++counts[static_cast<std::size_t>(9 * p[0] + 3 * p[1] + p[2])];
  }
  std::erase(counts, 0);
  REQUIRE(counts.size() == 6);
  CHECK(chi_square(counts) < 25.7);  // 5 degrees of freedom: 0.9999
}

TEST_CASE("bernoulli draws ones with the probability given", "[autograd][ops][random]") {
  Generator generator(7);
  const double p = GENERATE(0.0, 0.1, 0.5, 1.0);
  const DType dtype = GENERATE(float32, float64, boolean, int64);
  CAPTURE(p, dtype);
  const Tensor x = bernoulli(p, {40000}, {.dtype = dtype}, &generator);
  CHECK(x.dtype() == dtype);
  const std::vector<double> v = values(x);
  CHECK(std::all_of(v.begin(), v.end(), [](double b) { return b == 0 || b == 1; }));
  CHECK(std::abs(average(v) - p) <= 4 * std::sqrt(p * (1 - p) / 40000));
}

TEST_CASE("bernoulli takes a probability for every element, of any strides", "[autograd][ops][random]") {
  const DType dtype = GENERATE(float32, float64);
  const Tensor p = transpose(expand(tensor({0, 0.25, 1}, {.dtype = dtype}), {10000, 3}), 0, 1);  // [3, 10000]
  const Tensor x = bernoulli(p);
  CHECK(x.shape() == p.shape());
  CHECK(x.dtype() == dtype);
  const std::vector<double> means = values(mean(x, 1));
  CHECK(means[0] == 0);
  CHECK(std::abs(means[1] - 0.25) < 0.0174);
  CHECK(means[2] == 1);
  CHECK_FALSE(bernoulli(tensor({0.5}, {.requires_grad = true})).requires_grad());
}

TEST_CASE("The same numbers for any number of threads", "[autograd][ops][random][threads]") {
  const Shape shape{70001};
  const auto draw = [&] {
    Generator g(11);
    return std::vector<Tensor>{rand(shape, {}, &g),
                               rand(shape, {.dtype = float64}, &g),
                               randn(shape, {}, &g),
                               randn(shape, {.dtype = float64}, &g),
                               randint(0, 1000, shape, {.dtype = int64}, &g),
                               randperm(70001, {.dtype = int64}, &g),
                               bernoulli(0.3, shape, {}, &g),
                               uniform(shape, -1, 1, {}, &g)};
  };
  std::vector<Tensor> alone;
  {
    const ThreadLimit one(1);
    alone = draw();
  }
  const int threads = GENERATE(2, 3, 8);
  CAPTURE(threads);
  const ThreadLimit limit(threads);
  const std::vector<Tensor> together = draw();
  for (std::size_t i = 0; i < alone.size(); ++i) CHECK(same(alone[i], together[i]));
}

TEST_CASE("An element depends on its place alone", "[autograd][ops][random]") {
  const DType dtype = GENERATE(float32, float64);
  const auto longer = [&](auto make) {
    Generator a(12), b(12);
    const std::vector<double> many = values(make(Shape{5000}, a));
    const std::vector<double> few = values(make(Shape{37}, b));
    return std::equal(few.begin(), few.end(), many.begin());
  };
  const TensorOptions options{.dtype = dtype};
  CHECK(longer([&](const Shape& s, Generator& g) { return rand(s, options, &g); }));
  CHECK(longer([&](const Shape& s, Generator& g) { return randn(s, options, &g); }));
  CHECK(longer([&](const Shape& s, Generator& g) { return randint(0, 50, s, options, &g); }));
  CHECK(longer([&](const Shape& s, Generator& g) { return bernoulli(0.5, s, options, &g); }));
}

TEST_CASE("Calls, seeds and generators are independent of each other", "[autograd][ops][random]") {
  const auto correlation = [](const Tensor& x, const Tensor& y) {
    const std::vector<double> a = values(x), b = values(y);
    double sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
    return sum / static_cast<double>(a.size());
  };
  Generator one(1), two(2);
  const Tensor a = randn({40000}, {}, &one);
  const Tensor b = randn({40000}, {}, &one);
  const Tensor c = randn({40000}, {}, &two);
  CHECK(std::abs(correlation(a, b)) < 0.02);
  CHECK(std::abs(correlation(a, c)) < 0.02);
  Generator alone(2);  // what `one` did in between does not matter
  CHECK(same(randn({40000}, {}, &alone), c));
}

TEST_CASE("rand_like and randn_like take shape, dtype and layout", "[autograd][ops][random]") {
  const Tensor x = transpose(zeros({30, 20}, {.dtype = float64}), 0, 1);
  Generator a(8), b(8);
  const Tensor y = rand_like(x, &a);
  CHECK(y.strides() == x.strides());
  CHECK(same(y, rand({20, 30}, {.dtype = float64}, &b)));  // numbered in row-major order all the same
  CHECK(same(randn_like(x, &a), randn({20, 30}, {.dtype = float64}, &b)));
}

TEST_CASE("Filling in place takes any strides and counts as a change", "[autograd][ops][random]") {
  Tensor x = zeros({4, 6});
  const Tensor column = slice(x, 1, 1, 6, 2);  // [4, 3]
  Generator a(9), b(9);
  const std::uint32_t before = x.version();
  CHECK(same(uniform_(column, 1, 2, &a), uniform({4, 3}, 1, 2, {}, &b)));
  CHECK(x.version() == before + 1);
  CHECK(values(select(x, 1, 0)) == std::vector<double>(4));
  CHECK(values(select(x, 1, 1)) == values(select(column, 1, 0)));
  CHECK(same(normal_(x, 1, 2, &a), normal({4, 6}, 1, 2, {}, &b)));
  CHECK(same(bernoulli_(x, 0.5, &a), bernoulli(0.5, {4, 6}, {}, &b)));
  x.requires_grad_();
  CHECK_THROWS_AS(uniform_(x), GraphError);
  const NoGrad guard;
  CHECK_NOTHROW(uniform_(x));
}

TEST_CASE("Random tensors may be empty, 0-d, and ask for gradients", "[autograd][ops][random]") {
  CHECK(rand({0, 3}).numel() == 0);
  CHECK(randn({}).numel() == 1);
  CHECK(randint(0, 3, {0}).numel() == 0);
  CHECK(randn({2}, {.requires_grad = true}).requires_grad());
  CHECK_FALSE(randn({2}).requires_grad());
}

TEST_CASE("Random functions say what is wrong", "[autograd][ops][random][error]") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  CHECK_THROWS_WITH(rand({2}, {.dtype = int64}), Contains("rand: given int64; needs float32 or float64"));
  CHECK_THROWS_WITH(uniform({2}, 2, 1), Contains("uniform: the range [2, 1) was given") &&
                                            Contains("low <= high (random_test.cpp:"));
  CHECK_THROWS_AS(uniform({2}, 0, nan), ValueError);
  CHECK_THROWS_WITH(normal({2}, 0, -1), Contains("normal: a standard deviation of -1"));
  CHECK_THROWS_WITH(randint(3, 3, {2}), Contains("randint: the range [3, 3)") && Contains("at least one"));
  CHECK_THROWS_WITH(randint(0, 257, {2}, {.dtype = uint8}),
                    Contains("randint: uint8 cannot hold every integer from 0 to 256"));
  CHECK_NOTHROW(randint(0, 256, {2}, {.dtype = uint8}));
  CHECK_THROWS_AS(randint(-1, 2, {2}, {.dtype = uint8}), DTypeError);
  CHECK_THROWS_AS(randint(0, (1 << 24) + 2, {2}, {.dtype = float32}), DTypeError);
  CHECK_NOTHROW(randint(-(1 << 24), (1 << 24) + 1, {2}, {.dtype = float32}));
  CHECK_THROWS_WITH(randperm(-1), Contains("randperm: n = -1"));
  CHECK_THROWS_AS(randperm(300, {.dtype = uint8}), DTypeError);
  CHECK_THROWS_WITH(bernoulli(1.5, {2}), Contains("bernoulli: a probability of 1.5") && Contains("[0, 1]"));
  CHECK_THROWS_AS(bernoulli(nan, {2}), ValueError);
  CHECK_THROWS_AS(bernoulli(tensor({0.5, -0.1})), ValueError);
  CHECK_THROWS_AS(bernoulli(tensor({0, 1}, {.dtype = int64})), DTypeError);
  CHECK_THROWS_WITH(normal_(zeros({2}, {.dtype = int64})), Contains("normal_: given int64"));
}

TEST_CASE("randint and randperm draw what RandomCall::below gives", "[autograd][ops][random]") {
  for (const std::int64_t range : {std::int64_t{1}, std::int64_t{2}, std::int64_t{3}, std::int64_t{10},
                                   std::int64_t{4294967297}, std::int64_t{3} << 61}) {
    CAPTURE(range);
    Generator one(9), other(9);
    const Tensor x = randint(-1, range - 1, {20000}, {.dtype = int64}, &one);
    const RandomCall call = other.next_call();
    bool same = true;
    for (std::uint64_t i = 0; i < 20000; ++i)
      same = same && x.data<std::int64_t>()[i] ==
                         static_cast<std::int64_t>(call.below(static_cast<std::uint64_t>(range), i)) - 1;
    CHECK(same);
  }
  for (const std::uint64_t n : {1U, 2U, 64U, 65U, 66U, 1000U}) {
    CAPTURE(n);
    Generator one(4), other(4);
    const Tensor x = randperm(static_cast<std::int64_t>(n), {.dtype = int64}, &one);
    const RandomCall call = other.next_call();
    std::vector<std::int64_t> expected(n);
    std::iota(expected.begin(), expected.end(), std::int64_t{0});
    for (std::uint64_t last = n - 1; last > 0; --last)
      std::swap(expected[last], expected[call.below(last + 1, last)]);
    CHECK(x.to_vector<std::int64_t>() == expected);
  }
}

}  // namespace gradus::random_test
