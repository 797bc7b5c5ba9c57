// Attention and draws from weights: against PyTorch, by hand, their distributions, errors.
#include <gradus/autograd/backward.hpp>
#include <gradus/autograd/gradcheck.hpp>
#include <gradus/autograd/ops.hpp>

#include <cmath>
#include <limits>

#include "support/catch.hpp"
#include "support/pytorch.hpp"
#include "support/same_bits.hpp"
#include "support/strided.hpp"

namespace gradus::attention_test {
using namespace test;
using Catch::Matchers::Contains;

namespace {

Integers drawn(const Tensor& weights, std::int64_t count, bool replacement, std::uint64_t seed) {
  Generator generator(seed);
  return multinomial(weights, count, replacement, &generator).to_vector<std::int64_t>();
}

}  // namespace

TEST_CASE("scaled_dot_product_attention agrees with PyTorch and central differences",
          "[attention][gradient]") {
  CHECK(disagreement("images.json", "scaled_dot_product_attention", [](In in, Options o) {
          AttentionOptions options{.mask = in.find("mask"), .is_causal = o.flag("is_causal")};
          if (o.has("scale")) options.scale = o.number("scale", 1);
          return scaled_dot_product_attention(in["query"], in["key"], in["value"], options);
        }) == "");
}

TEST_CASE("scaled_dot_product_attention by hand", "[attention]") {
  // Scores 0 and log 3, so that the weights are 1/4 and 3/4.
  const Tensor query = tensor({{1}}, f64), key = tensor({{0}, {std::log(3.0)}}, f64),
               value = tensor({{4}, {8}}, f64);
  CHECK(difference(scaled_dot_product_attention(query, key, value), tensor({{7}}, f64)) < 1e-15);
  CHECK(difference(scaled_dot_product_attention(query, key, value, {.scale = 2}), tensor({{7.6}}, f64)) <
        1e-15);
  CHECK(difference(scaled_dot_product_attention(query, key, value, {.is_causal = true}),
                   tensor({{4}}, f64)) == 0);
  CHECK(difference(
            scaled_dot_product_attention(query, key, value, {.mask = tensor({1, 0}, {.dtype = boolean})}),
            tensor({{4}}, f64)) == 0);
  // Leading dimensions broadcast, and what is empty stays so.
  CHECK(scaled_dot_product_attention(zeros({5, 1, 2, 3}), zeros({4, 6, 3}), zeros({1, 6, 7})).shape() ==
        Shape{5, 4, 2, 7});
  CHECK(scaled_dot_product_attention(zeros({2, 0, 3}), zeros({2, 6, 3}), zeros({2, 6, 7})).shape() ==
        Shape{2, 0, 7});
  CHECK(difference(scaled_dot_product_attention(ones({2, 3}), zeros({0, 3}), zeros({0, 4})), zeros({2, 4})) ==
        0);
}

TEST_CASE("a query that may look at nothing gets zeros and no gradient", "[attention]") {
  const Tensor query = variable({2, 3}, 1), key = variable({2, 3}, 2), value = variable({2, 3}, 3);
  const Tensor mask = tensor({{0, 0}, {1, 1}}, {.dtype = boolean});
  const Tensor y = scaled_dot_product_attention(query, key, value, {.mask = mask});
  CHECK(difference(select(y, 0, 0), zeros({3}, f64)) == 0);
  const auto first = grad({sum(square(y))}, {query, key, value}, {.create_graph = true});
  CHECK(difference(select(first[0], 0, 0), zeros({3}, f64)) == 0);
  for (const Tensor& g : grad({sum(square(first[0])) + sum(square(first[1]))}, {query, key, value}))
    CHECK(all(isfinite(g)).item<bool>());
  const auto f = [&](Tensor q, Tensor k, Tensor v) {
    return scaled_dot_product_attention(q, k, v, {.mask = mask, .is_causal = true});
  };
  CHECK(gradcheck(f, {query, key, value}));
  CHECK(gradgradcheck(f, {query, key, value}));
}

TEST_CASE("attention drops weights", "[attention]") {
  // With equal weights of 1/4 on values 1, 2, 4, 8 each result is a sum of some of them, halved.
  const Tensor query = zeros({1000, 1}, f64), key = zeros({4, 1}, f64),
               value = tensor({{1}, {2}, {4}, {8}}, f64);
  Generator generator(3), again(3);
  const Tensor y =
      scaled_dot_product_attention(query, key, value, {.dropout_p = 0.5, .generator = &generator}) * 2;
  CHECK(equal(y, round(y)));
  CHECK(amin(y).item<double>() == 0);
  CHECK(amax(y).item<double>() == 15);
  CHECK(std::abs(mean(y).item<double>() - 7.5) < 0.6);  // a standard deviation of 0.15
  CHECK(
      equal(y, scaled_dot_product_attention(query, key, value, {.dropout_p = 0.5, .generator = &again}) * 2));
}

TEST_CASE("attention says what is wrong", "[attention][error]") {
  const Tensor query = zeros({2, 3}), key = zeros({4, 3}), value = zeros({4, 5});
  CHECK_THROWS_WITH(
      scaled_dot_product_attention(query, key, zeros({3, 5})),
      Contains("scaled_dot_product_attention: query is [2, 3], key [4, 3] and value [3, 5]; need [.., "
               "l, e], [.., s, e] and [.., s, f] (attention_test.cpp:"));
  CHECK_THROWS_AS(scaled_dot_product_attention(zeros({3}), key, value), ShapeError);
  CHECK_THROWS_WITH(scaled_dot_product_attention(query, key, value.to(float64)),
                    Contains("query is float32, key float32 and value float64"));
  CHECK_THROWS_WITH(
      scaled_dot_product_attention(query, key, value, {.mask = zeros({3, 4}, {.dtype = boolean})}),
      Contains("the mask is [3, 4]; it must broadcast to the scores [2, 4]"));
  CHECK_THROWS_WITH(scaled_dot_product_attention(query, key, value, {.mask = zeros({4}, f64)}),
                    Contains("the mask is float64; needs bool or float32"));
  CHECK_THROWS_WITH(scaled_dot_product_attention(query, key, value, {.dropout_p = 1.5}),
                    Contains("dropout_p is 1.5"));
}

TEST_CASE("multinomial draws as often as the weights say", "[multinomial]") {
  const Tensor weights = tensor({{2, 0, 6}, {1, 1, 0}}, f64);
  Generator generator(1);
  const Tensor y = multinomial(weights, 20000, true, &generator);
  CHECK(y.shape() == Shape{2, 20000});
  const auto share = [&](std::int64_t row, std::int64_t k) {
    return mean((select(y, 0, row) == k).to(float64)).item<double>();
  };
  CHECK(std::abs(share(0, 2) - 0.75) < 0.015);  // five standard deviations
  CHECK(share(0, 1) == 0);
  CHECK(std::abs(share(1, 0) - 0.5) < 0.018);
  CHECK(share(1, 2) == 0);
}

TEST_CASE("multinomial without replacement draws in turn", "[multinomial]") {
  const Tensor weights = expand(tensor({1, 0, 2, 1}, f64), {20000, 4});
  Generator generator(1);
  const Tensor y = multinomial(weights, 3, false, &generator);
  const auto share = [](const Tensor& condition) { return mean(condition.to(float64)).item<double>(); };
  CHECK(difference(sum(y, {1}), full({20000}, 5, {.dtype = int64})) == 0);  // 0, 2 and 3 in some order
  const Tensor first = select(y, 1, 0), second = select(y, 1, 1);
  CHECK(std::abs(share(first == 2) - 0.5) < 0.018);
  CHECK(std::abs(share(first == 3) - 0.25) < 0.016);
  CHECK(std::abs(share((first == 0) & (second == 2)) - 0.25 * 2 / 3) < 0.014);
}

TEST_CASE("multinomial by hand, of nothing, of views, on many threads", "[multinomial]") {
  CHECK(drawn(tensor({0, 0, 3, 0}), 1, false, 1) == Integers{2});
  CHECK(drawn(tensor({0, 0, 3, 0}), 3, true, 1) == Integers{2, 2, 2});
  CHECK(multinomial(tensor({0, 0}), 0).shape() == Shape{0});
  CHECK(multinomial(zeros({0, 3}), 2).shape() == Shape{0, 2});
  CHECK(multinomial(zeros({2, 0}), 0, true).shape() == Shape{2, 0});
  const Tensor weights = rand({50, 30}, f64);
  for (const bool replacement : {false, true}) {
    CHECK(drawn(weights, 7, replacement, 5) == drawn(reversed_layout(weights), 7, replacement, 5));
    CHECK(drawn(weights, 7, replacement, 5) != drawn(weights, 7, replacement, 6));
    CHECK(same_for_any_threads([&] {
      Generator generator(9);
      return multinomial(weights, 7, replacement, &generator);
    }));
  }
}

TEST_CASE("multinomial says what is wrong", "[multinomial][error]") {
  CHECK_THROWS_WITH(multinomial(tensor({1, -1}), 1),
                    Contains("multinomial: row 0 has a weight of -1; it must be finite and not negative"));
  CHECK_THROWS_AS(multinomial(tensor({std::nan("")}), 1), ValueError);
  CHECK_THROWS_WITH(multinomial(tensor({{1, 1}, {0, 1}}), 2),
                    Contains("row 1 has 1 weights above 0; needs 2"));
  CHECK_THROWS_AS(multinomial(tensor({0, 0}), 1, true), ValueError);
  const double huge = std::numeric_limits<double>::max();
  CHECK_THROWS_WITH(multinomial(tensor({huge, huge}, f64), 1), Contains("add up to inf"));
  CHECK_THROWS_WITH(multinomial(ones({1, 1, 1}), 1),
                    Contains("the weights are [1, 1, 1]; needs [k] or [n, k]"));
  CHECK_THROWS_AS(multinomial(arange(3), 1), DTypeError);
  CHECK_THROWS_AS(multinomial(ones({3}), -1), ValueError);
}

}  // namespace gradus::attention_test
