// Special functions, choices by sign or NaN, whole quotients, closeness: against PyTorch, by hand, errors.
#include <gradus/autograd/backward.hpp>
#include <gradus/autograd/ops.hpp>

#include <cmath>
#include <limits>
#include <numbers>

#include "support/catch.hpp"
#include "support/pytorch.hpp"

namespace gradus::special_test {
using namespace test;
using Catch::Matchers::Contains;

namespace {

constexpr double inf = std::numeric_limits<double>::infinity();
constexpr double NaN = std::numeric_limits<double>::quiet_NaN();
const char* const file = "more_ops.json";

double of(Tensor (*f)(const Tensor&, SourceLocation), double x) {
  return f(tensor(x, f64), SourceLocation::current()).item<double>();
}
Tensor whole(std::initializer_list<Nested> values) { return tensor(values, {.dtype = int64}); }

}  // namespace

TEST_CASE("special functions agree with PyTorch and central differences", "[special][gradient]") {
  CHECK(disagreement(file, "lgamma", [](In in, Options) { return lgamma(in["x"]); }) == "");
  const PytorchOptions coarse{.tolerance = 1e-9};  // its trigamma is a short series
  CHECK(disagreement(
            file, "digamma", [](In in, Options) { return digamma(in["x"]); }, coarse) == "");
  CHECK(disagreement(
            file, "polygamma", [](In in, Options o) { return polygamma(o.integer("n", 0), in["x"]); },
            coarse) == "");
  CHECK(disagreement(file, "erfinv", [](In in, Options) { return erfinv(in["x"]); }) == "");
  CHECK(disagreement(file, "sinc", [](In in, Options) { return sinc(in["x"]); }) == "");
  CHECK(disagreement(file, "xlog1py", [](In in, Options) { return xlog1py(in["x"], in["y"]); }) == "");
  CHECK(disagreement(file, "logaddexp2", [](In in, Options) { return logaddexp2(in["x"], in["y"]); }) == "");
  CHECK(disagreement(file, "deg2rad", [](In in, Options) { return deg2rad(in["x"]); }) == "");
  CHECK(disagreement(file, "rad2deg", [](In in, Options) { return rad2deg(in["x"]); }) == "");
}

TEST_CASE("choices and whole quotients agree with PyTorch and central differences", "[choose][gradient]") {
  CHECK(disagreement(file, "copysign", [](In in, Options) { return copysign(in["x"], in["y"]); }) == "");
  CHECK(disagreement(file, "fmax", [](In in, Options) { return fmax(in["x"], in["y"]); }) == "");
  CHECK(disagreement(file, "fmin", [](In in, Options) { return fmin(in["x"], in["y"]); }) == "");
  CHECK(disagreement(file, "heaviside", [](In in, Options) { return heaviside(in["x"], in["y"]); }) == "");
  CHECK(disagreement(file, "signbit", [](In in, Options) { return signbit(in["x"]); }) == "");
  CHECK(disagreement(file, "floor_divide", [](In in, Options) { return floor_divide(in["x"], in["y"]); }) ==
        "");
  CHECK(disagreement(file, "isclose", [](In in, Options o) {
          return isclose(in["x"], in["y"], {.equal_nan = o.flag("equal_nan")});
        }) == "");
}

TEST_CASE("special functions by hand and at their poles", "[special]") {
  CHECK(std::abs(of(lgamma, 5) - std::log(24.0)) < 1e-15);
  CHECK(of(lgamma, 0) == inf);
  CHECK(of(lgamma, -2) == inf);
  CHECK(of(lgamma, -inf) == inf);
  CHECK(std::abs(of(digamma, 1) + std::numbers::egamma) < 1e-15);
  CHECK(of(digamma, 0) == -inf);
  CHECK(std::isnan(of(digamma, -3)));
  CHECK(of(digamma, inf) == inf);
  CHECK(std::abs(polygamma(1, tensor(1, f64)).item<double>() - std::numbers::pi * std::numbers::pi / 6) <
        1e-14);
  CHECK(polygamma(1, tensor(-1, f64)).item<double>() == inf);
  CHECK(std::isnan(polygamma(2, tensor(-1, f64)).item<double>()));
  CHECK(of(erfinv, 1) == inf);
  CHECK(std::isnan(of(erfinv, 1.5)));
  CHECK(difference(erf(erfinv(tensor({-0.75, 0.25}, f64))), tensor({-0.75, 0.25}, f64)) < 1e-15);
  CHECK(xlog1py(tensor({0, 0}, f64), tensor({-1, -2}, f64)).to_vector<double>() == Numbers{0, 0});
  CHECK(std::abs(logaddexp2(tensor(3, f64), 3).item<double>() - 4) < 1e-15);
  CHECK(difference(logaddexp2(tensor({-inf, 2000}, f64), tensor({-inf, 2000}, f64)),
                   tensor({-inf, 2001}, f64)) < 1e-15);
  for (const Tensor& y : {lgamma(tensor({0.5})), digamma(ones({1})), erfinv(zeros({1})), sinc(zeros({1}))})
    CHECK((y.dtype() == float32 && isfinite(y).item<bool>()));
  CHECK(lgamma(zeros({2, 0})).shape() == Shape{2, 0});
}

TEST_CASE("the slope of sinc is smooth where its formula changes", "[special]") {
  const Tensor x = tensor({0.0999999, 0.1000001}, {.dtype = float64, .requires_grad = true});
  const Tensor slope = grad(sum(sinc(x)), x, {.create_graph = true});
  const auto v = slope.to_vector<double>(), w = grad(sum(slope), x).to_vector<double>();
  CHECK(std::abs((v[1] - v[0]) / 2e-7 - w[0]) < 1e-6);
  CHECK(std::abs(w[1] - w[0]) < 1e-6);
}

TEST_CASE("choices and whole quotients in the corners", "[choose]") {
  const Tensor a = tensor({-0.0, 2}, {.dtype = float64, .requires_grad = true});
  CHECK(grad(sum(copysign(a, -1)), a).to_vector<double>() == Numbers{0, -1});
  CHECK(std::signbit(copysign(tensor(0, f64), -0.0).item<double>()));
  const Tensor ties = tensor({1, NaN}, {.dtype = float64, .requires_grad = true});
  CHECK(grad(sum(fmax(ties, 1)), ties).to_vector<double>() == Numbers{0.5, 0});
  CHECK(std::isnan(fmin(tensor(NaN, f64), NaN).item<double>()));
  CHECK(std::isnan(heaviside(tensor(NaN, f64), 1).item<double>()));
  const Tensor step = tensor({0.5, 0.25}, {.dtype = float64, .requires_grad = true});
  CHECK(grad(sum(heaviside(tensor({0, 1}, f64), step)), step).to_vector<double>() == Numbers{1, 0});
  CHECK(signbit(whole({-1, 0})).to_vector<bool>() == std::vector<bool>{true, false});
  CHECK(floor_divide(whole({-7, 7}), 2).to_vector<std::int64_t>() == Integers{-4, 3});
  CHECK(floor_divide(tensor({1, -1}, f64), 0).to_vector<double>() == Numbers{inf, -inf});
  const Tensor lowest = from_vector<std::int64_t>({std::numeric_limits<std::int64_t>::min()}, {1});
  CHECK(floor_divide(lowest, -1).item<std::int64_t>() == std::numeric_limits<std::int64_t>::min());  // wraps
  CHECK(grad(sum(floor_divide(a, 3)), a).to_vector<double>() == Numbers{0, 0});
}

TEST_CASE("special functions and choices say what is wrong", "[special][choose][error]") {
  CHECK_THROWS_WITH(lgamma(whole({1})), Contains("lgamma: given int64; needs float32 or float64"));
  CHECK_THROWS_WITH(polygamma(-1, ones({1})),
                    Contains("polygamma: the order is -1; it must lie in [0, 100] (special_test.cpp:"));
  CHECK_THROWS_AS(polygamma(101, ones({1})), ValueError);
  CHECK_THROWS_AS(fmax(whole({1}), 2), DTypeError);
  CHECK_THROWS_WITH(copysign(ones({1}), ones({1}, f64)), Contains("copysign: given float32 and float64"));
  CHECK_THROWS_AS(heaviside(ones({2}), ones({3})), ShapeError);
  CHECK_THROWS_WITH(floor_divide(whole({1}), whole({0})), Contains("floor_divide: an integer divided by 0"));
  CHECK_THROWS_WITH(isclose(ones({1}), ones({1}, f64)), Contains("isclose:"));
}

}  // namespace gradus::special_test
