#include <gradus/autograd/backward.hpp>
#include <gradus/autograd/ops.hpp>
#include <gradus/autograd/tape.hpp>

#include <functional>

#include "support/catch.hpp"
#include "support/chain.hpp"

namespace gradus::backward_test {
using Catch::Matchers::Contains;

namespace {

constexpr TensorOptions variable{.dtype = float64, .requires_grad = true};
constexpr TensorOptions constant{.dtype = float64};
using Values = std::vector<double>;

Values values(const Tensor& x) { return x.to_vector<double>(); }

/// A copy that counts how often its derivative is computed.
struct Counted {
  static constexpr std::string_view name = "test_counted";
  int* calls;
  Tensor forward(const Tensor& x) const { return x.clone(); }
  void backward(Backward& d) const {
    d.wrt(0, [&] {
      ++*calls;
      return d.grad();
    });
  }
};

/// A copy whose derivative is always `slope`.
struct Given {
  static constexpr std::string_view name = "test_given";
  std::function<Tensor()> slope;
  Tensor forward(const Tensor& x) const { return x.clone(); }
  void backward(Backward& d) const { d.wrt(0, slope); }
};

Tensor given(const Tensor& x, std::function<Tensor()> slope) {
  return record(Given{std::move(slope)}, SourceLocation::current(), x);
}

Tensor counted(const Tensor& x, int& calls) { return record(Counted{&calls}, SourceLocation::current(), x); }

}  // namespace

TEST_CASE("backward accumulates into the leaves until zero_grad", "[backward]") {
  Tensor x = tensor({2, 3}, variable);
  CHECK_FALSE(x.grad().defined());
  sum(x * x).backward();
  CHECK(values(x.grad()) == Values{4, 6});
  sum(x * 10).backward();
  CHECK(values(x.grad()) == Values{14, 16});
  x.zero_grad();
  CHECK_FALSE(x.grad().defined());
  sum(x).backward();
  CHECK(values(x.grad()) == Values{1, 1});
}

TEST_CASE("a leaf used several times, in whatever way, gets the sum", "[backward]") {
  const Tensor x = tensor({2, 3}, variable);
  const Tensor y = x * x + x;                // twice in one op, and again beside it
  const Tensor z = y * expand(sum(y), {2});  // y reaches z on two ways
  sum(z).backward();                         // (sum y)^2: 2 sum(y) (2x + 1)
  CHECK(values(x.grad()) == Values{2 * 18 * 5, 2 * 18 * 7});
}

TEST_CASE("the leaf owns its gradient: nothing else looks at the same memory", "[backward]") {
  const Tensor a = tensor({1, 2}, variable), b = tensor({3, 4}, variable);
  const Tensor incoming = tensor({5, 6}, constant);
  (a + b).backward(incoming);
  CHECK_FALSE(a.grad().shares_storage(incoming));
  CHECK_FALSE(a.grad().shares_storage(b.grad()));
  a.grad().fill_(0);
  CHECK(values(b.grad()) == Values{5, 6});
  CHECK(values(incoming) == Values{5, 6});
  const Tensor before = b.grad();
  (b * 1).backward(incoming);
  CHECK(values(before) == Values{5, 6});  // a handle taken earlier does not change under its holder
  CHECK(values(b.grad()) == Values{10, 12});

  const Tensor c = tensor({1, 2, 3}, variable);
  sum(c).backward();  // arrives as one number, expanded
  CHECK(c.grad().is_contiguous());
}

TEST_CASE("gradients that meet are added in memory that nobody else knows", "[backward]") {
  const Tensor x = zeros({3, 5}, variable), kept = full({3, 5}, 1, constant);
  const auto known = [&] { return kept; };
  const auto turned = [] { return transpose(full({5, 3}, 10, constant), 0, 1); };
  const void* memory = nullptr;
  const auto fresh = [&] {
    const Tensor g = full({3, 5}, 100, constant);
    memory = g.data<double>();
    return g;
  };
  SECTION("of the first to arrive") {  // which is that of the last recorded
    const Tensor a = given(x, known), b = given(x, known), c = given(x, fresh);
    (a + b + c).backward(kept);
    CHECK(values(x.grad()) == Values(15, 102));
    CHECK(x.grad().data<double>() == memory);
  }
  SECTION("of the second") {
    const Tensor a = given(x, fresh), b = given(x, known);
    (a + b).backward(kept);
    CHECK(values(x.grad()) == Values(15, 101));
    CHECK(x.grad().data<double>() == memory);
  }
  SECTION("of none that lies differently") {
    const Tensor a = given(x, turned), b = given(x, fresh);
    (a + b).backward(kept);
    CHECK(values(x.grad()) == Values(15, 110));
  }
  SECTION("of none") {
    (given(x, known) + given(x, [&] { return kept.detach(); }) + given(x, turned)).backward(kept);
    CHECK(values(x.grad()) == Values(15, 12));
  }
  SECTION("not where a hook or a retained gradient holds it") {
    Tensor y = x * 2, z = y * 3;
    Tensor seen;
    z.register_hook([&](const Tensor& g) { return seen = g, Tensor(); });
    y.retain_grad();
    (z + given(y, fresh) + x).backward(kept);
    CHECK(values(seen) == Values(15, 1));
    CHECK(values(y.grad()) == Values(15, 103));
    CHECK(values(x.grad()) == Values(15, 207));
  }
  SECTION("not where it is differentiated again") {
    const Tensor a = tensor({2, 3}, variable);
    const Tensor first = grad(sum(a * a * a + a * a), a, {.create_graph = true});
    CHECK(values(first) == Values{16, 33});
    CHECK(values(grad(sum(first * first), a)) == Values{2 * 16 * 14, 2 * 33 * 20});
  }
  CHECK(values(kept) == Values(15, 1));
}

TEST_CASE("gradients of broadcast inputs are summed to their shape", "[backward]") {
  const Tensor row = tensor({1, 2, 3}, variable), column = tensor({{4}, {5}}, variable);
  const Tensor scalar = tensor(2, variable);
  sum(row * column * scalar).backward();
  CHECK(values(row.grad()) == Values{18, 18, 18});
  CHECK(column.grad().shape() == Shape{2, 1});
  CHECK(values(column.grad()) == Values{12, 12});
  CHECK(scalar.grad().shape() == Shape{});
  CHECK(scalar.grad().item<double>() == 54);
}

TEST_CASE("backward frees the graph, and a second one says so", "[backward]") {
  const Tensor x = tensor({2, 3}, variable);
  const Tensor y = x * x;
  const Tensor z = sum(y);
  z.backward();
  CHECK_THROWS_AS(z.backward(), GraphError);
  CHECK_THROWS_WITH(z.backward(), Contains("backward: ") &&
                                      Contains("has been freed by an earlier backward") &&
                                      Contains("retain_graph = true") && Contains("(backward_test.cpp:"));
  CHECK_THROWS_WITH(sum(y).backward(), Contains("mul (backward_test.cpp:"));  // names the op that is gone
  CHECK_THROWS_AS(grad(sum(y), x), GraphError);
  CHECK(values(x.grad()) == Values{4, 6});  // the refused ones have added nothing
}

TEST_CASE("retain_graph and create_graph keep the graph", "[backward]") {
  const Tensor x = tensor({2, 3}, variable);
  const Tensor z = sum(x * x);
  z.backward({.retain_graph = true});
  z.backward({.create_graph = true});
  z.backward();
  CHECK(values(x.grad()) == Values{12, 18});
  CHECK_THROWS_AS(z.backward(), GraphError);
  Tensor(x).zero_grad();  // its gradient held the graph that holds it
}

TEST_CASE("backward takes a gradient for outputs of several elements", "[backward]") {
  const Tensor x = tensor({2, 3}, variable);
  (x * x).backward(tensor({10, 100}, constant));
  CHECK(values(x.grad()) == Values{40, 600});

  const Tensor y = x * x;
  CHECK_THROWS_WITH(y.backward(), Contains("the output has shape [2]; only one of a single element"));
  CHECK_THROWS_AS(y.backward(), ShapeError);
  CHECK_THROWS_WITH(y.backward(tensor({1, 2, 3}, constant)),
                    Contains("gradient is [3] but the output is [2]"));
  CHECK_THROWS_AS(y.backward(tensor({1, 2})), DTypeError);
  CHECK_THROWS_WITH((x.detach() * 2).backward(), Contains("does not require a gradient"));
  CHECK_THROWS_AS(Tensor().backward(), GraphError);
}

TEST_CASE("backward from several outputs is one pass over what they share", "[backward]") {
  int calls = 0;
  const Tensor x = tensor({2, 3}, variable);
  const Tensor y = counted(x * x, calls);
  backward({sum(y), y}, {Tensor(), tensor({10, 100}, constant)});
  CHECK(calls == 1);
  CHECK(values(x.grad()) == Values{44, 606});
  CHECK_THROWS_AS(backward({sum(x), sum(x)}, {tensor(1, constant)}), ValueError);

  const Tensor z = sum(x * 2);
  Tensor(x).zero_grad();
  backward({z, z});  // the same one twice counts twice
  CHECK(values(x.grad()) == Values{4, 4});
}

TEST_CASE("backward of a leaf adds the incoming gradient to it", "[backward]") {
  const Tensor x = tensor(3, variable);
  x.backward();
  x.backward(tensor(5, constant));
  CHECK(x.grad().item<double>() == 6);
}

TEST_CASE("grad returns gradients and adds nothing to anyone's grad()", "[backward][grad]") {
  const Tensor a = tensor({2, 3}, variable), b = tensor({4, 5}, variable);
  Tensor product = a * b;
  product.retain_grad();
  const std::vector<Tensor> g = grad({sum(product * product)}, {b, a, product});
  CHECK(values(g[0]) == Values{32, 90});  // 2 a^2 b
  CHECK(values(g[1]) == Values{64, 150});
  CHECK(values(g[2]) == Values{16, 30});
  CHECK_FALSE(a.grad().defined());
  CHECK_FALSE(b.grad().defined());
  CHECK_FALSE(product.grad().defined());
  CHECK_FALSE(g[0].requires_grad());
}

TEST_CASE("grad computes nothing that does not lead to the inputs", "[backward][grad]") {
  int towards_a = 0, towards_b = 0;
  const Tensor a = tensor({2, 3}, variable), b = tensor({4, 5}, variable);
  const Tensor y = counted(a, towards_a) * counted(b, towards_b);
  const Tensor z = sum(y);
  CHECK(values(grad(z, a, {.retain_graph = true})) == Values{4, 5});
  CHECK(towards_a == 1);
  CHECK(towards_b == 0);
  grad(z, y, {.retain_graph = true});
  CHECK(towards_a == 1);
  CHECK(towards_b == 0);
  grad({z}, {a, b});
  CHECK(towards_a == 2);
  CHECK(towards_b == 1);
}

namespace {

struct Both {
  static constexpr std::string_view name = "test_both";
  int* first;
  int* second;
  Tensor forward(const Tensor& a, const Tensor& b) const { return a + b; }
  void backward(Backward& d) const {
    CHECK(d.wants(0));
    CHECK_FALSE(d.wants(1));
    d.wrt(0, [&] { return ++*first, d.grad(); });
    d.wrt(1, [&] { return ++*second, d.grad(); });
  }
};

}  // namespace

TEST_CASE("constants get no derivative computed", "[backward]") {
  int first = 0, second = 0;
  const Tensor a = tensor({2, 3}, variable), b = tensor({4, 5}, constant);
  sum(record(Both{&first, &second}, SourceLocation::current(), a, b)).backward();
  CHECK(first == 1);
  CHECK(second == 0);
}

TEST_CASE("grad of an unused input is an error, or undefined if allowed", "[backward][grad]") {
  const Tensor a = tensor({2, 3}, variable);
  Tensor b = tensor({4, 5}, variable);
  b.set_name("fc2.bias");
  const Tensor z = sum(a * a);
  CHECK_THROWS_AS(grad({z}, {a, b}, {.retain_graph = true}), GraphError);
  CHECK_THROWS_WITH(grad({z}, {a, b}, {.retain_graph = true}),
                    Contains("grad: no output depends on input 1 (fc2.bias)") && Contains("allow_unused"));
  const std::vector<Tensor> g = grad({z}, {a, b}, {.allow_unused = true});
  CHECK(values(g[0]) == Values{4, 6});
  CHECK_FALSE(g[1].defined());
  CHECK_THROWS_WITH(grad({sum(a)}, {a, tensor(1, constant)}),
                    Contains("input 1 does not require a gradient"));
  CHECK_THROWS_AS(grad(tensor(1, constant), a), GraphError);
  CHECK_THROWS_AS(grad({sum(a)}, {Tensor()}), GraphError);
}

TEST_CASE("grad: inputs that repeat, outputs that repeat, inputs that are outputs", "[backward][grad]") {
  const Tensor x = tensor({2, 3}, variable);
  const Tensor y = x * x;
  const Tensor z = sum(y);
  const std::vector<Tensor> g =
      grad({z, z, y}, {x, y, x, z, y}, {.grad_outputs = {Tensor(), Tensor(), tensor({10, 20}, constant)}});
  CHECK(values(g[0]) == Values{(1 + 1 + 10) * 4, (1 + 1 + 20) * 6});
  CHECK(values(g[1]) == Values{12, 22});
  CHECK(values(g[2]) == values(g[0]));
  CHECK(g[3].item<double>() == 2);
  CHECK(values(g[4]) == values(g[1]));
  const Tensor leaf = tensor(3, variable);
  CHECK(grad(leaf, leaf).item<double>() == 1);
}

TEST_CASE("grad to the middle leaves what lies before it to be differentiated", "[backward][grad]") {
  const Tensor x = tensor({2, 3}, variable);
  const Tensor y = x * x;
  const Tensor z = sum(y * y);
  const Tensor middle = grad(z, y);
  CHECK(values(middle) == Values{8, 18});
  y.backward(middle);
  CHECK(values(x.grad()) == Values{32, 108});
}

TEST_CASE("grad to the middle works though what lies before it has been freed", "[backward][grad]") {
  const Tensor x = tensor({2, 3}, variable);
  const Tensor y = x * x;
  const Tensor unrelated = tensor({1, 1}, variable);
  const Tensor z = sum(y * y * unrelated);
  sum(y).backward();
  CHECK(values(grad(z, y, {.retain_graph = true})) == Values{8, 18});
  CHECK_THROWS_WITH(grad({z}, {y, x}, {.retain_graph = true, .allow_unused = true}),
                    Contains("has been freed"));
  CHECK_THROWS_AS(z.backward(), GraphError);
  CHECK_FALSE(unrelated.grad().defined());
}

TEST_CASE("derivatives of any order by create_graph", "[backward][grad]") {
  const Tensor x = tensor({2, -3}, variable);
  const auto derivative = [&](const Tensor& y) { return grad(sum(y), x, {.create_graph = true}); };
  const Tensor first = derivative(x * x * x * x);
  const Tensor second = derivative(first);
  const Tensor third = derivative(second);
  CHECK(values(first) == Values{32, -108});
  CHECK(values(second) == Values{48, 108});
  CHECK(values(third) == Values{48, -72});
  CHECK(values(grad(sum(third), x)) == Values{24, 24});
  CHECK(third.requires_grad());
}

TEST_CASE("mixed second derivatives, and a gradient penalty through backward", "[backward][grad]") {
  const Tensor a = tensor(2, variable), b = tensor(3, variable);
  const Tensor y = a * a * b / (a + b);
  const std::vector<Tensor> g = grad({y}, {a, b}, {.create_graph = true});
  const double ab = grad(g[0], b, {.retain_graph = true}).item<double>();
  const double ba = grad(g[1], a, {.retain_graph = true}).item<double>();
  CHECK(std::abs(ab - ba) < 1e-12);
  // y = a^2 b / (a + b); dy/db = a^3 / (a + b)^2; d2y/dadb = a^2 (a + 3b) / (a + b)^3.
  CHECK(std::abs(ab - 4.0 * 11 / 125) < 1e-12);
  (g[0] * g[0]).backward();
  CHECK(a.grad().defined());
  CHECK(b.grad().defined());
}

TEST_CASE("a gradient without create_graph carries no history", "[backward][grad]") {
  const Tensor x = tensor({2, 3}, variable), g = tensor({1, 1}, variable);
  CHECK_FALSE(grad(x + 1, x, {.grad_outputs = {g}}).requires_grad());
  CHECK(grad(x + 1, x, {.grad_outputs = {g}, .create_graph = true}).requires_grad());
  (x + 1).backward(g);
  CHECK_FALSE(x.grad().requires_grad());
}

TEST_CASE("backward works whether or not the thread records", "[backward]") {
  const Tensor x = tensor(3, variable);
  const Tensor y = x * x;
  const NoGrad guard;
  const Tensor g = grad(y, x, {.create_graph = true});
  CHECK(g.requires_grad());
  CHECK_FALSE(is_recording());
  y.backward();
  CHECK(x.grad().item<double>() == 6);
}

TEST_CASE("a chain of a million additions is built, differentiated and freed", "[backward][chain]") {
  constexpr int length = test::chain_length;
  const auto chain = [](const Tensor& x) {
    Tensor y = x;
    for (int i = 0; i < length; ++i) y = y + 1;
    return y;
  };
  const Tensor x = tensor(0.5, variable);
  SECTION("backward") {
    const Tensor y = chain(x);
    CHECK(y.item<double>() == 0.5 + length);
    y.backward();
    CHECK(x.grad().item<double>() == 1);
  }
  SECTION("retained, and freed afterwards") {
    chain(x).backward({.retain_graph = true});
    CHECK(x.grad().item<double>() == 1);
  }
  SECTION("grad") { CHECK(grad(chain(x), x).item<double>() == 1); }
  SECTION("freed without backward") { chain(x); }
}

TEST_CASE("a long chain that keeps its values is differentiated twice and freed", "[backward][chain]") {
  const Tensor x = tensor(1, variable);
  Tensor y = x;
  constexpr int length = test::chain_length / 10;
  for (int i = 0; i < length; ++i) y = y * x;
  const Tensor g = grad(y, x, {.create_graph = true});
  CHECK(g.item<double>() == length + 1);
  CHECK(grad(g, x).item<double>() == (length + 1.0) * length);
}

TEST_CASE("a wide graph: one value used many times", "[backward][chain]") {
  const Tensor x = tensor(1, variable);
  Tensor total = x * 0;
  for (int i = 0; i < 20'000; ++i) total = total + x * i;
  total.backward();
  CHECK(x.grad().item<double>() == 20'000.0 * 19'999 / 2);
}

}  // namespace gradus::backward_test
