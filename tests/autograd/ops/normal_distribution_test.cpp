// The normal distribution and its kin, functions made of the gamma function: against PyTorch, by hand,
// errors.
#include <gradus/autograd/backward.hpp>
#include <gradus/autograd/gradcheck.hpp>
#include <gradus/autograd/ops.hpp>

#include <cmath>
#include <limits>
#include <numbers>

#include "support/catch.hpp"
#include "support/pytorch.hpp"

namespace gradus::normal_distribution_test {
using namespace test;
using Catch::Matchers::Contains;

namespace {

const char* const file = "rare_ops.json";
constexpr double inf = std::numeric_limits<double>::infinity();
constexpr double NaN = std::numeric_limits<double>::quiet_NaN();

using Function = Tensor (*)(const Tensor&, SourceLocation);

double of(Function f, double x) { return f(tensor(x, f64), SourceLocation::current()).item<double>(); }
double slope(Function f, double x) {
  const Tensor v = tensor(x, {.dtype = float64, .requires_grad = true});
  return grad(f(v, SourceLocation::current()), v).item<double>();
}
bool near(double a, double b) { return std::abs(a - b) <= 1e-14 * std::abs(b); }

}  // namespace

TEST_CASE("functions of the normal distribution agree with PyTorch and central differences",
          "[special][gradient]") {
  CHECK(disagreement(file, "ndtr", [](In in, Options) { return ndtr(in["x"]); }) == "");
  CHECK(disagreement(file, "log_ndtr", [](In in, Options) { return log_ndtr(in["x"]); }) == "");
  CHECK(disagreement(file, "ndtri", [](In in, Options) { return ndtri(in["x"]); }) == "");
  CHECK(disagreement(file, "erfcx", [](In in, Options) { return erfcx(in["x"]); }) == "");
  CHECK(disagreement(file, "entr", [](In in, Options) { return entr(in["x"]); }) == "");
}

TEST_CASE("functions of the normal distribution keep their digits in the tails", "[special]") {
  CHECK(of(ndtr, 0) == 0.5);
  CHECK(near(of(ndtr, -10), 7.619853024160526e-24));  // Abramowitz and Stegun, table 26.2
  CHECK(near(of(log_ndtr, -1e4), -0.5e8 - std::log(1e4 * std::sqrt(2 * std::numbers::pi))));
  CHECK(of(log_ndtr, -1e200) == -inf);
  CHECK(of(log_ndtr, 40) == 0);
  CHECK(std::abs(slope(log_ndtr, -1e4) - 1e4) < 2e-4);  // x + 1 / x
  CHECK(slope(log_ndtr, 50) < 1e-290);
  CHECK(near(slope(ndtr, 1), std::exp(-0.5) / std::sqrt(2 * std::numbers::pi)));
  for (const double x : {-8.0, -3.0, 0.25, 5.0}) {
    CAPTURE(x);
    CHECK(std::abs(of(ndtri, of(ndtr, x)) - x) < 1e-9);
  }
  CHECK(std::isnan(of(ndtri, -0.1)));
  for (const double x : {24.999, 25.001, 1e3, 1e8})  // where the series takes over, and beyond
    CHECK(std::abs(of(erfcx, x) * x * std::sqrt(std::numbers::pi) * (1 + 0.5 / (x * x)) - 1) <
          2 / std::pow(x, 4) + 1e-15);
  CHECK(std::abs(of(erfcx, 24.999999999) / of(erfcx, 25.000000001) - 1 - 8e-11) < 1e-12);
  CHECK(near(of(erfcx, 26), 0.021683584850562907));
  CHECK(of(erfcx, -30) == inf);
  CHECK(of(erfcx, inf) == 0);
  CHECK(slope(entr, 0) == inf);
  CHECK(slope(entr, 1) == -1);
  for (const Function f :
       {Function(ndtr), Function(log_ndtr), Function(ndtri), Function(erfcx), Function(entr)}) {
    CHECK(std::isnan(of(f, NaN)));
    CHECK(f(tensor({0.5}), {}).dtype() == float32);
    CHECK(f(zeros({0, 2}), {}).shape() == Shape{0, 2});
    CHECK_THROWS_AS(f(integers({1}), {}), DTypeError);
  }
  CHECK_THROWS_WITH(erfcx(integers({1})), Contains("erfcx: ") && Contains("(normal_distribution_test.cpp:"));
}

TEST_CASE("functions made of the gamma function agree with PyTorch and central differences",
          "[special][gradient]") {
  CHECK(disagreement(file, "mvlgamma",
                     [](In in, Options o) { return mvlgamma(in["x"], o.integer("p", 0)); }) == "");
  for (const Fixture& f : fixtures(file, "gammainc"))
    CHECK(difference(gammainc(f.inputs["input"], f.inputs["other"]), f.outputs["y"]) < 1e-12);
  for (const Fixture& f : fixtures(file, "gammaincc"))
    CHECK(difference(gammaincc(f.inputs["input"], f.inputs["other"]), f.outputs["y"]) < 1e-12);
  for (const bool upper : {false, true}) {
    const Fixture f = fixture(file, upper ? "gammaincc/broadcast" : "gammainc/broadcast");
    const Tensor a = f.inputs["input"], x = f.inputs["other"].clone().requires_grad_();
    const auto of_x = [&](const Tensor& v) { return upper ? gammaincc(a, v) : gammainc(a, v); };
    CHECK(difference(grad(sum(of_x(x) * f.cotangent), x), f.grads["other"]) < 1e-12);
    CHECK(gradcheck(of_x, {x}));
    CHECK(gradgradcheck(of_x, {x}));
  }
}

TEST_CASE("incomplete gamma functions by hand and errors", "[special][error]") {
  CHECK(near(gammainc(1, tensor(2, f64)).item<double>(), 1 - std::exp(-2)));
  CHECK(near(gammaincc(tensor(2, f64), 3).item<double>(), 4 * std::exp(-3)));
  const Tensor zero = tensor(0, {.dtype = float64, .requires_grad = true});
  CHECK(grad(gammainc(1, zero), zero).item<double>() == 1);
  const Tensor a = tensor(1.5, {.dtype = float64, .requires_grad = true});
  CHECK_THROWS_WITH(gammainc(a, 2).backward(),
                    Contains("gammainc: there is no derivative with respect to a; detach() it"));
  CHECK_THROWS_AS(gammaincc(tensor({1, 2}, f64), tensor({1, 2, 3}, f64)), ShapeError);
  CHECK_THROWS_AS(gammaincc(integers({1}), integers({2})), DTypeError);
  CHECK(near(mvlgamma(tensor(3, f64), 2).item<double>(),
             std::lgamma(3) + std::lgamma(2.5) + 0.5 * std::log(std::numbers::pi)));
  CHECK_THROWS_WITH(mvlgamma(tensor({3, 1}), 3),
                    Contains("mvlgamma: an element is not above 1, as dimension 3 needs"));
  CHECK_THROWS_WITH(mvlgamma(tensor(3), 0), Contains("mvlgamma: the dimension is 0; it must be at least 1"));
}

}  // namespace gradus::normal_distribution_test
