// Whole numbers, Bessel functions, windows of signals, stretches of a dimension: against PyTorch, by hand,
// errors.
#include <gradus/autograd/backward.hpp>
#include <gradus/autograd/ops.hpp>

#include <cmath>
#include <limits>

#include "support/catch.hpp"
#include "support/pytorch.hpp"

namespace gradus::rare_test {
using namespace test;
using Catch::Matchers::Contains;

namespace {

const char* const file = "rare_ops.json";
constexpr double inf = std::numeric_limits<double>::infinity();
constexpr std::int64_t lowest = std::numeric_limits<std::int64_t>::min();

SignalWindowOptions window_options(Options o) { return {.periodic = o.flag("periodic"), .dtype = float64}; }
std::int64_t length(Options o) { return o.integer("length", 0); }

}  // namespace

TEST_CASE("ops on whole numbers agree with PyTorch", "[integer]") {
  CHECK(disagreement(file, "bitwise_and",
                     [](In in, Options) { return bitwise_and(in["input"], in["other"]); }) == "");
  CHECK(disagreement(file, "bitwise_or",
                     [](In in, Options) { return bitwise_or(in["input"], in["other"]); }) == "");
  CHECK(disagreement(file, "bitwise_xor",
                     [](In in, Options) { return bitwise_xor(in["input"], in["other"]); }) == "");
  CHECK(disagreement(file, "bitwise_not", [](In in, Options) { return bitwise_not(in["input"]); }) == "");
  CHECK(disagreement(file, "bitwise_left_shift",
                     [](In in, Options) { return bitwise_left_shift(in["input"], in["other"]); }) == "");
  CHECK(disagreement(file, "bitwise_right_shift",
                     [](In in, Options) { return bitwise_right_shift(in["input"], in["other"]); }) == "");
  CHECK(disagreement(file, "gcd", [](In in, Options) { return gcd(in["input"], in["other"]); }) == "");
  CHECK(disagreement(file, "lcm", [](In in, Options) { return lcm(in["input"], in["other"]); }) == "");
}

TEST_CASE("ops on whole numbers in the corners", "[integer]") {
  CHECK(bitwise_and(integers({6, -1}), 3).to_vector<std::int64_t>() == Integers{2, 3});
  CHECK(bitwise_not(tensor({0, 200}, {.dtype = uint8})).to_vector<std::uint8_t>() ==
        std::vector<std::uint8_t>{255, 55});
  CHECK(bitwise_left_shift(tensor({129}, {.dtype = uint8}), 1).item<std::uint8_t>() == 2);
  CHECK(bitwise_left_shift(integers({-1}), 63).item<std::int64_t>() == lowest);
  CHECK(bitwise_right_shift(integers({-5}), 1).item<std::int64_t>() == -3);
  CHECK(gcd(integers({0, 0, -12}), integers({0, 7, 18})).to_vector<std::int64_t>() == Integers{0, 7, 6});
  CHECK(gcd(from_vector<std::int64_t>({lowest}, {1}), 0).item<std::int64_t>() == lowest);  // wraps
  CHECK(lcm(integers({-4, 0}), 6).to_vector<std::int64_t>() == Integers{12, 0});
  CHECK(bitwise_or(zeros({0, 2}, {.dtype = int64}), 1).shape() == Shape{0, 2});
}

TEST_CASE("Bessel functions agree with PyTorch and central differences", "[special][gradient]") {
  // Its polynomials are good for some 14 digits, and its values reach 1e20: relative to those.
  const PytorchOptions coarse{.tolerance = 1e-9};
  CHECK(disagreement(
            file, "i0", [](In in, Options) { return i0(in["x"]); }, coarse) == "");
  CHECK(disagreement(
            file, "i1", [](In in, Options) { return i1(in["x"]); }, coarse) == "");
  CHECK(disagreement(file, "i0e", [](In in, Options) { return i0e(in["x"]); }) == "");
  CHECK(disagreement(file, "i1e", [](In in, Options) { return i1e(in["x"]); }) == "");
}

TEST_CASE("Bessel functions by hand and far out", "[special]") {
  const auto of = [](auto f, double x) {
    return f(tensor(x, f64), SourceLocation::current()).template item<double>();
  };
  CHECK(std::abs(of(i0, 1) - 1.2660658777520083356) < 1e-15);  // Abramowitz and Stegun, table 9.8
  CHECK(std::abs(of(i1, 1) - 0.56515910399248502721) < 1e-15);
  for (const double x :
       {29.999, 30.001, 200.0, 700.0}) {  // where one series takes over from the other, and beyond
    CAPTURE(x);
    CHECK(std::abs(of(i0, x) * std::exp(-x) / of(i0e, x) - 1) < 1e-12);
    // I_0 = I_1' + I_1 / x
    const Tensor v = tensor(x, {.dtype = float64, .requires_grad = true});
    CHECK(std::abs((grad(i1e(v), v).item<double>() + of(i1e, x) * (1 + 1 / x)) / of(i0e, x) - 1) < 1e-13);
  }
  CHECK(of(i1e, -40) == -of(i1e, 40));
  CHECK(of(i0, inf) == inf);
  CHECK(of(i1, -inf) == -inf);
  CHECK(of(i0e, inf) == 0);
  CHECK(std::isnan(of(i0, std::nan(""))));
  CHECK(i1(zeros({2, 0})).shape() == Shape{2, 0});
  CHECK(i0(zeros({1})).dtype() == float32);
  CHECK_THROWS_WITH(i0(integers({1})), Contains("i0: given int64; needs float32 or float64"));
}

TEST_CASE("windows of signals agree with PyTorch", "[window]") {
  CHECK(disagreement(file, "hann_window",
                     [](In, Options o) { return hann_window(length(o), window_options(o)); }) == "");
  CHECK(disagreement(file, "hamming_window", [](In, Options o) {
          return hamming_window(length(o), o.number("alpha", 0.54), window_options(o));
        }) == "");
  CHECK(disagreement(file, "blackman_window",
                     [](In, Options o) { return blackman_window(length(o), window_options(o)); }) == "");
  CHECK(disagreement(file, "bartlett_window",
                     [](In, Options o) { return bartlett_window(length(o), window_options(o)); }) == "");
  CHECK(disagreement(file, "kaiser_window", [](In, Options o) {
          return kaiser_window(length(o), o.number("beta", 12), window_options(o));
        }) == "");
  CHECK(hann_window(4).to_vector<float>() == std::vector<float>{0, 0.5, 1, 0.5});
  CHECK(bartlett_window(0).shape() == Shape{0});
  CHECK(isfinite(kaiser_window(4, 1000)).to_vector<bool>() == std::vector<bool>(4, true));
  CHECK_THROWS_WITH(hann_window(-1), Contains("hann_window: the length is -1; it must not be negative"));
  CHECK_THROWS_AS(kaiser_window(3, 1, {.dtype = int64}), DTypeError);
}

TEST_CASE("sliding windows agree with PyTorch and central differences", "[view][gradient]") {
  CHECK(disagreement(file, "sliding_window", [](In in, Options o) {
          return sliding_window(in["x"], o.integer("dim", 0), o.integer("size", 0), o.integer("step", 0));
        }) == "");
  const Tensor x = arange(5);
  const Tensor y = sliding_window(x, 0, 3, 2);
  CHECK(equal(y, integers({{0, 1, 2}, {2, 3, 4}})));
  CHECK(y.shares_storage(x));
  CHECK(sliding_window(x, 0, 3, 9).shape() == Shape{1, 3});
  CHECK(sliding_window(zeros({2, 0}), 1, 0).shape() == Shape{2, 1, 0});
  CHECK_THROWS_WITH(sliding_window(x, 0, 6),
                    Contains("sliding_window: a size of 6 was given; it must lie in [0, 5], for [5]"));
  CHECK_THROWS_WITH(sliding_window(x, 0, 2, 0), Contains("a step of 0 was given; it must be at least 1"));
  CHECK_THROWS_AS(sliding_window(x, 1, 2), IndexError);
  CHECK_THROWS_AS(sliding_window(tensor(1), 0, 0), ValueError);
}

TEST_CASE("ops on whole numbers say what is wrong", "[integer][error]") {
  CHECK_THROWS_WITH(bitwise_and(ones({2}), 1),
                    Contains("bitwise_and: given float32; needs int64, uint8 or bool (rare_test"));
  CHECK_THROWS_WITH(gcd(ones({2}), 1), Contains("gcd: given float32; needs int64 or uint8"));
  CHECK_THROWS_WITH(lcm(ones({2}, {.dtype = boolean}), 1), Contains("lcm: given bool; needs int64 or uint8"));
  CHECK_THROWS_WITH(bitwise_left_shift(integers({1}), 64),
                    Contains("bitwise_left_shift: given a shift that is not in [0, 64)"));
  CHECK_THROWS_WITH(bitwise_right_shift(tensor({1}, {.dtype = uint8}), 8), Contains("not in [0, 8)"));
  CHECK_THROWS_AS(bitwise_xor(integers({1}), tensor({1}, {.dtype = uint8})), DTypeError);
  CHECK_THROWS_AS(gcd(integers({1, 2}), integers({1, 2, 3})), ShapeError);
}

}  // namespace gradus::rare_test
