#include <gradus/autograd/gradcheck.hpp>
#include <gradus/autograd/ops.hpp>

#include <limits>

#include "support/catch.hpp"
#include "support/pytorch.hpp"

namespace gradus::histogram_test {
using namespace test;
using Catch::Matchers::Contains;

TEST_CASE("histogram agrees with PyTorch", "[search]") {
  CHECK(disagreement("rare_ops.json", "histogram", [](In in, Options o) {
          HistogramOptions options{.weight = in.find("weight"), .density = o.flag("density")};
          if (const auto range = o.numbers("range"); !range.empty()) options.range = {range[0], range[1]};
          const Histogram y = in.find("edges").defined() ? histogram(in["x"], in["edges"], options)
                                                         : histogram(in["x"], o.integer("bins", 0), options);
          return Results({{"hist", y.hist}, {"bin_edges", y.bin_edges}});
        }) == "");
}

TEST_CASE("histogram by hand: which interval an edge belongs to, and what is left out", "[search]") {
  const double NaN = std::numeric_limits<double>::quiet_NaN();
  const Tensor x = tensor({{0, 1, 2, 3}, {-1, 4, NaN, 1.5}});
  const auto [hist, edges] = histogram(x, 3, {.range = {{0, 3}}});
  CHECK(hist.to_vector<float>() == std::vector<float>{1, 2, 2});
  CHECK(edges.to_vector<float>() == std::vector<float>{0, 1, 2, 3});
  CHECK(histogram(x, tensor({1, 2}), {.weight = x * 10}).hist.to_vector<float>() == std::vector<float>{45});
  CHECK(histogram(zeros({0}), 2).hist.to_vector<float>() == std::vector<float>{0, 0});
}

TEST_CASE("the weights of a histogram have a gradient", "[search][gradient]") {
  const Tensor x = tensor({0, 1, 2, 3, 9}, f64), edges = tensor({0, 1.5, 4}, f64);
  for (const bool density : {false, true}) {
    const auto counted = [&](const Tensor& w) {
      return histogram(x, edges, {.weight = w, .density = density}).hist;
    };
    const Tensor w = tensor({1, 2, 3, 4, 5}, {.dtype = float64, .requires_grad = true});
    CHECK(gradcheck(counted, {w}));
    CHECK(gradgradcheck(counted, {w}));
  }
}

TEST_CASE("histogram refuses what makes no sense", "[search][error]") {
  const Tensor x = tensor({1, 2});
  CHECK_THROWS_WITH(histogram(x, 0), Contains("histogram: 0 bins were asked for; needs at least 1") &&
                                         Contains("(histogram_test.cpp:"));
  CHECK_THROWS_WITH(histogram(x, 2, {.range = {{3, 1}}}), Contains("histogram: the range is from 3 to 1"));
  CHECK_THROWS_AS(histogram(x / 0, 2), ValueError);
  CHECK_THROWS_WITH(histogram(x, tensor({1, 1})), Contains("histogram: the edges do not rise"));
  CHECK_THROWS_WITH(histogram(x, tensor(1)), Contains("histogram: the edges are []; needs a vector"));
  CHECK_THROWS_AS(histogram(x, tensor({1, 2}, f64)), DTypeError);
  CHECK_THROWS_AS(histogram(integers({1}), 2), DTypeError);
  CHECK_THROWS_WITH(histogram(x, 2, {.weight = tensor({1})}),
                    Contains("histogram: the weight is [1]; needs [2]"));
  CHECK_THROWS_AS(histogram(x, 2, {.weight = tensor({1, 2}, f64)}), DTypeError);
}

}  // namespace gradus::histogram_test
