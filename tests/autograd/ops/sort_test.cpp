// Scans and sorting: against PyTorch, by hand, errors.
#include <gradus/autograd/ops/sort.hpp>

#include <gradus/autograd/backward.hpp>
#include <gradus/autograd/ops.hpp>

#include <cmath>
#include <limits>

#include "support/catch.hpp"
#include "support/pytorch.hpp"
#include "support/same_bits.hpp"

namespace gradus::sort_test {
using namespace test;
using Catch::Matchers::Contains;

namespace {

const char* const file = "arranging.json";
constexpr double inf = std::numeric_limits<double>::infinity();
constexpr double NaN = std::numeric_limits<double>::quiet_NaN();

std::int64_t dim_of(Options o) { return o.integer("dim", 0); }

template <class R>
Results named(const R& r) {
  return {{{"values", r.values}, {"indices", r.indices}}};
}

Integers integers(const Tensor& x) { return x.to_vector<std::int64_t>(); }

}  // namespace

TEST_CASE("scans agree with PyTorch and central differences", "[scan]") {
  CHECK(disagreement(file, "cumprod", [](In in, Options o) { return cumprod(in["x"], dim_of(o)); }) == "");
  CHECK(disagreement(file, "logcumsumexp",
                     [](In in, Options o) { return logcumsumexp(in["x"], dim_of(o)); }) == "");
  CHECK(disagreement(file, "cummax", [](In in, Options o) { return named(cummax(in["x"], dim_of(o))); }) ==
        "");
  CHECK(disagreement(file, "cummin", [](In in, Options o) { return named(cummin(in["x"], dim_of(o))); }) ==
        "");
}

TEST_CASE("sorting agrees with PyTorch and central differences", "[sort]") {
  CHECK(disagreement(file, "sort", [](In in, Options o) {
          return named(sort(in["x"], dim_of(o), o.flag("descending")));
        }) == "");
  CHECK(disagreement(file, "argsort", [](In in, Options o) {
          return argsort(in["x"], dim_of(o), o.flag("descending"));
        }) == "");
  CHECK(disagreement(file, "topk", [](In in, Options o) {
          return named(topk(in["x"], o.integer("k", 0), dim_of(o), o.flag("largest")));
        }) == "");
  CHECK(disagreement(file, "kthvalue", [](In in, Options o) {
          return named(kthvalue(in["x"], o.integer("k", 0), dim_of(o), o.flag("keepdim")));
        }) == "");
  CHECK(disagreement(file, "median", [](In in, Options o) -> Results {
          if (!o.has("dim")) return median(in["x"]);
          return named(median(in["x"], dim_of(o), o.flag("keepdim")));
        }) == "");
}

TEST_CASE("scans by hand, in every dtype, of little", "[scan]") {
  CHECK(integers(cumprod(tensor({2, 0, 3}, {.dtype = int64}), 0)) == Integers{2, 0, 0});
  CHECK(integers(cumprod(tensor({20, 20}, {.dtype = uint8}), 0)) == Integers{20, 400});
  CHECK(integers(cummax(tensor({true, false}, {.dtype = boolean}), 0).indices) == Integers{0, 0});
  CHECK(difference(logcumsumexp(tensor({-inf, 0, 0}, f64), 0), tensor({-inf, 0, std::log(2.0)}, f64)) <
        1e-15);
  const auto [values, indices] = cummin(tensor({2, NaN, 1}, f64), 0);
  CHECK(difference(values, tensor({2, NaN, NaN}, f64)) == 0);
  CHECK(integers(indices) == Integers{0, 1, 1});
  for (const Tensor& y :
       {cumprod(tensor(3.0), 0), logcumsumexp(tensor(3.0), 0), cummax(tensor(3.0), 0).values})
    CHECK((y.rank() == 0 && y.item<float>() == 3));
  CHECK(cumprod(zeros({2, 0}), 1).shape() == Shape{2, 0});
  CHECK(cummin(zeros({0, 2}), 0).indices.shape() == Shape{0, 2});
}

TEST_CASE("equal elements keep their order in both directions", "[sort]") {
  const Tensor x = tensor({1, 3, 1, 3, 2}, f64);
  CHECK(integers(sort(x).indices) == Integers{0, 2, 4, 1, 3});
  CHECK(integers(sort(x, 0, true).indices) == Integers{1, 3, 4, 0, 2});
  CHECK(integers(topk(x, 3).indices) == Integers{1, 3, 4});
  CHECK(integers(topk(x, 1, 0, false).indices) == Integers{0});
  CHECK(kthvalue(x, 2, 0).indices.item<std::int64_t>() == 2);
}

TEST_CASE("NaN is larger than anything", "[sort]") {
  const Tensor x = tensor({NaN, inf, -inf, NaN, 0}, f64);
  CHECK(integers(sort(x).indices) == Integers{2, 4, 1, 0, 3});
  CHECK(integers(sort(x, 0, true).indices) == Integers{0, 3, 1, 4, 2});
  CHECK(median(x, 0).indices.item<std::int64_t>() == 0);
  CHECK(std::isnan(median(x).item<double>()));
  CHECK(kthvalue(x, 3, 0).values.item<double>() == inf);
}

TEST_CASE("sorting in every dtype, of little and of much", "[sort]") {
  CHECK(integers(argsort(tensor({true, false}, {.dtype = boolean}))) == Integers{1, 0});
  CHECK(sort(tensor({200, 7}, {.dtype = uint8})).values.to_vector<std::uint8_t>() ==
        std::vector<std::uint8_t>{7, 200});
  CHECK(sort(tensor(2.0)).indices.item<std::int64_t>() == 0);
  CHECK(topk(zeros({2, 3}), 0).values.shape() == Shape{2, 0});
  CHECK(sort(zeros({2, 0})).values.shape() == Shape{2, 0});
  CHECK(median(tensor({4, 1, 3, 2}, {.dtype = int64})).item<std::int64_t>() == 2);
  Generator generator(3);
  const Tensor order = randperm(5000, {.dtype = int64}, &generator);
  CHECK(equal(sort(order).values, arange(5000)));
  CHECK(equal(index_select(order, 0, argsort(order)), arange(5000)));
}

TEST_CASE("sorting and scans are the same bits for any number of threads", "[sort][scan][threads]") {
  Generator generator(4);
  const Tensor x = randn({300, 200}, {}, &generator);
  CHECK(same_for_any_threads([&] { return sort(x, 0).indices; }));
  CHECK(same_for_any_threads([&] { return logcumsumexp(x, 1); }));
}

TEST_CASE("sorting and scans say what is wrong", "[sort][scan][error]") {
  const Tensor x = zeros({2, 3});
  CHECK_THROWS_WITH(topk(x, 4),
                    Contains("topk: k is 4; dimension -1 of [2, 3] has 3 elements (sort_test.cpp:"));
  CHECK_THROWS_WITH(kthvalue(x, 0), Contains("kthvalue: k is 0; it must lie in [1, 3]"));
  CHECK_THROWS_AS(kthvalue(x, 4), ValueError);
  CHECK_THROWS_WITH(median(zeros({2, 0}), 1), Contains("median: shape [2, 0] has nothing to choose from"));
  CHECK_THROWS_AS(sort(x, 2), IndexError);
  CHECK_THROWS_AS(cummax(x, -3), IndexError);
  CHECK_THROWS_AS(cumprod(x, 2), IndexError);
  CHECK_THROWS_WITH(logcumsumexp(arange(3), 0),
                    Contains("logcumsumexp: given int64; needs float32 or float64"));
}

}  // namespace gradus::sort_test
