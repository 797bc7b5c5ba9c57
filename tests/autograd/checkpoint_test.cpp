#include <gradus/autograd/checkpoint.hpp>

#include <gradus/autograd/backward.hpp>
#include <gradus/autograd/gradcheck.hpp>
#include <gradus/autograd/ops.hpp>
#include <gradus/autograd/random.hpp>
#include <gradus/autograd/tape.hpp>

#include "support/catch.hpp"
#include "support/strided.hpp"

namespace gradus::checkpoint_test {

namespace {

using Values = std::vector<double>;
using Catch::Matchers::Contains;

Values values(const Tensor& x) { return x.to_vector<double>(); }
constexpr TensorOptions variable{.dtype = float64, .requires_grad = true};

}  // namespace

TEST_CASE("a checkpoint gives the same values and gradients, and calls its function again in backward",
          "[checkpoint]") {
  int calls = 0;
  const Tensor w = tensor({2, -1}, variable);
  const auto f = [&](const Tensor& x, const Tensor& y) {
    ++calls;
    return tanh(x * w) * y;
  };
  const Tensor x = tensor({0.5, 1}, variable), y = tensor({3, 4}, variable);
  sum(f(x, y)).backward();
  const std::vector<Values> wanted{values(x.grad()), values(y.grad()), values(w.grad())};
  for (Tensor leaf : {x, y, w}) leaf.zero_grad();
  const Tensor out = checkpoint(f, x, y);
  CHECK(calls == 2);
  CHECK(values(out) == values(f(x, y)));
  sum(out).backward();
  CHECK(calls == 4);
  CHECK(std::vector<Values>{values(x.grad()), values(y.grad()), values(w.grad())} == wanted);
}

TEST_CASE("what a checkpoint uses besides its inputs gets its gradient", "[checkpoint]") {
  const Tensor w = tensor({2, -1}, variable);
  const Tensor scaled = w * 3;  // recorded outside
  const auto f = [&](const Tensor& x) { return x * scaled + square(scaled); };
  const Tensor x = tensor({1, 2}, {.dtype = float64});  // asks for nothing itself
  sum(checkpoint(f, x)).backward();
  CHECK(values(w.grad()) == Values{3 * 1 + 2 * 9 * 2, 3 * 2 + 2 * 9 * -1});
  // A result that is one of them, or an input, as it is.
  const Tensor both = checkpoint([&](const Tensor& in) { return std::vector<Tensor>{w, in}; }, w * 3)[0];
  Tensor(w).zero_grad();
  sum(both).backward();
  CHECK(values(w.grad()) == Values{1, 1});
}

TEST_CASE("hooks of a parameter see the gradient of a checkpoint once", "[checkpoint]") {
  Tensor w = tensor({2}, variable);
  int seen = 0;
  w.register_hook([&](const Tensor& g) {
    ++seen;
    return g * 10;
  });
  sum(checkpoint([&](const Tensor& x) { return x * w; }, tensor({3}, variable))).backward();
  CHECK(seen == 1);
  CHECK(values(w.grad()) == Values{30});
}

TEST_CASE("a checkpoint has derivatives of every order", "[checkpoint]") {
  const Tensor x = test::variable({2, 3}, 1), w = test::variable({3, 2}, 2);
  const auto f = [](const Tensor& a, const Tensor& b) {
    return checkpoint([b](const Tensor& in) { return tanh(matmul(in, b)); }, a);
  };
  CHECK(gradcheck(f, {x, w}, {.second_order = true}));
  const auto nested = [](const Tensor& a) {
    return checkpoint(
        [](const Tensor& b) { return checkpoint([](const Tensor& c) { return c * c * c; }, b) * 2; }, a);
  };
  CHECK(gradcheck(nested, {x}, {.second_order = true}));
  // The same tensor twice.
  const auto product = [](const Tensor& a) {
    return checkpoint([](const Tensor& p, const Tensor& q) { return p * q * q; }, a, a);
  };
  CHECK(gradcheck(product, {x}, {.second_order = true}));
  const Tensor y = tensor({2}, variable);
  const Tensor first = grad(sum(nested(y)), y, {.create_graph = true});
  const Tensor second = grad(first, y, {.create_graph = true});
  CHECK(values(grad(second, y)) == Values{12});  // 2 c^3
}

TEST_CASE("the second call draws the same random numbers and leaves the generator alone", "[checkpoint]") {
  const Tensor x = ones({50}, variable);
  manual_seed(7);
  const Tensor y = checkpoint([](const Tensor& in) { return dropout(in, 0.5) * in; }, x);
  const Generator::State after = default_generator().state();
  randn({3});
  const Generator::State later = default_generator().state();
  CHECK(after != later);
  sum(y).backward();
  CHECK(default_generator().state() == later);
  for (std::size_t i = 0; i < 50; ++i) CHECK(values(x.grad())[i] == 2 * values(y)[i]);
}

TEST_CASE("a checkpoint keeps only its inputs", "[checkpoint]") {
  const Tensor x = ones({4}, variable);
  std::weak_ptr<int> kept;
  Tensor y;
  {
    const auto witness = std::make_shared<int>(1);
    kept = witness;
    y = checkpoint(
        [witness](const Tensor& in) {
          Tensor h = exp(in);
          h.register_hook([witness](const Tensor&) { return Tensor(); });
          return sum(exp(h));
        },
        x);
  }
  CHECK(kept.use_count() == 1);  // by the function, and not by the graph of its first call
  y.backward();
  CHECK(kept.expired());
}

TEST_CASE("nothing is kept where nothing is recorded", "[checkpoint]") {
  const auto f = [](const Tensor& x) { return x * 2; };
  CHECK_FALSE(checkpoint(f, tensor({1, 2})).requires_grad());
  const NoGrad guard;
  CHECK_FALSE(checkpoint(f, tensor({1, 2}, variable)).requires_grad());
}

TEST_CASE("a checkpoint refuses what would give a wrong gradient", "[checkpoint][error]") {
  Tensor w = tensor({2}, variable), x = tensor({3}, variable);
  const Tensor y = checkpoint([&](const Tensor& in) { return in * w; }, x);
  {
    const NoGrad guard;
    w.fill_(5);
  }
  CHECK_THROWS_WITH(sum(y).backward(),
                    Contains("checkpoint: a tensor that the function uses has been changed in "
                             "place since, by fill_ (checkpoint_test.cpp:"));
  const Tensor z = checkpoint([](const Tensor& in) { return in * in; }, x);
  {
    const NoGrad guard;
    x.fill_(5);
  }
  CHECK_THROWS_AS(sum(z).backward(), GraphError);
  int calls = 0;
  const Tensor other = checkpoint(
      [&](const Tensor& in) {
        return ++calls == 1 ? in * 1 : cat({in, in}, 0);
      },
      x);
  CHECK_THROWS_WITH(sum(other).backward(), Contains("called again, the function gives another result: [2]"));
  CHECK_THROWS_WITH(checkpoint([](const Tensor& in) { return in; }, 3), Contains("the input is a number"));
}

}  // namespace gradus::checkpoint_test
