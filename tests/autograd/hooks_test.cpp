#include <gradus/autograd/backward.hpp>
#include <gradus/autograd/ops.hpp>
#include <gradus/autograd/tape.hpp>

#include "support/catch.hpp"

namespace gradus::hooks_test {
using Catch::Matchers::Contains;

namespace {

constexpr TensorOptions variable{.dtype = float64, .requires_grad = true};
constexpr TensorOptions constant{.dtype = float64};
using Values = std::vector<double>;

Values values(const Tensor& x) { return x.to_vector<double>(); }

}  // namespace

TEST_CASE("a hook sees the complete gradient once per backward", "[hooks]") {
  Tensor x = tensor({2, 3}, variable);
  Tensor y = x * x;
  std::vector<Values> seen;
  const auto look = [&](const Tensor& g) { return seen.push_back(values(g)), Tensor(); };
  SECTION("of a result") {
    y.register_hook(look);
    sum(y + y * 10).backward();
    CHECK(seen == std::vector<Values>{{11, 11}});
    CHECK(values(x.grad()) == Values{44, 66});
  }
  SECTION("of a leaf: of this backward, not of what was there before") {
    x.register_hook(look);
    sum(y + x).backward();
    sum(x * 2).backward();
    CHECK(seen == std::vector<Values>{{5, 7}, {2, 2}});
    CHECK(values(x.grad()) == Values{7, 9});
  }
}

TEST_CASE("what a hook returns replaces the gradient, in order of registration", "[hooks]") {
  Tensor x = tensor({2, 3}, variable);
  Tensor y = x * x;
  SECTION("of a result") {
    y.register_hook([](const Tensor& g) { return g + 1; });
    y.register_hook([](const Tensor& g) { return g * 10; });
    sum(y).backward();
    CHECK(values(x.grad()) == Values{80, 120});
  }
  SECTION("of a leaf") {
    x.register_hook([](const Tensor& g) { return g + 1; });
    x.register_hook([](const Tensor& g) { return g * 10; });
    sum(y).backward();
    CHECK(values(x.grad()) == Values{50, 70});
  }
  SECTION("before grad() hands it out") {
    x.register_hook([](const Tensor& g) { return g + 1; });
    y.register_hook([](const Tensor& g) { return g * 10; });
    const std::vector<Tensor> g = grad({sum(y)}, {x, y});
    CHECK(values(g[1]) == Values{10, 10});
    CHECK(values(g[0]) == Values{41, 61});
  }
  SECTION("before retain_grad gathers it, whichever came first") {
    y.retain_grad();
    y.register_hook([](const Tensor& g) { return g * 10; });
    sum(y).backward();
    CHECK(values(y.grad()) == Values{10, 10});
  }
}

TEST_CASE("a hook can be removed, even by itself", "[hooks]") {
  Tensor x = tensor({2, 3}, variable);
  int first = 0, second = 0;
  HookHandle handle = x.register_hook([&](const Tensor&) { return ++first, Tensor(); });
  HookHandle once = x.register_hook([&](const Tensor&) { return ++second, once.remove(), Tensor(); });
  sum(x).backward();
  sum(x).backward();
  CHECK(first == 2);
  CHECK(second == 1);
  handle.remove();
  handle.remove();
  sum(x).backward();
  CHECK(first == 2);
  {
    x.register_hook([&](const Tensor&) { return ++first, Tensor(); });
  }  // a dropped handle leaves the hook
  sum(x).backward();
  CHECK(first == 3);
}

TEST_CASE("a handle may outlive the tensor and the graph", "[hooks]") {
  HookHandle handle = [] {
    const Tensor x = tensor({2, 3}, variable);
    Tensor y = x * x;
    HookHandle inner = y.register_hook([](const Tensor&) { return Tensor(); });
    sum(y).backward();
    return inner;
  }();
  CHECK_NOTHROW(handle.remove());
}

TEST_CASE("hooks are part of the derivative when it is recorded", "[hooks]") {
  const Tensor x = tensor(3, variable);
  Tensor y = x * x;
  y.register_hook([&](const Tensor& g) { return g * x; });
  const Tensor g = grad(y, x, {.create_graph = true});  // x * 2x
  CHECK(g.item<double>() == 18);
  CHECK(grad(g, x).item<double>() == 12);
}

TEST_CASE("the hook of a result that does not lead to the inputs is not called", "[hooks]") {
  const Tensor a = tensor(3, variable), b = tensor(4, variable);
  Tensor side = b * b;
  int calls = 0;
  side.register_hook([&](const Tensor&) { return ++calls, Tensor(); });
  const Tensor y = a * side;
  grad(y, a, {.retain_graph = true});
  CHECK(calls == 0);
  grad(y, b);
  CHECK(calls == 1);
}

TEST_CASE("hooks that return something else are refused", "[hooks][error]") {
  Tensor x = tensor({2, 3}, variable);
  Tensor y = x * x;
  SECTION("shape, on a result") {
    y.register_hook([](const Tensor&) { return ones({3}, constant); });
    CHECK_THROWS_AS(sum(y).backward({.retain_graph = true}), ShapeError);
    CHECK_THROWS_WITH(
        sum(y).backward(),
        Contains("mul: a hook returned a gradient of shape [3] for a tensor [2] (hooks_test.cpp:"));
  }
  SECTION("dtype, on a leaf") {
    x.register_hook([](const Tensor&) { return ones({2}); });
    CHECK_THROWS_AS(sum(y).backward({.retain_graph = true}), DTypeError);
    CHECK_THROWS_WITH(sum(y).backward(),
                      Contains("backward: a hook returned a float32 gradient for a float64") &&
                          Contains("(hooks_test.cpp:"));
  }
  CHECK_THROWS_AS(tensor(1, constant).register_hook([](const Tensor&) { return Tensor(); }), GraphError);
}

namespace {

struct Throws {
  static constexpr std::string_view name = "test_throws";
  const bool* armed;
  Tensor forward(const Tensor& x) const { return x.clone(); }
  void backward(Backward& d) const {
    if (*armed) throw std::runtime_error("boom");
    d.wrt(0, [&] { return d.grad(); });
  }
};

}  // namespace

TEST_CASE("an exception in a hook or a derivative leaves the tape usable", "[hooks][error]") {
  bool armed = true;
  const Tensor x = tensor({2, 3}, variable);
  Tensor middle = x * x;
  SECTION("in a hook") {
    middle.register_hook([&](const Tensor&) {
      if (armed) throw std::runtime_error("boom");
      return Tensor();
    });
  }
  SECTION("in a derivative") { middle = record(Throws{&armed}, SourceLocation::current(), middle); }
  const Tensor y = sum(middle * middle + x);
  CHECK_THROWS_WITH(y.backward({.retain_graph = true}), "boom");
  CHECK(is_recording());
  CHECK_FALSE(x.grad().defined());  // all leaves or none
  armed = false;
  y.backward({.retain_graph = true});  // nothing of the first attempt is left in the graph
  CHECK(values(x.grad()) == Values{33, 109});
  armed = true;
  CHECK_THROWS_WITH(y.backward(), "boom");
  CHECK_THROWS_WITH(y.backward(), Contains("has been freed"));  // partly, so that it cannot be continued
  CHECK(values(x.grad()) == Values{33, 109});
  CHECK(values(grad(sum(x * 2), x)) == Values{2, 2});
}

TEST_CASE("a hook may differentiate another graph, not the one that is running", "[hooks]") {
  Tensor x = tensor({2, 3}, variable);
  Tensor y = x * x;
  const Tensor loss = sum(y);
  SECTION("another, with the same leaves") {
    y.register_hook([&](const Tensor& g) {
      const EnableGrad guard;
      sum(x * 100).backward();
      return g * grad(sum(x * x * x), x);
    });
    loss.backward();
    CHECK(values(x.grad()) == Values{100 + 4 * 12, 100 + 6 * 27});
  }
  SECTION("the same") {
    y.register_hook([&](const Tensor&) { return grad(loss, x, {.retain_graph = true}); });
    CHECK_THROWS_AS(loss.backward({.retain_graph = true}), GraphError);
    CHECK_THROWS_WITH(loss.backward({.retain_graph = true}),
                      Contains("is being differentiated by another backward"));
  }
}

namespace {

struct Recomputed {
  static constexpr std::string_view name = "test_recomputed";
  static constexpr Keep keep = keep_inputs(0);
  static Tensor cube(const Tensor& x) { return x * x * x; }
  Tensor forward(const Tensor& x) const { return cube(x); }
  void backward(Backward& d) const {
    d.wrt(0, [&] {
      const EnableGrad guard;
      Tensor again = d.input(0).detach();
      again.requires_grad_();
      return grad(cube(again), again, {.grad_outputs = {d.grad()}});
    });
  }
};

}  // namespace

TEST_CASE("a derivative may itself differentiate: recomputing instead of keeping", "[hooks]") {
  const Tensor x = tensor({2, 3}, variable);
  sum(record(Recomputed{}, SourceLocation::current(), x)).backward();
  CHECK(values(x.grad()) == Values{12, 27});
}

}  // namespace gradus::hooks_test
