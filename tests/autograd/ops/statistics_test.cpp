// Order statistics, sums, differences, searching and counting: against PyTorch, by hand, errors.
#include <gradus/autograd/backward.hpp>
#include <gradus/autograd/gradcheck.hpp>
#include <gradus/autograd/ops.hpp>

#include <cmath>
#include <limits>

#include "support/catch.hpp"
#include "support/pytorch.hpp"
#include "support/same_bits.hpp"

namespace gradus::statistics_test {
using namespace test;
using Catch::Matchers::Contains;

namespace {

constexpr double NaN = std::numeric_limits<double>::quiet_NaN();
const char* const file = "more_ops.json";

std::int64_t dim_of(Options o) { return o.integer("dim", 0); }
Integers integers(const Tensor& x) { return x.to_vector<std::int64_t>(); }
Tensor whole(std::initializer_list<Nested> values) { return tensor(values, {.dtype = int64}); }

QuantileOptions quantile_options(Options o) {
  QuantileOptions options{.keepdim = o.flag("keepdim")};
  if (o.has("dim")) options.dim = dim_of(o);
  const std::string name = o.text("interpolation", "linear");
  options.interpolation = name == "lower"      ? Quantile::lower
                          : name == "higher"   ? Quantile::higher
                          : name == "nearest"  ? Quantile::nearest
                          : name == "midpoint" ? Quantile::midpoint
                                               : Quantile::linear;
  return options;
}

template <class F>
Subject quantile_subject(F f) {
  return [f](In in, Options o) {
    const auto q = o.numbers("q");
    if (q.size() == 1) return f(in["x"], q[0], quantile_options(o));
    return f(in["x"], from_vector(q, Shape(static_cast<std::int64_t>(q.size()))), quantile_options(o));
  };
}

Results named(const Unique& u) {
  return {{{"values", u.values}, {"inverse", u.inverse}, {"counts", u.counts}}};
}

template <class Step, class Places>
Subject trapezoid_subject(Step step, Places places) {
  return [=](In in, Options o) {
    return o.has("dx") ? step(in["y"], o.number("dx", 1), dim_of(o)) : places(in["y"], in["x"], dim_of(o));
  };
}

}  // namespace

TEST_CASE("order statistics agree with PyTorch and central differences", "[quantile][gradient]") {
  CHECK(disagreement(file, "quantile", quantile_subject([](const auto&... a) { return quantile(a...); })) ==
        "");
  CHECK(disagreement(file, "nanquantile",
                     quantile_subject([](const auto&... a) { return nanquantile(a...); })) == "");
  CHECK(disagreement(file, "nanmedian", [](In in, Options o) -> Results {
          if (!o.has("dim")) return nanmedian(in["x"]);
          const auto [values, indices] = nanmedian(in["x"], dim_of(o), o.flag("keepdim"));
          return {{{"values", values}, {"indices", indices}}};
        }) == "");
  CHECK(disagreement(file, "mode", [](In in, Options o) {
          return mode(in["x"], dim_of(o), o.flag("keepdim")).values;
        }) == "");
}

TEST_CASE("sums and differences agree with PyTorch and central differences", "[statistics][gradient]") {
  const auto variance = [](Options o) { return VarianceOptions{.correction = o.integer("correction", 1)}; };
  CHECK(disagreement(file, "nansum", [](In in, Options o) { return nansum(in["x"], o.integers("dim")); }) ==
        "");
  CHECK(disagreement(file, "nanmean", [](In in, Options o) { return nanmean(in["x"], o.integers("dim")); }) ==
        "");
  CHECK(disagreement(file, "aminmax", [](In in, Options o) -> Results {
          const auto [min, max] = aminmax(in["x"], o.integers("dim"), o.flag("keepdim"));
          return {{{"min", min}, {"max", max}}};
        }) == "");
  CHECK(disagreement(file, "var_mean", [&](In in, Options o) -> Results {
          const auto [var, mean] = var_mean(in["x"], o.integers("dim"), variance(o));
          return {{{"var", var}, {"mean", mean}}};
        }) == "");
  CHECK(disagreement(file, "std_mean", [&](In in, Options o) -> Results {
          const auto [deviation, mean] = std_mean(in["x"], o.integers("dim"), variance(o));
          return {{{"std", deviation}, {"mean", mean}}};
        }) == "");
  CHECK(disagreement(file, "cov",
                     [](In in, Options o) { return cov(in["x"], o.integer("correction", 1)); }) == "");
  CHECK(disagreement(file, "corrcoef", [](In in, Options) { return corrcoef(in["x"]); }) == "");
  CHECK(disagreement(file, "diff",
                     [](In in, Options o) { return diff(in["x"], o.integer("n", 1), dim_of(o)); }) == "");
  CHECK(disagreement(file, "trapezoid",
                     trapezoid_subject([](auto& y, double dx, auto d) { return trapezoid(y, dx, d); },
                                       [](auto& y, auto& x, auto d) { return trapezoid(y, x, d); })) == "");
  CHECK(disagreement(
            file, "cumulative_trapezoid",
            trapezoid_subject([](auto& y, double dx, auto d) { return cumulative_trapezoid(y, dx, d); },
                              [](auto& y, auto& x, auto d) { return cumulative_trapezoid(y, x, d); })) == "");
}

TEST_CASE("searching and counting agree with PyTorch", "[search][gradient]") {
  CHECK(disagreement(file, "searchsorted", [](In in, Options o) {
          return searchsorted(in["sorted"], in["values"], o.flag("right"));
        }) == "");
  CHECK(disagreement(file, "bucketize", [](In in, Options o) {
          return bucketize(in["values"], in["sorted"], o.flag("right"));
        }) == "");
  CHECK(disagreement(file, "isin", [](In in, Options) { return isin(in["x"], in["y"]); }) == "");
  CHECK(disagreement(file, "unique", [](In in, Options) { return named(unique(in["x"])); }) == "");
  CHECK(disagreement(file, "unique_consecutive",
                     [](In in, Options) { return named(unique_consecutive(in["x"])); }) == "");
  CHECK(disagreement(file, "bincount", [](In in, Options o) {
          return bincount(in["x"], in.find("weights"), o.integer("minlength", 0));
        }) == "");
  CHECK(disagreement(file, "histc", [](In in, Options o) {
          return histc(in["x"], o.integer("bins", 1), o.number("min", 0), o.number("max", 0));
        }) == "");
}

TEST_CASE("order statistics by hand", "[quantile]") {
  const Tensor x = tensor({4, 1, 3, 2}, {.dtype = float64, .requires_grad = true});
  CHECK(quantile(x, 0.5).item<double>() == 2.5);
  CHECK(grad(quantile(x, 0.25), x).to_vector<double>() == Numbers{0, 0.25, 0, 0.75});
  CHECK(std::isnan(quantile(tensor({1, NaN}, f64), 0).item<double>()));
  CHECK(nanquantile(tensor({3, NaN, 1}, f64), 1).item<double>() == 3);
  CHECK(std::isnan(nanquantile(tensor({NaN, NaN}, f64), 0.5).item<double>()));
  CHECK(quantile(tensor(7, f64), 0.3).item<double>() == 7);
  CHECK(quantile(zeros({0, 3}), 0.5, {.dim = 1}).shape() == Shape{0});
  CHECK(quantile(ones({2, 3}), tensor({0, 1}), {.keepdim = true}).shape() == Shape{2, 1, 1});
  CHECK(nanmedian(tensor({NaN, 2, 1, 4, 3}, f64)).item<double>() == 2);
  CHECK(std::isnan(nanmedian(tensor({NaN}, f64)).item<double>()));
  CHECK(nanmedian(tensor(3, f64), 0).values.item<double>() == 3);
  const Tensor often = tensor({{2, 1, 1, 2}, {3, 3, 5, 4}}, {.dtype = float64, .requires_grad = true});
  const auto [values, indices] = mode(often, 1);
  CHECK((values.to_vector<double>() == Numbers{1, 3} && integers(indices) == Integers{1, 0}));
  CHECK(grad(sum(values), often).to_vector<double>() == Numbers{0, 1, 0, 0, 1, 0, 0, 0});
  CHECK(mode(tensor({true, false, true}, {.dtype = boolean})).values.item<bool>());
  CHECK(mode(zeros({0, 2}), 1, true).values.shape() == Shape{0, 1});
}

TEST_CASE("sums and differences by hand", "[statistics]") {
  const Tensor x = tensor({1, NaN, 3}, {.dtype = float64, .requires_grad = true});
  CHECK(nanmean(x).item<double>() == 2);
  CHECK(grad(nansum(x), x).to_vector<double>() == Numbers{1, 0, 1});
  CHECK((nansum(tensor({NaN}, f64)).item<double>() == 0 &&
         std::isnan(nanmean(tensor({NaN}, f64)).item<double>())));
  CHECK(integers(diff(whole({1, 4, 9, 16}), 2)) == Integers{2, 2});
  CHECK(diff(ones({1})).shape() == Shape{0});
  CHECK(diff(ones({2, 3}), 5, 1).shape() == Shape{2, 0});
  CHECK(trapezoid(tensor({1, 3, 2}, f64)).item<double>() == 4.5);
  CHECK(cumulative_trapezoid(tensor({1, 3, 2}, f64), 2.0).to_vector<double>() == Numbers{4, 9});
  CHECK(cov(tensor({1, 3}, f64)).item<double>() == 2);
  CHECK(difference(corrcoef(tensor({{1, 2, 3}, {3, 2, 1}}, f64)), tensor({{1, -1}, {-1, 1}}, f64)) < 1e-15);
  CHECK(integers(aminmax(whole({3, 1, 2})).max) == Integers{3});
}

TEST_CASE("what PyTorch does not differentiate agrees with central differences", "[statistics][gradient]") {
  const Tensor steps = tensor({{1, 0, -1}, {0, 0, 2}}, f64);
  const auto f = [&](const Tensor& v) {
    const auto [min, max] = aminmax(v * v, {0});
    return std::vector{min,
                       max,
                       mode(v, 1).values,
                       floor_divide(v, 0.7),
                       channel_shuffle(unsqueeze(v, 0), 2),
                       heaviside(steps, v),
                       bincount(tensor({0, 2, 2}, {.dtype = int64}), select(v, 0, 1))};
  };
  const Tensor apart = tensor({{1, 4, -1.3}, {2.3, -3, 5}}, {.dtype = float64, .requires_grad = true});
  CHECK(gradcheck(f, {apart}));
  CHECK(gradgradcheck(f, {apart}));
}

TEST_CASE("searching and counting by hand", "[search]") {
  const Tensor row = tensor({1, 2, 2, NaN}, f64);
  CHECK(integers(searchsorted(row, tensor({0, 2, 5, NaN}, f64))) == Integers{0, 1, 3, 3});
  CHECK(integers(searchsorted(row, tensor({0, 2, 5, NaN}, f64), true)) == Integers{0, 3, 3, 4});
  CHECK(searchsorted(row, tensor(2, f64)).item<std::int64_t>() == 1);
  CHECK(searchsorted(zeros({0}), zeros({2, 3})).shape() == Shape{2, 3});
  CHECK(searchsorted(zeros({2, 3}), zeros({2, 0})).shape() == Shape{2, 0});
  CHECK(isin(tensor({1, NaN, 3}, f64), tensor({3, NaN}, f64)).to_vector<bool>() ==
        std::vector<bool>{false, false, true});
  CHECK(isin(ones({2}), zeros({0})).to_vector<bool>() == std::vector<bool>{false, false});
  const Unique u = unique(tensor({NaN, 1, NaN, 1}, f64));
  CHECK((u.values.shape() == Shape{3} && integers(u.inverse) == Integers{1, 0, 2, 0} &&
         integers(u.counts) == Integers{2, 1, 1}));
  CHECK(integers(unique_consecutive(whole({1, 1, 2, 1})).values) == Integers{1, 2, 1});
  CHECK(unique(zeros({0, 2})).inverse.shape() == Shape{0, 2});
  CHECK(integers(bincount(whole({1, 3, 1}))) == Integers{0, 2, 0, 1});
  CHECK(bincount(zeros({0}, {.dtype = int64})).shape() == Shape{0});
  const Tensor weights = tensor({0.5, 2, 1}, {.dtype = float64, .requires_grad = true});
  const Tensor sums = bincount(whole({1, 0, 1}), weights);
  CHECK(sums.to_vector<double>() == Numbers{2, 1.5});
  CHECK(grad(sum(sums * tensor({3, 5}, f64)), weights).to_vector<double>() == Numbers{5, 3, 5});
  CHECK(histc(tensor({0, 1, 2, NaN, 9}), 2, 0, 2).to_vector<float>() == std::vector<float>{1, 2});
  CHECK(histc(tensor({3, 3}), 2).to_vector<float>() == std::vector<float>{0, 2});
  const Tensor many = rand({2000}, f64);
  CHECK(same_for_any_threads([&] { return searchsorted(sort(many).values, many); }));
}

TEST_CASE("order statistics, sums and searching say what is wrong", "[quantile][statistics][search][error]") {
  const Tensor x = zeros({2, 3});
  CHECK_THROWS_WITH(quantile(x, 1.5), Contains("quantile: q must lie in [0, 1] (statistics_test.cpp:"));
  CHECK_THROWS_AS(quantile(x, tensor({NaN})), ValueError);
  CHECK_THROWS_WITH(quantile(x, zeros({1, 1})), Contains("q is [1, 1]; needs a number or [k]"));
  CHECK_THROWS_WITH(quantile(arange(3), 0.5), Contains("given int64; needs float32 or float64"));
  CHECK_THROWS_WITH(nanquantile(zeros({2, 0}), 0.5, {.dim = 1}),
                    Contains("shape [2, 0] has nothing to choose from"));
  CHECK_THROWS_AS(quantile(x, 0.5, {.dim = 2}), IndexError);
  CHECK_THROWS_WITH(mode(zeros({2, 0})),
                    Contains("mode: shape [2, 0] has nothing to choose from along dimension -1"));
  CHECK_THROWS_AS(nanmedian(x, 2), IndexError);
  CHECK_THROWS_AS(nansum(arange(3)), DTypeError);
  CHECK_THROWS_WITH(cov(zeros({1, 1, 1})), Contains("cov: given [1, 1, 1]; needs [n, m] or [m]"));
  CHECK_THROWS_WITH(diff(x, -1), Contains("the order is -1"));
  CHECK_THROWS_AS(diff(zeros({})), ShapeError);
  CHECK_THROWS_WITH(trapezoid(x, zeros({2})),
                    Contains("the places are [2] and the values [2, 3]; they need 3 along dimension 1"));
  CHECK_THROWS_AS(trapezoid(arange(3)), DTypeError);
  CHECK_THROWS_WITH(searchsorted(x, zeros({3, 2})), Contains("rows [2, 3] were given for values [3, 2]"));
  CHECK_THROWS_AS(searchsorted(zeros({2}), zeros({2}, f64)), DTypeError);
  CHECK_THROWS_WITH(bucketize(x, x), Contains("bucketize: the boundaries are [2, 3]; needs [n]"));
  CHECK_THROWS_AS(isin(x, arange(2)), DTypeError);
  CHECK_THROWS_WITH(bincount(whole({1, -2})), Contains("bincount: a number -2 was given"));
  CHECK_THROWS_WITH(bincount(whole({1}), ones({2})), Contains("the weights are [2]; needs [1]"));
  CHECK_THROWS_AS(bincount(ones({2})), DTypeError);
  CHECK_THROWS_AS(histc(x, 0), ValueError);
  CHECK_THROWS_WITH(histc(tensor({std::numeric_limits<double>::infinity(), 0.0}, f64)),
                    Contains("the range is from 0 to inf"));
}

}  // namespace gradus::statistics_test
