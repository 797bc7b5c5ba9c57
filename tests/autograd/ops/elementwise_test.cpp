// Trigonometry, logarithms, remainders and arithmetic of three: against PyTorch, corners, errors.
#include <gradus/autograd/backward.hpp>
#include <gradus/autograd/ops.hpp>

#include <cmath>
#include <limits>
#include <numbers>

#include "support/catch.hpp"
#include "support/pytorch.hpp"

namespace gradus::elementwise_test {
using namespace test;
using Catch::Matchers::Contains;

namespace {

constexpr double inf = std::numeric_limits<double>::infinity();
constexpr double NaN = std::numeric_limits<double>::quiet_NaN();
const char* const file = "elementwise.json";

/// Gradients of f at (a, b).
std::pair<double, double> slopes(Tensor (*f)(const Operand&, const Operand&), double a, double b) {
  const Tensor x = tensor(a, {.dtype = float64, .requires_grad = true});
  const Tensor y = tensor(b, {.dtype = float64, .requires_grad = true});
  const auto found = grad({f(x, y)}, {x, y});
  return {found[0].item<double>(), found[1].item<double>()};
}

}  // namespace

TEST_CASE("trigonometry agrees with PyTorch and central differences", "[trigonometry]") {
  CHECK(disagreement(file, "tan", [](In in, Options) { return tan(in["x"]); }) == "");
  CHECK(disagreement(file, "asin", [](In in, Options) { return asin(in["x"]); }) == "");
  CHECK(disagreement(file, "acos", [](In in, Options) { return acos(in["x"]); }) == "");
  CHECK(disagreement(file, "atan", [](In in, Options) { return atan(in["x"]); }) == "");
  CHECK(disagreement(file, "sinh", [](In in, Options) { return sinh(in["x"]); }) == "");
  CHECK(disagreement(file, "cosh", [](In in, Options) { return cosh(in["x"]); }) == "");
  CHECK(disagreement(file, "asinh", [](In in, Options) { return asinh(in["x"]); }) == "");
  CHECK(disagreement(file, "acosh", [](In in, Options) { return acosh(in["x"]); }) == "");
  CHECK(disagreement(file, "atanh", [](In in, Options) { return atanh(in["x"]); }) == "");
  CHECK(disagreement(file, "atan2", [](In in, Options) { return atan2(in["x"], in["y"]); }) == "");
  CHECK(disagreement(file, "hypot", [](In in, Options) { return hypot(in["x"], in["y"]); }) == "");
}

TEST_CASE("logarithms agree with PyTorch and central differences", "[logarithm]") {
  CHECK(disagreement(file, "log2", [](In in, Options) { return log2(in["x"]); }) == "");
  CHECK(disagreement(file, "log10", [](In in, Options) { return log10(in["x"]); }) == "");
  CHECK(disagreement(file, "exp2", [](In in, Options) { return exp2(in["x"]); }) == "");
  CHECK(disagreement(file, "erfc", [](In in, Options) { return erfc(in["x"]); }) == "");
  CHECK(disagreement(file, "logit", [](In in, Options o) {
          return o.has("eps") ? logit(in["x"], o.number("eps", 0)) : logit(in["x"]);
        }) == "");
  CHECK(disagreement(file, "logaddexp", [](In in, Options) { return logaddexp(in["x"], in["y"]); }) == "");
  CHECK(disagreement(file, "xlogy", [](In in, Options) { return xlogy(in["x"], in["y"]); }) == "");
}

TEST_CASE("remainders agree with PyTorch and central differences", "[rounding]") {
  CHECK(disagreement(file, "trunc", [](In in, Options) { return trunc(in["x"]); }) == "");
  CHECK(disagreement(file, "frac", [](In in, Options) { return frac(in["x"]); }) == "");
  CHECK(disagreement(file, "fmod", [](In in, Options) { return fmod(in["x"], in["y"]); }) == "");
  CHECK(disagreement(file, "remainder", [](In in, Options) { return remainder(in["x"], in["y"]); }) == "");
  CHECK(disagreement(file, "nan_to_num", [](In in, Options o) {
          NanToNumOptions options{.nan = o.number("nan", 0)};
          if (o.has("posinf")) options.posinf = o.number("posinf", 0);
          if (o.has("neginf")) options.neginf = o.number("neginf", 0);
          return nan_to_num(in["x"], options);
        }) == "");
}

TEST_CASE("arithmetic of three agrees with PyTorch and central differences", "[ternary]") {
  CHECK(disagreement(file, "lerp", [](In in, Options o) {
          if (in.has("b")) return lerp(in["x"], in["a"], in["b"]);
          return lerp(in["x"], in["a"], o.number("weight", 0));
        }) == "");
  CHECK(disagreement(file, "addcmul", [](In in, Options o) {
          return addcmul(in["x"], in["a"], in["b"], o.number("value", 1));
        }) == "");
  CHECK(disagreement(file, "addcdiv", [](In in, Options o) {
          return addcdiv(in["x"], in["a"], in["b"], o.number("value", 1));
        }) == "");
}

TEST_CASE("angles by hand", "[trigonometry]") {
  const double pi = std::numbers::pi;
  const Tensor y = tensor({0, 1, 0, -1, 1}, f64), x = tensor({1, 0, -1, 0, -1}, f64);
  CHECK(difference(atan2(y, x), tensor({0, pi / 2, pi, -pi / 2, 3 * pi / 4}, f64)) < 1e-15);
  CHECK(difference(asin(tensor({-1, 0.5, 2}, f64)), tensor({-pi / 2, pi / 6, NaN}, f64)) < 1e-15);
  CHECK(std::abs(hypot(tensor(3e200, f64), tensor(4e200, f64)).item<double>() / 5e200 - 1) < 1e-15);
  CHECK(hypot(3, tensor(4)).item<float>() == 5);
}

TEST_CASE("conventions at corners of elementwise functions", "[trigonometry][logarithm][rounding]") {
  const std::pair<double, double> none{0, 0};
  CHECK(slopes(atan2, 0, 0) == none);
  CHECK(slopes(hypot, 0, 0) == none);
  CHECK(slopes(xlogy, 0, 0) == none);
  CHECK(slopes(xlogy, 0, -1).first == 0);
  CHECK(xlogy(tensor({0, 0, 1}, f64), tensor({0, -2, 0}, f64)).to_vector<double>() ==
        std::vector<double>{0, 0, -inf});
  CHECK(std::isnan(xlogy(0, tensor(NaN, f64)).item<double>()));
  CHECK(slopes(logaddexp, -inf, -inf) == std::pair(0.5, 0.5));
  CHECK(logaddexp(tensor({inf, -inf, 1000}, f64), tensor({inf, 5, 1000}, f64)).to_vector<double>() ==
        std::vector<double>{inf, 5, 1000 + std::numbers::ln2});
  CHECK(std::isnan(fmod(tensor(1, f64), 0).item<double>()));
  CHECK(lerp(tensor(0.1, f64), tensor(0.3, f64), 1).item<double>() == 0.3);
  const Tensor x = tensor({2, -1}, {.dtype = float64, .requires_grad = true});
  CHECK(std::isnan(grad(sum(logit(x)), x).to_vector<double>()[0]));
}

TEST_CASE("remainders and trunc of integers", "[rounding]") {
  const auto whole = [](std::initializer_list<Nested> values) { return tensor(values, {.dtype = int64}); };
  CHECK(fmod(whole({-7, 7}), 3).to_vector<std::int64_t>() == Integers{-1, 1});
  CHECK(remainder(whole({-7, 7}), -3).to_vector<std::int64_t>() == Integers{-1, -2});
  CHECK(trunc(whole({-7, 7})).to_vector<std::int64_t>() == Integers{-7, 7});
  CHECK(nan_to_num(whole({-7, 7})).to_vector<std::int64_t>() == Integers{-7, 7});
  const Tensor lowest = from_vector<std::int64_t>({std::numeric_limits<std::int64_t>::min()}, {1});
  CHECK(remainder(lowest, -1).item<std::int64_t>() == 0);
  CHECK(remainder(tensor({200}, {.dtype = uint8}), 7).to_vector<std::uint8_t>() ==
        std::vector<std::uint8_t>{200 % 7});
  CHECK_THROWS_WITH(fmod(whole({1}), whole({0})),
                    Contains("fmod: an integer modulo 0 (elementwise_test.cpp:"));
}

TEST_CASE("elementwise functions in float32 and of nothing", "[trigonometry][logarithm]") {
  const Tensor x = tensor({0.25, 0.75});
  for (const Tensor& y :
       {tan(x),      asin(x),         acos(x),     atan(x), sinh(x),      cosh(x),       asinh(x),
        atanh(x),    log2(x),         log10(x),    exp2(x), erfc(x),      logit(x),      atan2(x, x),
        hypot(x, 1), logaddexp(x, 0), xlogy(x, x), frac(x), fmod(x, 0.5), nan_to_num(x), lerp(x, x, 0.5)})
    CHECK((y.dtype() == float32 && y.shape() == Shape{2} && all(isfinite(y)).item<bool>()));
  const Tensor nothing = zeros({2, 0});
  CHECK(atan2(nothing, ones({1, 1})).shape() == Shape{2, 0});
  CHECK(nan_to_num(tensor(inf)).item<float>() == std::numeric_limits<float>::max());
}

TEST_CASE("elementwise functions say what is wrong", "[trigonometry][logarithm][rounding][error]") {
  const Tensor whole = tensor({1, 2}, {.dtype = int64});
  CHECK_THROWS_WITH(tan(whole), Contains("tan: given int64; needs float32 or float64"));
  CHECK_THROWS_AS(log2(whole), DTypeError);
  CHECK_THROWS_WITH(atan2(ones({2}), ones({2}, f64)), Contains("atan2: given float32 and float64"));
  CHECK_THROWS_WITH(hypot(ones({2}), ones({3})), Contains("hypot:") && Contains("[2]") && Contains("[3]"));
  CHECK_THROWS_WITH(logit(ones({2}), 0.6), Contains("logit: eps is 0.6; it must lie in [0, 0.5]"));
  CHECK_THROWS_AS(logit(ones({2}), 0.6), ValueError);
  CHECK_THROWS_AS(fmod(ones({2}, {.dtype = boolean}), true), DTypeError);
}

}  // namespace gradus::elementwise_test
