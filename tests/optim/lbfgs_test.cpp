#include <gradus/optim/lbfgs.hpp>

#include "optim/trajectory.hpp"

namespace gradus::lbfgs_test {
using namespace test;
using optim::LBFGS;
using optim::LineSearch;

namespace {

Tensor rosenbrock(const Tensor& w) {
  const Tensor x = select(w, 0, 0), y = select(w, 0, 1);
  return square(1 - x) + 10 * square(y - square(x));
}

Tensor logistic(const Tensor& w, const Fixture& f) {
  return mean(softplus(-f.inputs["y"] * matmul(f.inputs["x"], w))) + 0.05 * sum(w * w);
}

template <class Loss>
auto closure(LBFGS& lbfgs, Loss loss) {
  return [&lbfgs, loss] {
    lbfgs.zero_grad();
    const Tensor value = loss();
    value.backward();
    return value;
  };
}

Tensor start() { return leaf(tensor({-1.2, 1}, {.dtype = float64})); }

}  // namespace

TEST_CASE("LBFGS takes the same ten steps as PyTorch", "[optim][lbfgs][fixtures]") {
  for (const Fixture& f : fixtures("more_optim.json", "lbfgs")) {
    CAPTURE(f.name);
    const optim::LBFGSOptions options{.lr = f.options.number("lr", 1),
                                      .max_iter = f.options.integer("max_iter", 20),
                                      .history_size = f.options.integer("history_size", 100),
                                      .line_search_fn = f.options.text("line_search_fn", "") == "strong_wolfe"
                                                            ? LineSearch::strong_wolfe
                                                            : LineSearch::none};
    const Tensor w = leaf(f.inputs["w"]);
    LBFGS lbfgs({w}, options);
    for (std::int64_t step = 0; step < 10; ++step) {
      CAPTURE(step);
      const double loss =
          lbfgs.step(closure(lbfgs, [&] { return f.inputs.has("x") ? logistic(w, f) : rosenbrock(w); }));
      CHECK(std::abs(loss - select(f.outputs["loss"], 0, step).item<double>()) < 1e-9 * std::max(1.0, loss));
      CHECK(difference(w.detach(), select(f.outputs["w"], 0, step)) < 1e-9);
    }
  }
}

TEST_CASE("LBFGS finds the minimum of a quadratic in as many iterations as dimensions, or so",
          "[optim][lbfgs]") {
  // Several parameters, one of which gets no gradient.
  Tensor a = leaf(tensor({3, -2}, {.dtype = float64})), b = leaf(tensor({{1}}, {.dtype = float64})),
         c = leaf(tensor({7}, {.dtype = float64}));
  LBFGS lbfgs({a, b, c}, {.line_search_fn = LineSearch::strong_wolfe});
  const double before = lbfgs.step(closure(lbfgs, [&] {
    return sum(square(a - 1) * tensor({1, 10}, {.dtype = float64})) + 3 * sum(square(b + 2));
  }));
  CHECK(before == 4 + 90 + 27);
  CHECK(difference(a.detach(), tensor({1, 1}, {.dtype = float64})) < 1e-6);
  CHECK(std::abs(b.item<double>() + 2) < 1e-6);
  CHECK(c.item<double>() == 7);
  CHECK(lbfgs.state_dict().numbers.at("iterations") < 12);
}

TEST_CASE("LBFGS stops where there is nothing to gain", "[optim][lbfgs]") {
  Tensor w = leaf(tensor({1, 1}, {.dtype = float64}));
  LBFGS lbfgs({w});
  int evaluations = 0;
  CHECK(lbfgs.step([&] {
    ++evaluations;
    return closure(lbfgs, [&] { return rosenbrock(w); })();
  }) == 0);
  CHECK(evaluations == 1);
  CHECK(w.to_vector<double>() == std::vector<double>{1, 1});
}

TEST_CASE("LBFGS continues from its state", "[optim][lbfgs]") {
  const Tensor a = start(), b = start();
  const optim::LBFGSOptions options{.max_iter = 3, .line_search_fn = LineSearch::strong_wolfe};
  LBFGS first({a}, options), second({b}, options);
  first.step(closure(first, [&] { return rosenbrock(a); }));
  b.detach().copy_(a.detach());
  second.load_state_dict(first.state_dict());
  for (int i = 0; i < 3; ++i) {
    first.step(closure(first, [&] { return rosenbrock(a); }));
    second.step(closure(second, [&] { return rosenbrock(b); }));
  }
  CHECK(difference(a.detach(), b.detach()) == 0);
  optim::State damaged = first.state_dict();
  damaged.tensors.erase("direction");
  CHECK(text_of<ValueError>([&] { second.load_state_dict(damaged); }) ==
        "LBFGS: the state does not fit; missing: direction");
}

TEST_CASE("what LBFGS evaluates notes its own lines", "[optim][lbfgs]") {
  Tensor w = start();
  LBFGS lbfgs({w}, {.max_iter = 1});
  std::uint32_t noted = 0, here = 0;
  lbfgs.step(closure(lbfgs, [&] {
    here = SourceLocation::current().line + 1;
    const Tensor loss = sum(square(w));
    noted = loss.impl()->node->at.line;
    return loss;
  }));
  CHECK(noted == here);
}

TEST_CASE("LBFGS says what is wrong", "[optim][lbfgs][error]") {
  LBFGS lbfgs({start()});
  optim::Optimizer& any = lbfgs;
  CHECK(text_of<ValueError>([&] { any.step(); }) ==
        "LBFGS: it evaluates the loss several times; call step([&] { zero_grad; loss; backward; return loss; "
        "})");
  CHECK(any.momentum() == nullptr);
  CHECK_THROWS_AS(any.lr(1), IndexError);
  CHECK(text_of<DTypeError>([] {
          LBFGS mixed({leaf(ones({2})), start()});
        }) == "LBFGS: parameter 0 is float32 but parameter 1 is float64; all must have one dtype");
  CHECK(text_of<ValueError>([] { LBFGS none({start()}, {.max_iter = 0}); }) ==
        "LBFGS: max_iter is 0; it must be at least 1");
}

}  // namespace gradus::lbfgs_test
