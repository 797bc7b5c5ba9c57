#include <gradus/autograd/trace.hpp>

#include <gradus/autograd/ops.hpp>

#include "support/catch.hpp"

namespace gradus::trace_test {

namespace {

/// The names of the steps, plain ones in brackets.
std::string seen(const Trace& trace) {
  std::string text;
  for (const Trace::Step& step : trace.steps())
    text += (text.empty() ? "" : " ") +
            (step.is_plain ? "(" + std::string(step.node->op()) + ")" : std::string(step.node->op()));
  return text;
}

}  // namespace

TEST_CASE("a trace sees what is recorded, and comparisons, which are not", "[trace]") {
  const Tensor x = tensor({1, -2, 3}, {.requires_grad = true}), y = tensor({1, 2, 3});
  const Trace trace;
  const Tensor above = x > y;
  const Tensor mask = above | isnan(x);
  CHECK(seen(trace) == "(gt) (isnan) (|)");
  const int line = __LINE__ + 1;
  const Tensor chosen = where(mask, x, y);  // on the tape
  CHECK(chosen.requires_grad());
  const Tensor numbers = where(mask, y, 0).to(float64);
  const Tensor whole = x.to(int64);  // on the tape too, though its result is not
  CHECK(seen(trace) == "(gt) (isnan) (|) where (where) (to) to");

  const Trace::Step &gt = trace.steps()[0], &chose = trace.steps()[3];
  CHECK(gt.node->at.line == static_cast<std::uint32_t>(line - 4));
  CHECK(chose.node->at.line == static_cast<std::uint32_t>(line));
  REQUIRE(gt.inputs.size() == 2);
  CHECK(gt.inputs[0].impl() == x.impl());
  CHECK(trace.steps()[2].outputs[0].impl() == mask.impl());
  CHECK_FALSE(gt.node->is_leaf());
  CHECK_FALSE(numbers.requires_grad());
  CHECK(whole.dtype() == int64);
}

TEST_CASE("a trace sees nothing under NoGrad, within an op, or after its end", "[trace]") {
  const Tensor x = tensor({1, -2, 3}, {.requires_grad = true});
  {
    const Trace outer;
    {
      const Trace trace;
      {
        const NoGrad guard;
        where(x > 0, x, 0);
      }
      CHECK(seen(trace).empty());
      cummax(x, 0);  // whose forward compares
      median(x);
      CHECK(seen(trace).find('(') == std::string::npos);
    }
    CHECK(outer.steps().empty());
    CHECK((x > 0).dtype() == boolean);
    CHECK(seen(outer) == "(gt)");
  }
  CHECK((x < 0).dtype() == boolean);
}

}  // namespace gradus::trace_test
