#include <gradus/autograd/backward.hpp>
#include <gradus/autograd/ops.hpp>
#include <gradus/autograd/tape.hpp>

#include "support/catch.hpp"

namespace gradus::in_place_test {
using Catch::Matchers::Contains;

namespace {

constexpr TensorOptions variable{.dtype = float64, .requires_grad = true};
constexpr TensorOptions constant{.dtype = float64};
using Values = std::vector<double>;

Values values(const Tensor& x) { return x.to_vector<double>(); }

}  // namespace

TEST_CASE("in-place changes count, also through views", "[in_place]") {
  Tensor x = tensor({{1, 2}, {3, 4}}, constant);
  CHECK(x.version() == 0);
  x += 1;
  x *= tensor({10, 100}, constant);
  CHECK(values(x) == Values{20, 300, 40, 500});
  CHECK(x.version() == 2);
  select(x, 0, 1).zero_();
  CHECK(values(x) == Values{20, 300, 0, 0});
  CHECK(x.version() == 3);
  x.mutable_span<double>()[0] = 7;
  transpose(x, 0, 1).copy_(tensor(1, constant));
  CHECK(x.version() == 5);
  CHECK(values(x) == Values{1, 1, 1, 1});
}

TEST_CASE("a change that is refused for its shape does not count", "[in_place]") {
  Tensor x = tensor({1, 2}, constant);
  CHECK_THROWS_AS(x += tensor({1, 2, 3}, constant), ShapeError);
  CHECK_THROWS_AS(x += tensor({{1}, {2}}, constant), ShapeError);
  CHECK_THROWS_AS(x.copy_(tensor({1, 2, 3}, constant)), ShapeError);
  CHECK_THROWS_AS(x += tensor({1, 2}), DTypeError);
  CHECK(x.version() == 0);
  CHECK(values(x) == Values{1, 2});
}

TEST_CASE("a saved value that was changed is an error naming op and line", "[in_place][error]") {
  const Tensor x = tensor({2, 3}, variable);
  Tensor c = tensor({5, 7}, constant);
  const Tensor y = x * c;
  c += 1;
  const std::uint32_t line = __LINE__ - 1;
  CHECK_THROWS_AS(sum(y).backward(), GraphError);
  CHECK_THROWS_WITH(sum(y).backward(),
                    Contains(fmt::format(
                        "mul: input 1 was needed for the gradient but has been changed in place since, by += "
                        "(in_place_test.cpp:{})",
                        line)) &&
                        Contains(fmt::format("(in_place_test.cpp:{})", line - 1)));
  CHECK_FALSE(x.grad().defined());
}

TEST_CASE("every way of changing a saved value is noticed", "[in_place][error]") {
  const Tensor x = tensor({2, 3}, variable);
  Tensor c = tensor({5, 7}, constant);
  const Tensor y = sum(x * c);
  SECTION("fill_") { c.fill_(1); }
  SECTION("zero_") { c.zero_(); }
  SECTION("copy_") { c.copy_(tensor({1, 1}, constant)); }
  SECTION("-=") { c -= 1; }
  SECTION("*=") { c *= 2; }
  SECTION("/=") { c /= 2; }
  SECTION("mutable_span") { c.mutable_span<double>()[1] = 0; }
  SECTION("through a view") { select(c, 0, 1).fill_(0); }
  SECTION("through a detached alias") { c.detach() += 1; }
  CHECK_THROWS_AS(y.backward(), GraphError);
}

TEST_CASE("a change is caught when a view was saved and its base is written", "[in_place][error]") {
  const Tensor x = tensor({2, 3}, variable);
  Tensor base = tensor({{5, 7}, {1, 1}}, constant);
  const Tensor y = sum(x * select(base, 0, 0));
  base.fill_(2);
  CHECK_THROWS_AS(y.backward(), GraphError);
}

namespace {

struct Doubling {
  static constexpr std::string_view name = "test_doubling";
  static constexpr Keep keep = keep_outputs(0);
  Tensor forward(const Tensor& x) const { return x * 2; }
  void backward(Backward& d) const {
    d.wrt(0, [&] { return d.grad() * d.output(); });
  }
};

}  // namespace

TEST_CASE("a kept output that was changed is noticed", "[in_place][error]") {
  const Tensor x = tensor({2, 3}, variable);
  const Tensor y = record(Doubling{}, SourceLocation::current(), x);
  y.detach().zero_();
  CHECK_THROWS_WITH(sum(y).backward(), Contains("test_doubling: output 0 was needed for the gradient"));
}

TEST_CASE("changing what no derivative needs is harmless", "[in_place]") {
  const Tensor x = tensor({2, 3}, variable);
  Tensor c = tensor({5, 7}, constant);
  const Tensor y = sum((x + c) * 2);
  c.zero_();
  y.backward();
  CHECK(values(x.grad()) == Values{2, 2});

  // x was saved for the gradient of c only, which nobody wants.
  const Tensor z = sum(x * tensor({5, 7}, constant));
  {
    const NoGrad guard;
    Tensor(x) += 1;
  }
  z.backward();
  CHECK(values(x.grad()) == Values{7, 9});
}

TEST_CASE("while recording, nothing that requires a gradient is changed in place", "[in_place][error]") {
  Tensor x = tensor({2, 3}, variable);
  x.set_name("conv1.weight");
  Tensor y = x * 2;
  CHECK_THROWS_AS(x += 1, GraphError);
  CHECK_THROWS_WITH(x += 1, Contains("+=: conv1.weight requires a gradient") && Contains("NoGrad guard;") &&
                                Contains("(in_place_test.cpp:"));
  CHECK_THROWS_WITH(y.fill_(0), Contains("fill_: the tensor requires a gradient"));
  CHECK_THROWS_AS(y.copy_(x.detach()), GraphError);
  CHECK_THROWS_AS(y.mutable_span<double>(), GraphError);
  CHECK_THROWS_AS(select(x, 0, 1).zero_(), GraphError);
  CHECK(values(x) == Values{2, 3});
  CHECK(values(y) == Values{4, 6});
  CHECK(x.version() == 0);
  {
    const NoGrad guard;
    x += 1;
    select(x, 0, 1).zero_();
  }
  CHECK(values(x) == Values{3, 0});
  CHECK(x.requires_grad());
  CHECK(x.is_leaf());
}

TEST_CASE("while recording, a constant does not swallow what requires a gradient", "[in_place][error]") {
  Tensor total = tensor({0, 0}, constant);
  const Tensor x = tensor({2, 3}, variable);
  CHECK_THROWS_AS(total += x, GraphError);
  CHECK_THROWS_WITH(total += x, Contains("+=: the right side requires a gradient, which would be lost"));
  CHECK_THROWS_WITH(total.copy_(x), Contains("copy_: the right side requires a gradient"));
  CHECK(total.version() == 0);
  total += x.detach();
  CHECK(values(total) == Values{2, 3});
  const NoGrad guard;
  total += x;
  CHECK(values(total) == Values{4, 6});
}

TEST_CASE("elements that share their memory are not changed in place", "[in_place][error]") {
  Tensor wide = expand(tensor({{1}, {2}}, constant), {2, 3});
  CHECK_THROWS_AS(wide += 1, ValueError);
  CHECK_THROWS_WITH(wide.fill_(0),
                    Contains("fill_: the elements along dimension 1 share one place in memory"));
  CHECK_NOTHROW(expand(tensor({1, 2}, constant), {1, 2}).fill_(0));
  CHECK_NOTHROW(zeros({3, 0}, constant).fill_(1));
}

TEST_CASE("overlapping copies and self-assignment give what the values were before", "[in_place]") {
  Tensor x = tensor({1, 2, 3, 4}, constant);
  narrow(x, 0, 1, 3).copy_(narrow(x, 0, 0, 3));
  CHECK(values(x) == Values{1, 1, 2, 3});
  narrow(x, 0, 0, 3) += narrow(x, 0, 1, 3);
  CHECK(values(x) == Values{2, 3, 5, 3});
  x *= x;
  CHECK(values(x) == Values{4, 9, 25, 9});
}

TEST_CASE("arithmetic in place takes every layout, also that of its own memory", "[in_place]") {
  const auto whole = [] { return reshape(arange(1, 1801, 1, constant), {30, 60}); };
  const auto check = [&](auto view, const Tensor& other) {
    const auto each = [&](auto change, auto expected) {
      const Tensor base = whole(), before = view(base).clone();
      const Tensor untouched = whole();
      Tensor x = view(base);
      change(x, other.defined() ? other : view(base));
      CHECK(equal(x, expected(before, other.defined() ? other : before)));
      view(untouched).copy_(x);
      CHECK(equal(base, untouched));  // nothing beside the view has changed
    };
    each([](Tensor x, const Tensor& y) { x += y; }, [](const Tensor& x, const Tensor& y) { return x + y; });
    each([](Tensor x, const Tensor& y) { x -= y; }, [](const Tensor& x, const Tensor& y) { return x - y; });
    each([](Tensor x, const Tensor& y) { x *= y; }, [](const Tensor& x, const Tensor& y) { return x * y; });
    each([](Tensor x, const Tensor& y) { x /= y; }, [](const Tensor& x, const Tensor& y) { return x / y; });
  };
  const Tensor row = arange(1, 61, 1, constant), column = arange(1, 31, 1, constant);
  check([](const Tensor& x) { return x; }, row);
  check([](const Tensor& x) { return x; }, unsqueeze(column, 1));
  check([](const Tensor& x) { return transpose(x, 0, 1); }, column);
  check([](const Tensor& x) { return slice(x, 1, 3, 60, 7); }, unsqueeze(column, 1));
  check([](const Tensor& x) { return narrow(x, 0, 1, 29); }, {});
  // A square, and its own columns in place of its rows.
  Tensor square = narrow(whole(), 1, 0, 30);
  const Tensor sums = square + transpose(square, 0, 1);
  square += transpose(square, 0, 1);
  CHECK(equal(square, sums));
  Tensor bytes = full({70}, 250, {.dtype = uint8});
  bytes += 10;
  CHECK(bytes.to_vector<std::uint8_t>() == std::vector<std::uint8_t>(70, 4));
  CHECK_THROWS_AS(bytes /= 2, DTypeError);
  CHECK(bytes.version() == 1);
}

}  // namespace gradus::in_place_test
