#include <gradus/autograd/gradcheck.hpp>
#include <gradus/autograd/ops.hpp>
#include <gradus/autograd/tape.hpp>

#include <cmath>
#include <sstream>

#include "support/catch.hpp"

namespace gradus::gradcheck_test {

namespace {

constexpr TensorOptions variable{.dtype = float64, .requires_grad = true};
constexpr TensorOptions constant{.dtype = float64};

/// x^2, whose derivative is right, or wrong in one way or another.
enum class Fault { none, factor, sign, one_element, no_second_order, zero };

struct Square {
  static constexpr std::string_view name = "test_square";
  static constexpr Keep keep = keep_inputs(0);
  Fault fault;
  Tensor forward(const Tensor& x) const { return x * x; }
  void backward(Backward& d) const {
    d.wrt(0, [&] {
      const Tensor x = d.input(0);
      switch (fault) {
        case Fault::none:
          return d.grad() * 2 * x;
        case Fault::factor:
          return d.grad() * x;
        case Fault::sign:
          return d.grad() * -2 * x;
        case Fault::one_element: {
          Tensor error = zeros_like(x);
          if (error.numel() > 4) error.mutable_data<double>()[4] = 1e-3;
          return d.grad() * (2 * x + error);
        }
        case Fault::no_second_order:
          return d.grad() * 2 * x.detach();
        case Fault::zero:
          return Tensor();
      }
      return Tensor();
    });
  }
};

TensorFunction square_with(Fault fault) {
  return [fault](const std::vector<Tensor>& in) {
    return std::vector<Tensor>{record(Square{fault}, SourceLocation::current(), in[0])};
  };
}

Tensor matrix() { return tensor({{0.5, -1.25, 2}, {3, 0.75, -0.5}}, variable); }

}  // namespace

TEST_CASE("gradcheck accepts a right derivative and counts every pair of elements", "[gradcheck]") {
  const GradcheckReport report = gradcheck(square_with(Fault::none), {matrix()});
  CHECK(report);
  CHECK(report.checked == 36);
  CHECK(report.failed == 0);
  CHECK(report.worst.front().error < 1e-9);
  CHECK(gradgradcheck(square_with(Fault::none), {matrix()}));
}

TEST_CASE("gradcheck catches wrong derivatives", "[gradcheck]") {
  const auto [fault, analytic_over_numeric] =
      GENERATE(table<Fault, double>({{Fault::factor, 0.5}, {Fault::sign, -1}, {Fault::zero, 0}}));
  const GradcheckReport report = gradcheck(square_with(fault), {matrix()});
  CHECK_FALSE(report);
  CHECK(report.failed == 6);  // the diagonal of the Jacobian
  REQUIRE_FALSE(report.worst.empty());
  CHECK(report.worst.front().output_index == report.worst.front().input_index);
  CHECK(std::abs(report.worst.front().analytic - analytic_over_numeric * report.worst.front().numeric) <
        1e-6);
}

TEST_CASE("gradcheck names the one element that is wrong", "[gradcheck]") {
  Tensor x = matrix();
  x.set_name("fc1.weight");
  const GradcheckReport report = gradcheck(square_with(Fault::one_element), {x});
  CHECK_FALSE(report);
  CHECK(report.failed == 1);
  REQUIRE_FALSE(report.worst.empty());
  CHECK(report.worst.front().output == 0);
  CHECK(report.worst.front().output_index == Dims{1, 1});
  CHECK(report.worst.front().input == 0);
  CHECK(report.worst.front().input_index == Dims{1, 1});
  CHECK(std::abs(report.worst.front().analytic - 1.501) < 1e-12);
  CHECK(std::abs(report.worst.front().numeric - 1.5) < 1e-8);
  CHECK(std::abs(report.worst.front().error - 1e-3) < 1e-8);
  CHECK_THAT(report.text(), Catch::Matchers::StartsWith("gradcheck: 1 of 36 derivatives are wrong") &&
                                Catch::Matchers::Contains("d out[1,1] / d fc1.weight[1,1]: analytic 1.501, "
                                                          "numeric 1.5, error 0.001"));
  std::ostringstream out;
  out << report;
  CHECK(out.str() == report.text());
  CHECK(fmt::format("{}", report) == report.text());
}

TEST_CASE("gradgradcheck catches a derivative that is wrong in the second order only", "[gradcheck]") {
  CHECK(gradcheck(square_with(Fault::no_second_order), {matrix()}));
  const GradcheckReport report = gradgradcheck(square_with(Fault::no_second_order), {matrix()});
  CHECK_FALSE(report);
  CHECK(report.failed == 6);
  REQUIRE_FALSE(report.worst.empty());
  CHECK(report.worst.front().output_name == "grad(input0)");
  CHECK(report.worst.front().input_name == "input0");
  CHECK(report.worst.front().analytic == 0);
  CHECK_THAT(report.text(), Catch::Matchers::StartsWith("gradgradcheck: 6 of "));
}

namespace {

struct TransposedGradient {
  static constexpr std::string_view name = "test_transposed";
  Tensor forward(const Tensor& x) const { return x.clone(); }
  void backward(Backward& d) const {
    d.wrt(0, [&] { return transpose(d.grad(), 0, 1); });
  }
};

/// a * b that forgets its second input.
struct Forgetful {
  static constexpr std::string_view name = "test_forgetful";
  static constexpr Keep keep = keep_inputs(1);
  Tensor forward(const Tensor& a, const Tensor& b) const { return a * b; }
  void backward(Backward& d) const {
    d.wrt(0, [&] { return d.grad() * d.input(1); });
  }
};

/// 3 x without a derivative.
struct Detached {
  static constexpr std::string_view name = "test_detached";
  Tensor forward(const Tensor& x) const { return x * 3; }
};

}  // namespace

TEST_CASE("gradcheck catches a transposed gradient", "[gradcheck]") {
  const GradcheckReport report =
      gradcheck([](const Tensor& x) { return record(TransposedGradient{}, SourceLocation::current(), x); },
                {tensor({{1, 2}, {3, 4}}, variable)});
  CHECK(report.failed == 4);  // off the diagonal: two ones that are missing, two that should not be there
  REQUIRE_FALSE(report.worst.empty());
  CHECK(report.worst.front().output_index[0] != report.worst.front().output_index[1]);
}

TEST_CASE("gradcheck catches a missing dependence and names the input", "[gradcheck]") {
  const GradcheckReport report = gradcheck(
      [](const Tensor& a, const Tensor& b) { return record(Forgetful{}, SourceLocation::current(), a, b); },
      {tensor({1, 2}, variable), tensor({3, 4}, variable)}, {.names = {"a", "b"}});
  CHECK(report.failed == 2);
  REQUIRE_FALSE(report.worst.empty());
  CHECK(report.worst.front().input == 1);
  CHECK(report.worst.front().input_name == "b");
  CHECK(report.worst.front().analytic == 0);

  // An op without any derivative gives a constant.
  CHECK(gradcheck([](const Tensor& x) { return record(Detached{}, SourceLocation::current(), x); },
                  {tensor({1, 2}, variable)})
            .failed == 2);
}

TEST_CASE("gradcheck finds the wrong one of several outputs", "[gradcheck]") {
  const auto f = [](const Tensor& a, const Tensor& b) {
    return std::array{a * b, record(Square{Fault::factor}, SourceLocation::current(), b)};
  };
  const GradcheckReport report = gradcheck(f, {tensor({1, 2}, variable), tensor({3, 4}, variable)});
  CHECK(report.failed == 2);
  CHECK(report.checked == 16);
  REQUIRE_FALSE(report.worst.empty());
  CHECK(report.worst.front().output == 1);
  CHECK(report.worst.front().input == 1);
}

TEST_CASE("gradcheck takes inputs of any layout and leaves them as they are", "[gradcheck]") {
  const Tensor base = tensor({{0.5, -1.25, 2}, {3, 0.75, -0.5}}, variable);
  const auto same_layout = [&](const Tensor& x) {
    return [&x](const Tensor& y) {
      CHECK(y.shape() == x.shape());
      CHECK(y.strides() == x.strides());
      CHECK(y.offset() == x.offset());
      return y * y * sum(y);
    };
  };
  const auto check = [&](const Tensor& x, std::int64_t variables) {
    const std::vector<double> before = x.to_vector<double>();
    const std::uint32_t version = x.version();
    const GradcheckReport report = gradcheck(same_layout(x), {x}, {.layouts = false});
    CHECK(report);
    CHECK(report.checked == variables * x.numel());
    CHECK(gradgradcheck(same_layout(x), {x}));
    CHECK(x.to_vector<double>() == before);
    CHECK(x.version() == version);
  };
  SECTION("contiguous") { check(base, 6); }
  SECTION("transposed") { check(transpose(base, 0, 1), 6); }
  SECTION("sliced, with a step and an offset") { check(slice(base, 1, 1, 3, 2), 2); }
  SECTION("expanded: one element stands for all its repetitions") {
    check(expand(select(base, 0, 1), {4, 3}), 3);
  }
  SECTION("0-d") { check(tensor(2.5, variable), 1); }
  SECTION("size 1") { check(tensor({{{2.5}}}, variable), 1); }
  CHECK_FALSE(base.grad().defined());
}

TEST_CASE("gradcheck of empty tensors has nothing to compare and says so", "[gradcheck]") {
  const GradcheckReport report = gradcheck([](const Tensor& x) { return x * 2; }, {zeros({0, 3}, variable)});
  CHECK(report);
  CHECK(report.checked == 0);
  CHECK_THAT(report.text(), Catch::Matchers::Contains("nothing to compare"));
}

TEST_CASE("gradcheck passes constants through and ignores results that are not floating", "[gradcheck]") {
  const Tensor index = tensor({2, 0}, {.dtype = int64});
  const Tensor factor = tensor({3, 4}, constant);
  const auto f = [&](const std::vector<Tensor>& in) {
    CHECK(in[1].dtype() == int64);
    CHECK_FALSE(in[2].requires_grad());
    CHECK_FALSE(in[3].defined());
    return std::vector<Tensor>{in[1], in[0] * in[2], Tensor(), in[2] * 2};
  };
  const GradcheckReport report = gradcheck(f, {tensor({1, 2}, variable), index, factor, Tensor()});
  CHECK(report);
  CHECK(report.checked == 8);  // outputs 1 and 3, the latter independent of the input
  CHECK(gradgradcheck(f, {tensor({1, 2}, variable), index, factor, Tensor()}));
}

TEST_CASE("gradcheck accepts outputs that do not depend on an input", "[gradcheck]") {
  const auto f = [](const Tensor& a, const Tensor& b) { return std::pair{a * 2, b * b}; };
  CHECK(gradcheck(f, {tensor({1, 2}, variable), tensor({3, 4, 5}, variable)}));
  CHECK(gradgradcheck(f, {tensor({1, 2}, variable), tensor({3, 4, 5}, variable)}));
}

TEST_CASE("gradcheck checks parameters that the function holds, and puts them back", "[gradcheck]") {
  Tensor weight = tensor({0.5, -2}, variable);
  weight.set_name("weight");
  const auto right = [&](const Tensor& x) { return x * weight * weight; };
  const auto wrong = [&](const Tensor& x) {
    return x * record(Square{Fault::factor}, SourceLocation::current(), weight);
  };
  const Tensor x = tensor({3, 4}, variable);
  CHECK(gradcheck(right, {x}, {.parameters = {weight}}).checked == 8);
  CHECK(gradcheck(right, {x}, {.parameters = {weight}}));
  CHECK(gradgradcheck(right, {x}, {.parameters = {weight}}));
  const GradcheckReport report = gradcheck(wrong, {x}, {.parameters = {weight}});
  CHECK(report.failed == 2);
  REQUIRE_FALSE(report.worst.empty());
  CHECK(report.worst.front().input == 1);
  CHECK(report.worst.front().input_name == "weight");

  int calls = 0;
  const auto throwing = [&](const Tensor& in) {
    if (++calls == 6) throw std::runtime_error("enough");
    return right(in);
  };
  CHECK_THROWS_AS(gradcheck(throwing, {tensor({3, 4}, constant)}, {.parameters = {weight}}),
                  std::runtime_error);
  CHECK(weight.to_vector<double>() == std::vector<double>{0.5, -2});
  CHECK(weight.version() == 0);
}

TEST_CASE("gradcheck works under NoGrad and leaves no gradient behind", "[gradcheck]") {
  const NoGrad guard;
  const Tensor x = matrix();
  CHECK(gradcheck(square_with(Fault::none), {x}));
  CHECK(gradgradcheck(square_with(Fault::none), {x}));
  CHECK_FALSE(x.grad().defined());
  CHECK_FALSE(is_recording());
}

TEST_CASE("gradcheck never takes NaN or infinity for agreement", "[gradcheck]") {
  const auto over = [](const Tensor& x) { return x / x; };
  const GradcheckReport nan = gradcheck(over, {tensor({0, 1}, variable)});
  CHECK(nan.failed == 3);  // all but d output [1] / d input [1]
  REQUIRE_FALSE(nan.worst.empty());
  CHECK(std::isnan(nan.worst.front().error));
  CHECK_FALSE(gradcheck([](const Tensor& x) { return x * std::numeric_limits<double>::infinity(); },
                        {tensor({1, 2}, variable)}));
}

TEST_CASE("gradcheck scales its step and its tolerance to the values", "[gradcheck]") {
  const auto cube = [](const Tensor& x) { return x * x * x; };
  CHECK(gradcheck(cube, {tensor({1e8, -1e6, 1e-8}, variable)}));
  CHECK(gradcheck(cube, {tensor({2, 3}, variable)}, {.eps = 1e-3}).failed == 0);
  // Of x^3 the first extrapolation is exact.
  CHECK(gradcheck(cube, {tensor({1, 1}, variable)}, {.eps = 0.5}).failed == 0);
  // That of x^9 leaves an error of the sixth power of the step, and says so by its tolerance.
  const auto ninth = [](const Tensor& x) { return pow(x, 9); };
  const GradcheckReport coarse = gradcheck(ninth, {tensor({1, 1}, variable)}, {.eps = 0.5});
  CHECK(coarse.failed == 0);
  CHECK(coarse.worst.front().tolerance > 0.1);
  CHECK(gradcheck(ninth, {tensor({1, 1}, variable)}).worst.front().tolerance < 1e-6);
  CHECK(gradcheck(ninth, {tensor({1, 1}, variable)}, {.eps = 0.5, .atol = 1e-6}).failed == 2);
  CHECK(gradcheck(ninth, {tensor({1, 1}, variable)}, {.eps = 0.5, .atol = 1}).failed == 0);
  CHECK(gradcheck(ninth, {tensor({1, 1}, variable)}, {.eps = 0.5, .rtol = 0.1}).failed == 0);
}

TEST_CASE("gradcheck refuses what it cannot check", "[gradcheck][error]") {
  using Catch::Matchers::Contains;
  const auto twice = [](const Tensor& x) { return x * 2; };
  Tensor single = tensor({1, 2}, {.requires_grad = true});
  CHECK_THROWS_WITH(gradcheck(twice, {tensor({1, 2}, variable)}, {.parameters = {single}}),
                    Contains("gradcheck: parameter0 is float32; differences need double precision") &&
                        Contains("(gradcheck_test.cpp:"));
  CHECK_THROWS_WITH(gradcheck(twice, {tensor({1, 2}, constant)}),
                    Contains("gradcheck: no input requires a gradient"));
  CHECK_THROWS_WITH(gradcheck([](const Tensor& x) { return x.to(int64); }, {tensor({1, 2}, variable)}),
                    Contains("no floating output"));
  CHECK_THROWS_WITH(gradcheck(twice, {tensor(1, variable), tensor(2, variable)}),
                    Contains("2 inputs for a function of 1"));
  struct OneOrThree {
    Tensor operator()(const Tensor& x) const { return x; }
    Tensor operator()(const Tensor& x, const Tensor& y, const Tensor& z) const { return x * y * z; }
  } overloaded;
  const Tensor x = tensor(2, variable);
  CHECK(gradcheck(overloaded, {x}));
  CHECK(gradcheck(overloaded, {x, x, x}).checked == 3);
  CHECK_THROWS_WITH(gradcheck(overloaded, {x, x}), Contains("2 inputs for a function of 1 or 3"));
  CHECK_THROWS_WITH(gradcheck(twice, {tensor(1, variable)}, {.names = {"a", "b", "c"}}),
                    Contains("3 names for 1 inputs"));
}

TEST_CASE("gradcheck reports what it cannot go on with", "[gradcheck]") {
  int calls = 0;
  const auto random = [&](const Tensor& x) { return x * ++calls; };
  const GradcheckReport report = gradcheck(random, {tensor({1, 2}, variable)});
  CHECK_FALSE(report);
  CHECK(report.checked == 0);
  CHECK(report.names(GradcheckBug::not_deterministic));
  CHECK_THAT(report.text(), Catch::Matchers::Contains("nothing could be compared") &&
                                Catch::Matchers::Contains("two calls on the same inputs"));

  const auto narrow = [](const Tensor& x) { return x.to(float32); };
  CHECK(gradcheck(narrow, {tensor({1, 2}, variable)}).names(GradcheckBug::wrong_dtype));
}

}  // namespace gradus::gradcheck_test
