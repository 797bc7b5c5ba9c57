#include <gradus/autograd/backward.hpp>
#include <gradus/autograd/gradcheck.hpp>
#include <gradus/autograd/ops.hpp>

#include <cmath>
#include <limits>

#include "support/catch.hpp"
#include "support/fixtures.hpp"
#include "support/layouts.hpp"
#include "support/same_bits.hpp"

namespace gradus::reduce_test {

namespace {

constexpr double NaN = std::numeric_limits<double>::quiet_NaN();
constexpr TensorOptions real{.dtype = float64};
constexpr TensorOptions variable{.dtype = float64, .requires_grad = true};

/// The same values and shape; NaN matches NaN.
bool is_exactly(const Tensor& a, const Tensor& b) { return test::difference(a, b) == 0; }

}  // namespace

TEST_CASE("sum and mean of small matrices", "[reduce]") {
  Tensor x = tensor({{1, 2, 3}, {4, 5, 6}}, variable);
  CHECK(sum(x).item<double>() == 21);
  CHECK(is_exactly(sum(x, 0), tensor({5, 7, 9}, real)));
  CHECK(is_exactly(mean(x, 1, true), tensor({{2}, {5}}, real)));
  mean(x, 1).backward(tensor({3, 6}, real));
  CHECK(is_exactly(x.grad(), tensor({{1, 1, 1}, {2, 2, 2}}, real)));
}

TEST_CASE("float32 is added up in double", "[reduce]") {
  // In float, 2^24 + 1 is 2^24: adding ones would stop there.
  CHECK(sum(ones({20'000'000})).item<double>() == 20'000'000);
  CHECK(sum(tensor({16777216, 1, 1})).item<float>() == 16777218);
  CHECK(mean(full({1000}, 0.1)).item<float>() == 0.1F);
}

TEST_CASE("float32 sums lose no more the longer they are", "[reduce]") {
  // Pairs are rounded to float32, each by 2^-24 of its sum at most; what follows is double.
  const double tenth = 0.1F, unit = 0.0625;  // of 10^6 in float32
  CHECK(std::abs(sum(full({10'000'000}, 0.1)).item<double>() - 10'000'000 * tenth) <= unit);
  Generator generator(3);
  for (const std::int64_t n : {64, 1000, 4096, 100'001}) {
    CAPTURE(n);
    const Tensor x = uniform({n}, -1, 1, {}, &generator), y = uniform({n}, -1, 1, {}, &generator);
    const auto bound = [](const Tensor& terms) { return 0x1p-23 * sum(abs(terms)).item<double>(); };
    const Tensor v = x.to(float64), w = y.to(float64);
    CHECK(std::abs(sum(x).item<double>() - sum(v).item<double>()) <= bound(v));
    CHECK(std::abs(dot(x, y).item<double>() - dot(v, w).item<double>()) <= 2 * bound(v * w));
  }
}

TEST_CASE("products of float32 do not leave its range on the way", "[reduce]") {
  const Tensor x = reshape(tensor({1e30, 1e-30}), {2, 1}), many = expand(x, {2, 64});
  CHECK(std::abs(prod(transpose(many, 0, 1).contiguous(), 1).mutable_span<float>()[63] - 1) < 1e-6);
  CHECK(std::abs(prod(tensor({1e30, 1e30, 1e-30, 1e-30})).item<double>() - 1) < 1e-6);
  const Tensor row = cat({full({100}, 100), full({100}, 0.01)}, 0);
  CHECK(std::abs(prod(row).item<double>() - 1) < 1e-5);
}

TEST_CASE("integers and truth values add up and multiply to int64", "[reduce]") {
  CHECK(sum(full({1000}, 255, {.dtype = uint8})).dtype() == int64);
  CHECK(sum(full({1000}, 255, {.dtype = uint8})).item<int>() == 255000);
  CHECK(sum(tensor({1, 0, 1}, {.dtype = boolean})).item<int>() == 2);
  CHECK(prod(tensor({200, 3}, {.dtype = uint8})).item<int>() == 600);
  CHECK(prod(tensor({1, 0}, {.dtype = boolean})).dtype() == int64);
  CHECK_THROWS_WITH(mean(arange(3)),
                    Catch::Matchers::StartsWith("mean: given int64; needs float32 or float64"));
}

TEST_CASE("reductions of nothing", "[reduce]") {
  const Tensor x = empty({0, 2}, real);
  CHECK(is_exactly(sum(x, 0), tensor({0, 0}, real)));
  CHECK(is_exactly(prod(x, 0), tensor({1, 1}, real)));
  CHECK(is_exactly(mean(x, 0), tensor({NaN, NaN}, real)));
  CHECK(all(x).item<bool>());
  CHECK_FALSE(any(x).item<bool>());
  CHECK(sum(x, 1).shape() == Shape{0});
  CHECK(prod(x, 1, true).shape() == Shape{0, 1});
}

TEST_CASE("prod multiplies every factor once, however often halving leaves one over", "[reduce]") {
  double factorial = 1;
  for (std::int64_t n = 1; n <= 18; ++n) {
    factorial *= static_cast<double>(n);
    CAPTURE(n);
    CHECK(prod(arange(1, static_cast<double>(n + 1))).item<double>() == factorial);
    CHECK(is_exactly(prod(expand(arange(1, static_cast<double>(n + 1), 1, real), {2, n}), 1),
                     full({2}, factorial, real)));
  }
}

TEST_CASE("prod has the right derivatives where factors are zero", "[reduce][gradcheck]") {
  Tensor x = tensor({{2, 3, 5}, {0, 3, 5}, {0, 3, 0}, {0, 0, 0}}, variable);
  prod(x, 1).backward(ones({4}, real));
  CHECK(is_exactly(x.grad(), tensor({{15, 10, 6}, {15, 0, 0}, {0, 0, 0}, {0, 0, 0}}, real)));
  // d2 (0 * 3 * 0) / dx0 dx2 = 3, and the third derivative is 1 everywhere: central differences see both.
  for (const std::int64_t n : {1, 2, 3, 4, 5, 7, 8}) {
    Tensor factors = linspace(-1.5, 2, n, real);
    factors.mutable_data<double>()[0] = 0;
    factors.mutable_data<double>()[n / 2] = 0;
    factors.requires_grad_();
    const auto f = [](const Tensor& t) { return prod(t); };
    CAPTURE(n);
    CHECK(gradcheck(f, {factors}));
    CHECK(gradgradcheck(f, {factors}));
    const auto slope = [](const Tensor& t) { return grad(prod(t), t, {.create_graph = true}); };
    CHECK(gradgradcheck(slope, {factors}));  // the third order
  }
}

TEST_CASE("all and any take every dtype, NaN is true", "[reduce]") {
  const Tensor x = tensor({{1, 0}, {2, 3}, {0, 0}}, real);
  for (const DType dtype : {float32, float64, int64, uint8, boolean}) {
    CAPTURE(name(dtype));
    CHECK(is_exactly(all(x.to(dtype), 1), tensor({0, 1, 0}, {.dtype = boolean})));
    CHECK(is_exactly(any(x.to(dtype), 1), tensor({1, 1, 0}, {.dtype = boolean})));
  }
  CHECK(all(tensor({NaN}, real)).item<bool>());
  CHECK(any(tensor({0, NaN}, real)).item<bool>());
  for (const std::int64_t place : {0, 9, 5000, 9999}) {  // in any lane and block
    Tensor y = ones({10000});
    y.mutable_data<float>()[place] = 0;
    CHECK_FALSE(all(y).item<bool>());
    CHECK(any(1 - y).item<bool>());
  }
}

TEST_CASE("sum_to undoes broadcasting", "[reduce]") {
  const Tensor x = ones({2, 3, 4}, real);
  CHECK(is_exactly(sum_to(x, {3, 1}), full({3, 1}, 8, real)));
  CHECK(is_exactly(sum_to(x, {}), tensor(24, real)));
  CHECK(is_exactly(sum_to(x, {2, 3, 4}), x));
  CHECK_THROWS_WITH(sum_to(x, {2, 4}),
                    Catch::Matchers::StartsWith("sum_to: [2, 4] does not broadcast to [2, 3, 4] ("));
}

TEST_CASE("var and std are stable, corrected and 0 for a constant", "[variance]") {
  const Tensor x = tensor({2, 4, 4, 4, 5, 5, 7, 9}, real);  // mean 5, squared deviations add up to 32
  CHECK(var(x, {}, {.correction = 0}).item<double>() == 4);
  CHECK(gradus::std(x, {}, {.correction = 0}).item<double>() == 2);
  CHECK(std::abs(var(x).item<double>() - 32.0 / 7) < 1e-15);
  CHECK(std::abs(var(x, {}, {.correction = 3}).item<double>() - 6.4) < 1e-15);
  // E[x^2] - E[x]^2 would leave nothing of it.
  CHECK(var(x + 1e9, {}, {.correction = 0}).item<double>() == 4);
  CHECK(var(x.to(float32) + 1048576, {}, {.correction = 0}).item<float>() == 4);
  CHECK(std::isnan(var(tensor({3}, real)).item<double>()));
  CHECK(var(tensor({3}, real), {}, {.correction = 0}).item<double>() == 0);
  CHECK(std::isnan(var(empty({0}, real)).item<double>()));
  CHECK_THROWS_WITH(gradus::std(arange(3)), Catch::Matchers::StartsWith("std: given int64"));

  Tensor constant = full({3}, 7, variable);
  gradus::std(constant).backward();
  CHECK(is_exactly(constant.grad(), zeros({3}, real)));
}

TEST_CASE("norms of small vectors", "[norm]") {
  const Tensor x = tensor({3, 0, -4}, real);
  const double inf = std::numeric_limits<double>::infinity();
  CHECK(norm(x).item<double>() == 5);
  CHECK(norm(x, 1).item<double>() == 7);
  CHECK(norm(x, inf).item<double>() == 4);
  CHECK(norm(x, -inf).item<double>() == 0);
  CHECK(norm(x, 0).item<double>() == 2);
  CHECK(norm(x, -1).item<double>() == 0);
  CHECK(std::abs(norm(x, 3).item<double>() - std::cbrt(91.0)) < 1e-14);
  CHECK(std::abs(norm(x, 0.5).item<double>() - std::pow(std::sqrt(3.0) + 2, 2)) < 1e-14);
  CHECK(norm(empty({0}, real)).item<double>() == 0);
  CHECK(std::abs(norm(full({2}, 3e30)).item<double>() / (3e30 * std::sqrt(2.0)) - 1) <
        1e-6);  // squares overflow float
  CHECK_THROWS_WITH(norm(x, NaN), Catch::Matchers::StartsWith("norm: p is NaN"));
  CHECK_THROWS_WITH(norm(arange(3)), Catch::Matchers::StartsWith("norm: given int64"));
}

TEST_CASE("a zero vector's norm has the gradient 0 to the second order", "[norm]") {
  const double inf = std::numeric_limits<double>::infinity();
  for (const double p : {0.0, 0.5, 1.0, 1.5, 2.0, 3.0, inf}) {
    CAPTURE(p);
    const Tensor x = zeros({3}, variable);
    const Tensor first = grad(norm(x, p), x, {.create_graph = true});
    CHECK(is_exactly(first, zeros({3}, real)));
    if (!first.requires_grad()) continue;  // p = 0
    CHECK(is_exactly(grad(sum(first), x), zeros({3}, real)));
  }
}

TEST_CASE("norms with zeros among the elements agree with central differences where they are smooth",
          "[norm][gradcheck]") {
  const Tensor x = tensor({{3, 0, -4}, {0.5, -2, 0}}, variable);
  for (const double p : {2.0, 3.0, 4.5}) {
    CAPTURE(p);
    const auto f = [p](const Tensor& t) { return norm(t, p, 1); };
    CHECK(gradcheck(f, {x}));
    if (p != 3) CHECK(gradgradcheck(f, {x}));  // for 3 the second derivative has a kink at 0
  }
}

TEST_CASE("cumsum adds up along a dimension, in double and to int64", "[cumsum]") {
  const Tensor x = tensor({{1, 2, 3}, {4, 5, 6}}, variable);
  CHECK(is_exactly(cumsum(x, 1), tensor({{1, 3, 6}, {4, 9, 15}}, real)));
  CHECK(is_exactly(cumsum(x, 0), tensor({{1, 2, 3}, {5, 7, 9}}, real)));
  CHECK(is_exactly(cumsum(x, -2), cumsum(x, 0)));
  CHECK(is_exactly(grad(cumsum(x, 1), x, {.grad_outputs = {tensor({{1, 2, 3}, {4, 5, 6}}, real)}}),
                   tensor({{6, 5, 3}, {15, 11, 6}}, real)));
  CHECK(cumsum(tensor({16777216, 1, 1}), 0).to_vector<float>() ==
        std::vector<float>{16777216, 16777216, 16777218});
  CHECK(cumsum(tensor({1, 1, 0}, {.dtype = boolean}), 0).to_vector<std::int64_t>() ==
        std::vector<std::int64_t>{1, 2, 2});
  CHECK(cumsum(tensor(4, real), 0).item<double>() == 4);
  CHECK(cumsum(empty({2, 0}, real), 1).shape() == Shape{2, 0});
  CHECK_THROWS_WITH(cumsum(x, 2), Catch::Matchers::StartsWith("cumsum: dimension 2 is out of range"));
}

TEST_CASE("cumsum gives the same bits for any number of threads and any strides", "[cumsum][threads]") {
  manual_seed(9);
  const Tensor x = randn({300, 20, 41}), turned = transpose(transpose(x, 0, 2).contiguous(), 0, 2);
  for (const std::int64_t dim : {0, 1, 2}) {
    CHECK(test::same_for_any_threads([&] { return cumsum(x, dim); }));
    CHECK(test::same_bits(cumsum(turned, dim), cumsum(x, dim)));
  }
}

TEST_CASE("cumsum agrees with central differences to the second order", "[cumsum][gradcheck]") {
  for (const test::Layout& layout : test::layouts([](std::int64_t n) { return test::spread(n, -2, 3); }))
    for (std::int64_t dim = -1; dim < static_cast<std::int64_t>(layout.x.rank()); ++dim) {
      CAPTURE(layout.name, dim);
      const auto f = [dim](const Tensor& x) { return cumsum(x * x, dim); };
      CHECK(gradcheck(f, {layout.x}));
      CHECK(gradgradcheck(f, {layout.x}));
    }
}

TEST_CASE("the gradient of prod is the product of the others, by whichever way", "[reduce]") {
  // Products that are representable, too small, too large, and of a NaN: one row each.
  const Tensor x =
      tensor({{2, -3, 4, 0.5, 8}, {1e-30, 1e-30, 3, 1, 1}, {1e30, 1e30, 2, 1, 1}, {NaN, 1, 2, 1, 1}},
             {.dtype = float32});
  for (std::int64_t row = 0; row < 4; ++row) {
    CAPTURE(row);
    Tensor v = select(x, 0, row).clone().requires_grad_();
    const Tensor fast = grad(prod(v), v), recorded = grad(prod(v), v, {.create_graph = true});
    for (std::int64_t i = 0; i < 5; ++i) {
      double others = 1;
      for (std::int64_t j = 0; j < 5; ++j)
        if (j != i) others *= static_cast<double>(v.data<float>()[j]);
      const auto expected = static_cast<float>(others);
      for (const Tensor& g : {fast, recorded}) {
        const float found = g.data<float>()[i];
        CHECK((found == expected || (std::isnan(found) && std::isnan(expected)) ||
               std::abs(found - expected) <= 4e-7F * std::abs(expected)));
      }
    }
  }
  const Tensor cube = linspace(-1.7, 2, 60, real);
  for (const Dims& dims : {Dims{0}, Dims{1}, Dims{2}, Dims{0, 2}, Dims{}}) {
    const auto f = [&](const Tensor& t) { return prod(t, dims); };
    const Tensor t = permute(reshape(cube, {3, 5, 4}), {2, 0, 1}).detach().requires_grad_();
    CHECK(gradcheck(f, {t}));
    CHECK(gradgradcheck(f, {narrow(t.detach(), 2, 0, 2).requires_grad_()}));
  }
}

}  // namespace gradus::reduce_test
