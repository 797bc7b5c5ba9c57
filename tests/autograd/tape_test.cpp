#include <gradus/autograd/backward.hpp>
#include <gradus/autograd/gradcheck.hpp>
#include <gradus/autograd/ops.hpp>
#include <gradus/autograd/tape.hpp>

#include <memory>

#include "support/catch.hpp"

namespace gradus::tape_test {
using Catch::Matchers::Contains;

namespace {

constexpr TensorOptions variable{.dtype = float64, .requires_grad = true};
constexpr TensorOptions constant{.dtype = float64};
using Values = std::vector<double>;

Values values(const Tensor& x) { return x.to_vector<double>(); }
constexpr auto here = [](SourceLocation at = SourceLocation::current()) { return at; };

}  // namespace

TEST_CASE("what requires a gradient, and what is a leaf", "[tape]") {
  const Tensor x = tensor({1, 2}, variable), c = tensor({1, 2}, constant);
  CHECK(x.requires_grad());
  CHECK(x.is_leaf());
  CHECK_FALSE(c.requires_grad());
  CHECK(c.is_leaf());
  CHECK((x + c).requires_grad());
  CHECK_FALSE((x + c).is_leaf());
  CHECK_FALSE((c + c).requires_grad());
  CHECK((c + c).is_leaf());
  CHECK_FALSE(x.to(int64).requires_grad());  // no derivative where values are not floating
  CHECK(x.to(float32).requires_grad());
}

TEST_CASE("requires_grad_ turns leaves on and off", "[tape]") {
  Tensor x = tensor({1, 2}, constant);
  x.requires_grad_();
  CHECK(x.requires_grad());
  Tensor y = x * 2;
  CHECK_THROWS_WITH(y.requires_grad_(false), Contains("use detach()"));
  CHECK_NOTHROW(y.requires_grad_());
  x.requires_grad_(false);
  CHECK_FALSE((x * 2).requires_grad());
  CHECK_THROWS_AS(arange(3).requires_grad_(), DTypeError);
  CHECK_THROWS_WITH(arange(3).requires_grad_(), Contains("int64"));
  CHECK_THROWS_AS(zeros({2}, {.dtype = boolean, .requires_grad = true}), DTypeError);
}

TEST_CASE("the derivative is that of the graph as it was recorded", "[tape]") {
  const Tensor w = tensor(3, variable);
  Tensor c = tensor(5, constant);
  const Tensor y = w * c;
  c.requires_grad_();
  const Tensor g = grad(y, w, {.retain_graph = true, .create_graph = true});
  CHECK(g.item<double>() == 5);
  CHECK_FALSE(g.requires_grad());  // c was a constant when y was made
  y.backward();
  CHECK_FALSE(c.grad().defined());
}

TEST_CASE("NoGrad and EnableGrad nest", "[tape]") {
  const Tensor x = tensor(3, variable);
  CHECK(is_recording());
  {
    const NoGrad off;
    CHECK_FALSE(is_recording());
    CHECK_FALSE((x * x).requires_grad());
    {
      const EnableGrad on;
      CHECK((x * x).requires_grad());
      const NoGrad again;
      CHECK_FALSE((x * x).requires_grad());
    }
    CHECK_FALSE(is_recording());
  }
  CHECK((x * x).requires_grad());
  try {
    const NoGrad off;
    throw std::runtime_error("out");
  } catch (const std::runtime_error&) {
  }
  CHECK(is_recording());
}

TEST_CASE("detach cuts the history and shares the memory", "[tape]") {
  const Tensor x = tensor({2, 3}, variable);
  const Tensor y = x * x;
  const Tensor d = y.detach();
  CHECK_FALSE(d.requires_grad());
  CHECK(d.shares_storage(y));
  CHECK(y.requires_grad());
  sum(y * d).backward();
  CHECK(values(x.grad()) == Values{16, 54});  // 2x * x^2: d counts as a constant
}

TEST_CASE("retain_grad gathers the gradient of a result", "[tape]") {
  const Tensor x = tensor({2, 3}, variable);
  Tensor y = x * x;
  y.retain_grad();
  y.retain_grad();  // once is enough
  sum(y * y).backward();
  CHECK(values(y.grad()) == Values{8, 18});
  CHECK(values(x.grad()) == Values{32, 108});
  Tensor z = x * 3;
  z.retain_grad();
  sum(z).backward({.retain_graph = true});
  sum(z).backward();
  CHECK(values(z.grad()) == Values{2, 2});  // accumulates like a leaf's
  z.zero_grad();
  CHECK_FALSE(z.grad().defined());
  CHECK_FALSE((x * 3).grad().defined());
  CHECK_THROWS_AS(tensor(1, constant).retain_grad(), GraphError);
  Tensor leaf = x;
  CHECK_NOTHROW(leaf.retain_grad());
}

TEST_CASE("set_grad replaces the gradient of a leaf and checks it", "[tape]") {
  Tensor x = tensor({2, 3}, variable);
  x.set_grad(tensor({7, 8}, constant));
  sum(x).backward();
  CHECK(values(x.grad()) == Values{8, 9});
  CHECK_THROWS_AS(x.set_grad(tensor({1, 2, 3}, constant)), ShapeError);
  CHECK_THROWS_AS(x.set_grad(tensor({1, 2})), DTypeError);
  CHECK_THROWS_AS(tensor(1, constant).set_grad(tensor(1, constant)), GraphError);
  Tensor y = x * 2;
  CHECK_THROWS_AS(y.set_grad(tensor({1, 2}, constant)), GraphError);
}

namespace {

/// Sum and difference; either may go unused.
struct SumDifference {
  static constexpr std::string_view name = "test_sum_difference";
  std::vector<bool>* arrived;
  std::array<Tensor, 2> forward(const Tensor& a, const Tensor& b) const { return {a + b, a - b}; }
  void backward(Backward& d) const {
    *arrived = {d.has_grad(0), d.has_grad(1)};
    d.wrt(0, [&] { return d.grad(0) + d.grad(1); });
    d.wrt(1, [&] { return d.grad(0) - d.grad(1); });
  }
};

}  // namespace

TEST_CASE("an op of several outputs takes the gradients of those that are used", "[tape]") {
  std::vector<bool> arrived;
  const Tensor a = tensor({2, 3}, variable), b = tensor({5, 7}, variable);
  const auto both = [&] { return record(SumDifference{&arrived}, here(), a, b); };
  const auto check = [&](const Tensor& loss, const Values& da, const Values& db) {
    const std::vector<Tensor> g = grad({loss}, {a, b});
    CHECK(values(g[0]) == da);
    CHECK(values(g[1]) == db);
  };
  const auto [s, t] = both();
  check(sum(s * t), {4, 6}, {-10, -14});  // a^2 - b^2
  CHECK(arrived == std::vector{true, true});
  check(sum(both()[0]), {1, 1}, {1, 1});
  CHECK(arrived == std::vector{true, false});
  check(sum(both()[1]), {1, 1}, {-1, -1});
  CHECK(arrived == std::vector{false, true});
  CHECK(gradcheck(
      [&](const Tensor& x, const Tensor& y) { return record(SumDifference{&arrived}, here(), x, y); },
      {a, b}));
}

namespace {

/// x * scale + shift, where both may be left out.
struct Affine {
  static constexpr std::string_view name = "test_affine";
  static constexpr Keep keep = keep_inputs(0, 1);
  Tensor forward(const Tensor& x, const Tensor& scale, const Tensor& shift) const {
    Tensor y = scale.defined() ? x * scale : x;
    return shift.defined() ? y + shift : y;
  }
  void backward(Backward& d) const {
    d.wrt(0, [&] { return d.input(1).defined() ? d.grad() * d.input(1) : d.grad(); });
    d.wrt(1, [&] { return d.grad() * d.input(0); });
    d.wrt(2, [&] { return d.grad(); });
  }
};

}  // namespace

TEST_CASE("optional inputs may be undefined", "[tape]") {
  const Tensor x = tensor({2, 3}, variable), scale = tensor({5, 7}, variable),
               shift = tensor({1, 1}, variable);
  const auto f = [](const std::vector<Tensor>& in) {
    return std::vector{record(Affine{}, here(), in[0], in[1], in[2])};
  };
  CHECK(gradcheck(f, {x, scale, shift}).checked == 12);
  CHECK(gradcheck(f, {x, scale, shift}));
  CHECK(gradcheck(f, {x, Tensor(), shift}));
  CHECK(gradcheck(f, {x, scale, Tensor()}));
  CHECK(gradgradcheck(f, {x, scale, Tensor()}));
  const Tensor same = f({x, Tensor(), Tensor()})[0];  // forward handed its input through
  CHECK(same.impl() != x.impl());
  CHECK_FALSE(same.is_leaf());
  CHECK(x.is_leaf());
  sum(same).backward();
  CHECK(values(x.grad()) == Values{1, 1});
}

namespace {

/// Joins any number of inputs by adding them up.
struct Total {
  static constexpr std::string_view name = "test_total";
  Tensor forward(const std::vector<Tensor>& in) const {
    Tensor total = in[0];
    for (std::size_t i = 1; i < in.size(); ++i) total = total + in[i];
    return total;
  }
  void backward(Backward& d) const {
    for (std::size_t i = 0; i < d.input_count(); ++i) d.wrt(i, [&] { return d.grad(); });
  }
};

}  // namespace

TEST_CASE("an op of any number of inputs", "[tape]") {
  std::vector<Tensor> in;
  for (int i = 0; i < 100; ++i) in.push_back(tensor(i, variable));
  const Tensor y = record(Total{}, here(), in);
  CHECK(y.item<double>() == 4950);
  for (const Tensor& g : grad({y}, in)) CHECK(g.item<double>() == 1);
}

namespace {

/// Keeps its result in a member, and hands out the very handle.
struct KeepsResult {
  static constexpr std::string_view name = "test_keeps_result";
  std::shared_ptr<int> alive;
  Tensor kept = {};
  Tensor forward(const Tensor& x) { return kept = x * x; }
  void backward(Backward& d) const {
    d.wrt(0, [&] { return d.grad() * kept; });
  }
};

/// Returns a tensor that it was made with.
struct Constant {
  static constexpr std::string_view name = "test_constant";
  Tensor table;
  Tensor forward(const Tensor&) const { return table; }
  void backward(Backward& d) const {
    d.wrt(0, [&] { return zeros_like(table); });
  }
};

}  // namespace

TEST_CASE("an op may keep its result in a member: no cycle keeps it alive", "[tape]") {
  const auto alive = std::make_shared<int>(0);
  {
    const Tensor y = record(KeepsResult{.alive = alive}, here(), tensor({2, 3}, variable));
    CHECK(y.requires_grad());
    CHECK(alive.use_count() == 2);
  }
  CHECK(alive.use_count() == 1);
}

TEST_CASE("recording the result of an op does not touch a tensor that others hold", "[tape]") {
  const Tensor table = tensor({1, 2}, variable), x = tensor({3, 4}, variable);
  const Tensor y = record(Constant{table}, here(), x);
  CHECK(table.is_leaf());
  CHECK_FALSE(y.is_leaf());
  CHECK(y.shares_storage(table));
}

namespace {

struct OnlyOutput {
  static constexpr std::string_view name = "test_only_output";
  static constexpr Keep keep = keep_outputs(0);
  Tensor forward(const Tensor& x) const { return x * x; }
  // Not the derivative of x^2, but one that is made of the output alone: 2 y.
  void backward(Backward& d) const {
    d.wrt(0, [&] { return d.grad() * d.output() * 2; });
  }
};

struct Unkept {
  static constexpr std::string_view name = "test_unkept";
  Tensor forward(const Tensor& x) const { return x.clone(); }
  void backward(Backward& d) const {
    d.wrt(0, [&] { return d.grad() * d.input(0); });
  }
};

template <class Make>
struct Wrong {
  static constexpr std::string_view name = "test_wrong";
  Make make;
  Tensor forward(const Tensor& x) const { return x.clone(); }
  void backward(Backward& d) const { d.wrt(0, make); }
};

}  // namespace

TEST_CASE("a kept output has its place on the tape in derivatives of higher order", "[tape]") {
  const Tensor x = tensor(3, variable);
  const Tensor y = record(OnlyOutput{}, here(), x);
  const Tensor first = grad(y, x, {.create_graph = true});
  CHECK(first.item<double>() == 18);                  // 2 y
  CHECK(grad(first, x).item<double>() == 2 * 2 * 9);  // 2 y' = 2 * (2 y)
}

TEST_CASE("the tape checks what a derivative returns and names the op and the user's line", "[tape][error]") {
  const Tensor x = tensor({2, 3}, variable);
  const auto differentiate = [&](auto make) {
    sum(record(Wrong<decltype(make)>{make}, here(), x)).backward();
  };
  CHECK_THROWS_AS(differentiate([] { return ones({3}, {.dtype = float64}); }), ShapeError);
  CHECK_THROWS_WITH(differentiate([] { return ones({3}, {.dtype = float64}); }),
                    Contains("test_wrong: the derivative for input 0 is [3] but the input is [2]") &&
                        Contains("(tape_test.cpp:"));
  CHECK_THROWS_AS(differentiate([] { return ones({2}); }), DTypeError);
  CHECK_THROWS_WITH(differentiate([] { return ones({2}); }), Contains("is float32 but the input is float64"));
  CHECK_THROWS_AS(sum(record(Unkept{}, here(), x)).backward(), std::logic_error);
  CHECK_THROWS_WITH(sum(record(Unkept{}, here(), x)).backward(),
                    Contains("test_unkept: its derivative asks for input 0"));
  CHECK_NOTHROW(differentiate([] { return Tensor(); }));  // undefined is zero
  CHECK_FALSE(x.grad().defined());
}

TEST_CASE("nodes know the op, its attributes and the user's line", "[tape]") {
  const Tensor x = tensor({{2, 3}}, variable);
  const SourceLocation at = here();
  const Tensor y = permute(x, {1, 0});
  const Node& node = *y.impl()->node;
  CHECK(node.op() == "permute");
  CHECK(node.attributes() == "dims=[1, 0]");
  CHECK(node.at.line == at.line + 1);
  CHECK(node.at.file_name() == "tape_test.cpp");
  CHECK(node.outputs[0].shape == Shape{2, 1});
  CHECK(record(KeepsResult{}, here(), x).impl()->node->attributes().empty());  // of types without a text
  // What a composed op records carries the line of whoever called it.
  const Tensor z = mean(x);
  CHECK(z.impl()->node->at.line == here().line - 1);
}

}  // namespace gradus::tape_test
