// How the checker judges: at kinks, by projections, in float32, and what its report says.
#include <gradus/autograd/gradcheck.hpp>
#include <gradus/autograd/ops.hpp>
#include <gradus/autograd/tape.hpp>

#include <cmath>
#include <limits>

#include "support/catch.hpp"
#include "support/strided.hpp"

namespace gradus::gradcheck_verdict_test {

namespace {

constexpr TensorOptions variable{.dtype = float64, .requires_grad = true};
constexpr TensorOptions constant{.dtype = float64};

/// relu with a slope of one's own at 0.
struct ReluAt0 {
  static constexpr std::string_view name = "relu_at_0";
  static constexpr Keep keep = keep_inputs(0);
  double slope;
  Tensor forward(const Tensor& x) const { return relu(x); }
  void backward(Backward& d) const {
    d.wrt(0, [&] {
      const Tensor x = d.input(0);
      return d.grad() * ((x > 0).to(float64) + (x == 0).to(float64) * slope);
    });
  }
};

GradcheckReport check_relu(double slope) {
  return gradcheck([=](const Tensor& x) { return record(ReluAt0{slope}, SourceLocation::current(), x); },
                   {tensor({-1, 0, 2}, variable)});
}

/// x^2 whose derivative is wrong at one element.
struct OneWrong {
  static constexpr std::string_view name = "one_wrong";
  static constexpr Keep keep = keep_inputs(0);
  std::int64_t where;
  Tensor forward(const Tensor& x) const { return x * x; }
  void backward(Backward& d) const {
    d.wrt(0, [&] {
      Tensor error = zeros(d.input(0).shape(), constant);
      if (error.numel() > where) error.mutable_data<double>()[where] = 1e-3;
      return d.grad() * (2 * d.input(0) + error);
    });
  }
};

GradcheckReport check_one_wrong(std::int64_t rows, std::int64_t columns, std::int64_t where,
                                GradcheckOptions options = {}) {
  options.fast = true;
  options.names = {"weight"};
  return gradcheck([=](const Tensor& x) { return record(OneWrong{where}, SourceLocation::current(), x); },
                   {test::variable({rows, columns})}, options);
}

}  // namespace

TEST_CASE("at a kink the derivative must lie between the one-sided ones", "[gradcheck][kink]") {
  for (const double slope : {0.0, 0.3, 1.0}) {
    const GradcheckReport report = check_relu(slope);
    CAPTURE(slope, report.text());
    CHECK(report);
    CHECK(report.at_kinks == 1);
    REQUIRE(report.kinks.size() == 1);
    CHECK(report.kinks[0].name() == "d out[1] / d input0[1]");
    CHECK(std::abs(report.kinks[0].left) < 1e-8);
    CHECK(std::abs(report.kinks[0].right - 1) < 1e-8);
  }
  for (const double slope : {-0.01, 1.01, 2.0}) {
    const GradcheckReport report = check_relu(slope);
    CAPTURE(slope, report.text());
    CHECK(report.failed == 1);
    REQUIRE_FALSE(report.worst.empty());
    CHECK(report.worst.front().at_kink);
    CHECK(std::abs(report.worst.front().error - (slope < 0 ? -slope : slope - 1)) < 1e-6);
    CHECK_THAT(report.text(), Catch::Matchers::Contains("(kink)"));
  }
}

TEST_CASE("kinks of the library's ops are found and accepted", "[gradcheck][kink]") {
  const auto kinks = [](auto f, const Tensor& x) {
    const GradcheckReport report = gradcheck(f, {x});
    INFO(report.text());
    CHECK(report);
    return report.at_kinks;
  };
  CHECK(kinks([](const Tensor& x) { return abs(x); }, tensor({-1, 0, 3}, variable)) == 1);
  CHECK(kinks([](const Tensor& x) { return clamp(x, -1, 1); }, tensor({-1, 0.5, 1, 4}, variable)) == 2);
  CHECK(kinks([](const Tensor& x) { return max_pool2d(x, 2); }, tensor({{{{1, 1}, {0, 1}}}}, variable)) == 3);
  CHECK(kinks([](const Tensor& x) { return max(x); }, tensor({1, 5, 5}, variable)) == 2);
  CHECK(kinks([](const Tensor& x) { return norm(x, 1); }, tensor({0, 0, 5}, variable)) == 2);
  CHECK(kinks([](const Tensor& x) { return floor(x); }, tensor({2, 2.5}, variable)) == 1);
  CHECK(kinks([](const Tensor& x) { return sqrt(x); }, tensor(0, variable)) == 1);  // the slope is infinite
  // Close to a kink is not at it.
  CHECK(kinks([](const Tensor& x) { return relu(x); }, tensor({1e-4, -1e-4, 3e-3}, variable)) == 0);
}

TEST_CASE("projections find the one wrong element by bisection", "[gradcheck][fast]") {
  const GradcheckReport report = check_one_wrong(64, 32, 3 * 32 + 5);
  INFO(report.text());
  CHECK_FALSE(report);
  CHECK(report.fast);
  REQUIRE_FALSE(report.worst.empty());
  CHECK(report.worst.front().name() == "d out[3,5] / d weight[3,5]");
  CHECK(std::abs(report.worst.front().analytic - report.worst.front().numeric - 1e-3) < 1e-8);
  CHECK(check_one_wrong(64, 32, 3 * 32 + 5, {.atol = 1}));  // the caller's own tolerance
  CHECK(gradcheck([](const Tensor& x) { return relu(x) * sum(x); }, {test::variable({40, 50})},
                  {.fast = true}));
}

TEST_CASE("the number of calls of a projection grows with the logarithm of the size", "[gradcheck][fast]") {
  std::vector<std::int64_t> calls;
  for (const std::int64_t columns : {16, 64, 256, 1024}) {
    const GradcheckReport report = check_one_wrong(16, columns, 77);
    REQUIRE_FALSE(report.ok());
    calls.push_back(report.calls);
  }
  // Each factor of 4 is two more steps of the bisection: two halves, with a pair or a few of steps each.
  for (std::size_t i = 1; i < calls.size(); ++i) CHECK(calls[i] - calls[i - 1] <= 2 * 2 * 26);
  CHECK(calls.back() < 500);
  CHECK(gradcheck([](const Tensor& x) { return x * x; }, {test::variable({128, 128})}, {.fast = true}).calls <
        60);
}

TEST_CASE("large Jacobians are projected by themselves", "[gradcheck][fast]") {
  const auto twice = [](const Tensor& x) { return x * 2; };
  CHECK(gradcheck(twice, {test::variable({100, 100})}, {.max_derivatives = 10000}).fast);
  CHECK_FALSE(gradcheck(twice, {test::variable({10, 10})}, {.max_derivatives = 10000}).fast);
}

TEST_CASE("float32 is checked in double and compared with it", "[gradcheck][float32]") {
  const Tensor x = test::variable({3, 4}).to(float32).detach().requires_grad_();
  const GradcheckReport good = gradcheck([](const Tensor& v) { return exp(v) * v; }, {x});
  INFO(good.text());
  CHECK(good);
  REQUIRE(good.precision.size() == 1);
  CHECK(good.precision[0].worst_ulp < 4);
  CHECK(good.precision[0].worst_ulp > 0);
  CHECK(x.dtype() == float32);
  CHECK(gradgradcheck([](const Tensor& v) { return exp(v) * v; }, {x}));

  // The mean of squares less the square of the mean cancels.
  const Tensor far = (x.detach() + 3000).requires_grad_();
  const auto naive = [](const Tensor& v) { return mean(v * v) - mean(v) * mean(v); };
  const GradcheckReport bad = gradcheck(naive, {far});
  INFO(bad.text());
  CHECK(bad.names(GradcheckBug::imprecise_float32));
  CHECK_FALSE(gradcheck([](const Tensor& v) { return var(v, {}, {.correction = 0}); }, {far})
                  .names(GradcheckBug::imprecise_float32));

  const auto double_only = [](const Tensor& v) { return v * full({}, 2, {.dtype = float64}); };
  CHECK(gradcheck(double_only, {x}).names(GradcheckBug::wrong_dtype));
}

TEST_CASE("a report keeps the worst and says it all in JSON", "[gradcheck][report]") {
  const auto wrong = [](const Tensor& x) { return record(OneWrong{1}, SourceLocation::current(), x); };
  Tensor x = tensor({1, 2, 3}, variable);
  x.set_name("a \"b\"");
  const GradcheckReport report = gradcheck(wrong, {x}, {.k_worst = 2});
  CHECK(report.worst.size() == 2);
  CHECK(report.worst[0].analytic == 4.001);
  CHECK(report.failed == 1);
  CHECK(report.worst[1].ok());
  using Catch::Matchers::Contains;
  CHECK_THAT(report.json(),
             Contains(R"("check":"gradcheck","ok":false,"checked":9,"failed":1)") &&
                 Contains(R"("name":"d out[1] / d a \"b\"[1]","output":"out","output_index":[1])") &&
                 Contains(R"("analytic":4.001)") && Contains(R"("bug":"some elements")"));
  CHECK(gradcheck(wrong, {x}, {.k_worst = 0}).worst.empty());
}

TEST_CASE("second order in the same call", "[gradcheck]") {
  const auto cube = [](const Tensor& x) { return x * x * x; };
  const Tensor x = tensor({0.5, 2}, variable);
  const GradcheckReport both = gradcheck(cube, {x}, {.second_order = true});
  CHECK(both);
  CHECK(both.checked == gradcheck(cube, {x}).checked + gradgradcheck(cube, {x}).checked);
}

TEST_CASE("a function that changes its input is found out", "[gradcheck]") {
  const auto f = [](const Tensor& x) {
    const Tensor y = x * 2;
    if (x.numel() > 0) x.detach().mutable_data<double>()[0] += 1;
    return y;
  };
  CHECK(gradcheck(f, {tensor({1, 2}, variable)}).names(GradcheckBug::stale_value));
}

}  // namespace gradus::gradcheck_verdict_test
