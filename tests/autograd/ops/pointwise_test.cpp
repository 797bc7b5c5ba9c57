#include <gradus/autograd/backward.hpp>
#include <gradus/autograd/gradcheck.hpp>
#include <gradus/autograd/ops.hpp>
#include <gradus/autograd/tape.hpp>

#include <cmath>
#include <limits>

#include "support/catch.hpp"
#include "support/fixtures.hpp"
#include "support/layouts.hpp"
#include "support/strided.hpp"

namespace gradus::pointwise_test {

namespace {

constexpr double inf = std::numeric_limits<double>::infinity();
constexpr double NaN = std::numeric_limits<double>::quiet_NaN();
constexpr TensorOptions variable{.dtype = float64, .requires_grad = true};

using Function = Tensor (*)(const Tensor&);

/// A function, what the standard library says of one element, and where to look at its derivative: an
/// interval without kinks and poles.
struct Case {
  std::string name;
  Function f;
  double (*reference)(double);
  double low, high;
};

const std::vector<Case>& cases() {
  static const std::vector<Case> all{
      {"abs", [](const Tensor& x) { return abs(x); }, [](double x) { return std::fabs(x); }, -2.05, 1.9},
      {"square", [](const Tensor& x) { return square(x); }, [](double x) { return x * x; }, -2, 2},
      {"exp", [](const Tensor& x) { return exp(x); }, [](double x) { return std::exp(x); }, -2, 2},
      {"expm1", [](const Tensor& x) { return expm1(x); }, [](double x) { return std::expm1(x); }, -2, 2},
      {"log", [](const Tensor& x) { return log(x); }, [](double x) { return std::log(x); }, 0.2, 4},
      {"log1p", [](const Tensor& x) { return log1p(x); }, [](double x) { return std::log1p(x); }, -0.8, 3},
      {"sqrt", [](const Tensor& x) { return sqrt(x); }, [](double x) { return std::sqrt(x); }, 0.2, 4},
      {"rsqrt", [](const Tensor& x) { return rsqrt(x); }, [](double x) { return 1 / std::sqrt(x); }, 0.2, 4},
      {"reciprocal", [](const Tensor& x) { return reciprocal(x); }, [](double x) { return 1 / x; }, -3, -0.4},
      {"sin", [](const Tensor& x) { return sin(x); }, [](double x) { return std::sin(x); }, -3, 3},
      {"cos", [](const Tensor& x) { return cos(x); }, [](double x) { return std::cos(x); }, -3, 3},
      {"erf", [](const Tensor& x) { return erf(x); }, [](double x) { return std::erf(x); }, -2, 2},
      {"sign", [](const Tensor& x) { return sign(x); },
       [](double x) { return static_cast<double>((x > 0) - (x < 0)); }, -2.05, 1.9},
      {"floor", [](const Tensor& x) { return floor(x); }, [](double x) { return std::floor(x); }, 1.1, 1.9},
      {"ceil", [](const Tensor& x) { return ceil(x); }, [](double x) { return std::ceil(x); }, -1.9, -1.1},
      {"round", [](const Tensor& x) { return round(x); }, [](double x) { return std::nearbyint(x); }, 0.6,
       1.4},
  };
  return all;
}

Tensor apply_named(const std::string& name, const Tensor& x) {
  if (name == "neg") return neg(x);
  for (const Case& c : cases())
    if (c.name == name) return c.f(x);
  throw std::logic_error("no case " + name);
}

std::vector<double> values(const Tensor& x) { return x.to_vector<double>(); }
std::vector<std::int64_t> integers(const Tensor& x) { return x.to_vector<std::int64_t>(); }

}  // namespace

TEST_CASE("pointwise functions give the values of the standard library in any layout", "[pointwise]") {
  for (const Case& c : cases())
    for (const auto& [layout, x] :
         test::layouts([&](std::int64_t n) { return test::spread(n, c.low, c.high); })) {
      CAPTURE(c.name, layout);
      const Tensor y = c.f(x);
      REQUIRE(y.shape() == x.shape());
      const std::vector<double> in = values(x), out = values(y);
      for (std::size_t i = 0; i < in.size(); ++i)
        CHECK(std::abs(out[i] - c.reference(in[i])) <= 1e-15 * std::abs(out[i]));
    }
}

TEST_CASE("pointwise functions are differentiated right, twice, in any layout", "[pointwise][gradcheck]") {
  for (const Case& c : cases())
    for (const auto& [layout, x] :
         test::layouts([&](std::int64_t n) { return test::spread(n, c.low, c.high); })) {
      CAPTURE(c.name, layout);
      CHECK(gradcheck(c.f, {x}));
      CHECK(gradgradcheck(c.f, {x}));
    }
}

TEST_CASE("pointwise functions agree with PyTorch over the reals", "[pointwise][fixtures]") {
  const auto name = GENERATE(as<std::string>{}, "neg", "abs", "exp", "log", "log1p", "expm1", "sqrt", "rsqrt",
                             "square", "reciprocal", "sin", "cos", "erf");
  const test::Fixture torch = test::fixture("ops.json", name + "/reals");
  CAPTURE(name);
  const Tensor x = torch.inputs["x"];
  Tensor leaf = x.detach().requires_grad_();
  const Tensor y = apply_named(name, leaf);
  CHECK(test::difference(y, torch.outputs["y"]) < 1e-14);
  // The slope computed element by element, and the one recorded for a second derivative, are the same.
  CHECK(test::difference(grad(y, leaf, {.grad_outputs = {torch.cotangent}, .retain_graph = true}),
                         torch.grads["x"]) < 1e-13);
  CHECK(test::difference(grad(y, leaf, {.grad_outputs = {torch.cotangent}, .create_graph = true}),
                         torch.grads["x"]) < 1e-13);
}

TEST_CASE("pointwise functions follow IEEE outside of their domain", "[pointwise]") {
  const Tensor x = tensor({-inf, -1, -0.0, 0, inf, NaN}, {.dtype = float64});
  const auto expect = [&](const Tensor& y, const Nested& wanted) {
    CHECK(test::difference(y, tensor(wanted, {.dtype = float64})) == 0);
  };
  expect(abs(x), {inf, 1, 0, 0, inf, NaN});
  expect(sign(x), {-1, -1, 0, 0, 1, NaN});
  expect(floor(x), {-inf, -1, 0, 0, inf, NaN});
  expect(log(x), {NaN, NaN, -inf, -inf, inf, NaN});
  expect(log1p(x), {NaN, -inf, 0, 0, inf, NaN});
  expect(sqrt(x), {NaN, NaN, 0, 0, inf, NaN});
  expect(rsqrt(x), {NaN, NaN, -inf, inf, 0, NaN});
  expect(reciprocal(x), {0, -1, -inf, inf, 0, NaN});
  expect(erf(x), {-1, std::erf(-1), 0, 0, 1, NaN});
  expect(sin(x), {NaN, std::sin(-1), 0, 0, NaN, NaN});
  for (const Tensor& y : {sign(x), floor(x), ceil(x), round(x), sqrt(x), sin(x), expm1(x), log1p(x), erf(x)})
    CHECK((std::signbit(values(y)[2]) && !std::signbit(values(y)[3])));  // -0 stays -0
}

TEST_CASE("conventions at kinks and poles", "[pointwise]") {
  const auto slope = [](Function f, double at) {
    const Tensor x = tensor(at, variable);
    return grad(f(x), x).item<double>();
  };
  CHECK(slope([](const Tensor& x) { return abs(x); }, 0) == 0);
  CHECK(slope([](const Tensor& x) { return sign(x); }, 0) == 0);
  CHECK(slope([](const Tensor& x) { return round(x); }, 0.5) == 0);
  CHECK(slope([](const Tensor& x) { return sqrt(x); }, 0) == inf);
  CHECK(slope([](const Tensor& x) { return reciprocal(x); }, 0) == -inf);
  // sqrt by itself is steep at 0, but a gradient of 0 is not lost in it when it never gets there.
  CHECK(std::isnan(slope([](const Tensor& x) { return sqrt(abs(x)); }, 0)));
  CHECK(slope([](const Tensor& x) { return sqrt(relu(x)); }, -1) == 0);
}

TEST_CASE("round goes to the even neighbour", "[pointwise]") {
  const Tensor x = tensor({-2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 2.4999}, {.dtype = float64});
  CHECK(values(round(x)) == std::vector<double>{-2, -2, 0, 0, 2, 2, 2});
  CHECK(values(floor(x)) == std::vector<double>{-3, -2, -1, 0, 1, 2, 2});
  CHECK(values(ceil(x)) == std::vector<double>{-2, -1, 0, 1, 2, 3, 3});
}

TEST_CASE("abs, sign, square, neg and rounding take integers", "[pointwise]") {
  const Tensor x = tensor({-3, 0, 2}, {.dtype = int64});
  CHECK(integers(abs(x)) == std::vector<std::int64_t>{3, 0, 2});
  CHECK(integers(sign(x)) == std::vector<std::int64_t>{-1, 0, 1});
  CHECK(integers(square(x)) == std::vector<std::int64_t>{9, 0, 4});
  CHECK(integers(neg(x)) == std::vector<std::int64_t>{3, 0, -2});
  const std::int64_t large = (std::int64_t{1} << 53) + 1;  // no double
  const Tensor y = from_vector<std::int64_t>({large}, {1});
  CHECK(integers(floor(y))[0] == large);
  CHECK(integers(ceil(y))[0] == large);
  CHECK(integers(round(y))[0] == large);
  CHECK(sign(tensor({0, 200}, {.dtype = uint8})).to_vector<std::uint8_t>() ==
        std::vector<std::uint8_t>{0, 1});
}

TEST_CASE("pointwise functions refuse other dtypes by name and line", "[pointwise][error]") {
  const Tensor whole = tensor({1, 2}, {.dtype = int64});
  const Tensor flag = tensor({1, 0}, {.dtype = boolean});
  CHECK_THROWS_AS(exp(whole), DTypeError);
  const std::string line = std::to_string(__LINE__ + 1);
  const auto refused = [&] { return exp(whole); };
  CHECK_THROWS_WITH(
      refused(),
      "exp: given int64; needs float32 or float64 (use to(float32)) (pointwise_test.cpp:" + line + ")");
  CHECK_THROWS_WITH(abs(flag), Catch::Matchers::StartsWith("abs: given bool; needs a numeric dtype"));
  CHECK_THROWS_AS(sqrt(Tensor()), ValueError);
}

TEST_CASE("pointwise functions keep a dense layout and shed gaps", "[pointwise]") {
  const Tensor channels_last = permute(ones({2, 5, 6, 3}), {0, 3, 1, 2});
  const Tensor x = channels_last.detach().requires_grad_();
  const Tensor y = exp(x);
  CHECK(y.strides() == channels_last.strides());
  CHECK(grad(y, x, {.grad_outputs = {ones_like(y)}}).strides() == channels_last.strides());
  CHECK(exp(expand(ones({3, 1}), {3, 4})).is_contiguous());
  CHECK(exp(slice(ones({4, 6}), 1, 0, 6, 2)).is_contiguous());
}

TEST_CASE("sine and cosine have the same bits whatever stands beside them", "[pointwise]") {
  Generator generator(1);
  const Tensor x = uniform({1001}, -100, 100, {}, &generator), large = x.clone(), infinite = x.clone();
  for (const std::int64_t i : {7, 307, 1000}) select(large, 0, i).fill_(1e30);
  select(infinite, 0, 999).fill_(INFINITY);
  for (Tensor (*const f)(const Tensor&, SourceLocation) : {&sin, &cos, &tan, &sinc}) {
    const auto values = [&](const Tensor& v) { return f(v, SourceLocation::current()).to_vector<float>(); };
    const std::vector<float> expected = values(x), one = values(large), other = values(infinite);
    for (std::size_t i = 0; i < expected.size(); ++i) {
      if (large.span<float>()[i] != 1e30F) REQUIRE(one[i] == expected[i]);
      if (i != 999) REQUIRE(other[i] == expected[i]);
      REQUIRE(f(select(x, 0, static_cast<std::int64_t>(i)), SourceLocation::current()).item<float>() ==
              expected[i]);
    }
    CHECK(std::isnan(other[999]));
  }
}

TEST_CASE("a single element goes with all of another tensor, on either side and in any layout",
          "[pointwise]") {
  const Shape shape = GENERATE(Shape{3, 37}, Shape{70, 129}, Shape{2, 3, 600});
  CAPTURE(shape);
  Generator generator(1);
  Shape column = shape, row = Shape::filled(shape.size(), 1);
  column[shape.size() - 1] = 1;
  row[shape.size() - 1] = shape[shape.size() - 1];
  for (const Tensor& x : test::strided(randn(shape, {}, &generator)))
    for (const Shape& other : {Shape{}, row, column}) {
      CAPTURE(x.strides(), other);
      const Tensor y = randn(other, {}, &generator), whole = expand(y, shape).contiguous();
      CHECK(equal(x - y, x.contiguous() - whole));
      CHECK(equal(y - x, whole - x.contiguous()));
      CHECK(equal(x < y, x.contiguous() < whole));
      Tensor changed = x.clone();
      changed -= y;
      CHECK(equal(changed, x - whole));
    }
  const Tensor a = randn(column, {}, &generator), b = randn(row, {}, &generator);
  CHECK(equal(a - b, expand(a, shape).contiguous() - expand(b, shape).contiguous()));
  CHECK(equal(b - a, expand(b, shape).contiguous() - expand(a, shape).contiguous()));
}

TEST_CASE("float32 is computed in float32", "[pointwise]") {
  const Tensor x = tensor({0.1, 2.7});
  for (const Case& c : cases()) {
    CAPTURE(c.name);
    CHECK(c.f(x).dtype() == float32);
    CHECK(test::difference(c.f(x), c.f(x.to(float64))) < 1e-6);
  }
}

}  // namespace gradus::pointwise_test
