// Cases of the gradcheck command: random choices that can be made again and made smaller.
#include <gradus/nn/gradcheck/case.hpp>

#include <gradus/autograd/ops.hpp>
#include <gradus/autograd/tape.hpp>
#include <gradus/nn/linear.hpp>

#include "support/catch.hpp"

namespace gradus::gradcheck_case_test {
using Catch::Matchers::Contains;

namespace {

/// The sum along the last dimension, whose derivative is wrong from three elements on.
struct WrongFromThree {
  static constexpr std::string_view name = "wrong_from_three";
  static constexpr Keep keep = keep_inputs(0);
  Tensor forward(const Tensor& x) const { return sum(x, -1); }
  void backward(Backward& d) const {
    d.wrt(0, [&] {
      const Shape& shape = d.input(0).shape();
      return expand(unsqueeze(d.grad(), -1), shape) * (shape.back() < 3 ? 1 : 0.5);
    });
  }
};

/// x^2 with a second derivative of 0.
struct Halfway {
  static constexpr std::string_view name = "halfway";
  static constexpr Keep keep = keep_inputs(0);
  Tensor forward(const Tensor& x) const { return x * x; }
  void backward(Backward& d) const {
    d.wrt(0, [&] { return d.grad() * 2 * d.input(0).detach(); });
  }
};

GradcheckCase wrong_case() {
  return {"wrong", [](Draw& draw) {
            draw.input("x", {draw.size(5), draw.integer(1, 9)});
            return trial(draw, "wrong(x)", [](const Tensor& x) {
              return record(WrongFromThree{}, SourceLocation::current(), x);
            });
          }};
}

}  // namespace

TEST_CASE("a failing case is made as small as it still fails, and printed as C++", "[gradcheck][case]") {
  const CaseResult result = run_case(wrong_case(), {.trials = 50});
  CHECK_FALSE(result.ok);
  CHECK(result.error.empty());
  CHECK(result.trials < 50);
  CHECK(result.report.checked == 3);
  CHECK(result.report.names(GradcheckBug::constant_factor));
  CHECK_THAT(result.code, Contains("TEST_CASE(\"wrong has the right derivatives\") {\n"
                                   "  const auto f = [](const Tensor& x) { return wrong(x); };\n"
                                   "  Tensor x = from_vector<") &&
                              Contains("}, {1, 3});\n"
                                       "  x.requires_grad_();\n"
                                       "  CHECK(gradcheck(f, {x}));\n"
                                       "}\n"));
}

TEST_CASE("the same seed makes the same trials, in the dtype asked for", "[gradcheck][case]") {
  for (const char* dtype : {"float64", "float32"}) {
    const RunCaseOptions options{.trials = 50, .seed = 7, .dtype = dtype};
    const CaseResult once = run_case(wrong_case(), options), again = run_case(wrong_case(), options);
    CHECK(once.trials == again.trials);
    CHECK(once.code == again.code);
    const bool single = std::string_view(dtype) == "float32";
    CHECK_THAT(once.code, Contains(single ? "from_vector<float>" : "from_vector<double>"));
  }
  const auto tried = [](std::uint64_t seed) {
    std::vector<double> all;
    const GradcheckCase noting{"noting", [&](Draw& draw) {
                                 const Tensor x = draw.input("x", draw.shape(1, 3), {.ties = false});
                                 for (const double value : x.to_vector<double>()) all.push_back(value);
                                 return trial(draw, "x * 2", [](const Tensor& in) { return in * 2; });
                               }};
    CHECK(run_case(noting, {.trials = 5, .seed = seed, .dtype = "float64"}).ok);
    return all;
  };
  CHECK(tried(1) == tried(1));
  CHECK(tried(1) != tried(2));
}

TEST_CASE("a case that throws is a failure with its text", "[gradcheck][case]") {
  const GradcheckCase throwing{"throwing", [](Draw& draw) {
                                 draw.input("a", {draw.integer(2, 5)});
                                 draw.input("b", {7});
                                 return trial(draw, "a + b",
                                              [](const Tensor& a, const Tensor& b) { return a + b; });
                               }};
  const CaseResult result = run_case(throwing);
  CHECK_FALSE(result.ok);
  CHECK(result.trials == 1);
  CHECK_THAT(result.error, Contains("[2]") && Contains("[7]"));  // made smaller, too
  CHECK_THAT(result.code, Contains("[](const Tensor& a, const Tensor& b) { return a + b; }"));
}

TEST_CASE("trials end when they are told to, and second derivatives are checked when asked for",
          "[gradcheck][case]") {
  CHECK(run_case(wrong_case(), {.trials = 50, .go_on = [](int t) { return t < 0; }}).trials == 0);
  GradcheckCase one{"halfway", [](Draw& draw) {
                      draw.input("x", {2}, {.low = 1});
                      return trial(draw, "halfway(x)", [](const Tensor& x) {
                        return record(Halfway{}, SourceLocation::current(), x);
                      });
                    }};
  CHECK(run_case(one).ok);
  const CaseResult second = run_case(one, {.second_order = true});
  CHECK_FALSE(second.ok);
  CHECK_THAT(second.code, Contains("CHECK(gradgradcheck(f, {x}));"));
  one.second_order = false;
  CHECK(run_case(one, {.second_order = true}).ok);
}

TEST_CASE("a layer is printed with the seed of its weights, an input with its strides", "[gradcheck][case]") {
  Draw draw(1, float64);
  draw.given("x", transpose(tensor({{1, 2}, {3, 4}}, {.dtype = float64}), 0, 1));
  draw.given("index", tensor({1, 0}, {.dtype = int64}));
  const GradcheckTrial made = trial(draw, "nn::Linear{2, 2}", nn::Linear{2, 2});
  CHECK(made.is_layer);
  CHECK(as_test("linear", made, 5, false) ==
        "TEST_CASE(\"linear has the right derivatives\") {\n"
        "  manual_seed(5);\n"
        "  Tensor x = from_vector<double>({1, 2, 3, 4}, {4}).alias({2, 2}, {1, 2}, 0);\n"
        "  Tensor index = from_vector<std::int64_t>({1, 0}, {2});\n"
        "  CHECK(gradcheck(nn::Linear{2, 2}, {x, index}));\n"
        "}\n");
}

}  // namespace gradus::gradcheck_case_test
