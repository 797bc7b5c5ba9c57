#include <gradus/autograd/anomaly.hpp>

#include <gradus/autograd/backward.hpp>
#include <gradus/autograd/ops.hpp>
#include <gradus/autograd/tape.hpp>

#include <limits>

#include "support/catch.hpp"

namespace gradus::anomaly_test {

namespace {

using Catch::Matchers::Contains;
constexpr TensorOptions variable{.requires_grad = true};
constexpr double infinity = std::numeric_limits<double>::infinity();

Tensor named(Tensor x, const char* name) {
  x.set_name(name);
  return x;
}

}  // namespace

TEST_CASE("the first op whose result is not finite is named, with its line and its inputs", "[anomaly]") {
  const Tensor w = named(tensor({{1, -2}, {3, 0}}, variable), "fc.weight");
  const DetectAnomaly guard;
  CHECK_THROWS_WITH(
      sum(log(w) * 2),
      Contains(
          "log: the result [2, 2] is not finite: 1 of 4 nan, 1 of 4 infinite, the rest from 0 to 1.099, the "
          "first at [0, 1]. It was made of fc.weight [2, 2], from -2 to 3 (anomaly_test.cpp:"));
  const Tensor bad = named(tensor({1, infinity}), "x");
  CHECK_THROWS_WITH(bad * tensor({1, 2}, variable),
                    Contains("mul: the result [2]") &&
                        Contains("x [2], 1 of 2 infinite, the rest from 1 to 1") &&
                        Contains("an input was not finite already"));
  CHECK_NOTHROW(sum(exp(w)).backward());
}

TEST_CASE("the first op whose derivative is not finite is named", "[anomaly]") {
  const Tensor w = named(tensor({4, 0}, variable), "scale");
  const Tensor y = sum(sqrt(w) * 3);
  const DetectAnomaly guard;
  CHECK_THROWS_WITH(y.backward(),
                    Contains("sqrt: the gradient [2] for scale is not finite: 1 of 2 infinite, the rest "
                             "from 0.75 to 0.75, the first at [1]; the gradient that came in [2], from "
                             "3 to 3; output 0 [2], from 0 to 2 (anomaly_test.cpp:"));
  CHECK_FALSE(w.grad().defined());
  // Of the result of an op: which, and where that was.
  const Tensor z = sqrt(w * 0);
  CHECK_THROWS_WITH(sum(z).backward(), Contains("for input 0, made by mul (anomaly_test.cpp:"));
}

TEST_CASE("what is finite, not recorded, or looked at by no one passes", "[anomaly]") {
  const Tensor w = tensor({4, 0}, variable);
  CHECK_NOTHROW(sum(sqrt(w)).backward());
  {
    const DetectAnomaly guard;
    CHECK(DetectAnomaly::is_on());
    CHECK_NOTHROW(log(tensor({0, 1})));
    const NoGrad unrecorded;
    CHECK_NOTHROW(log(w));
  }
  CHECK_FALSE(DetectAnomaly::is_on());
  CHECK_NOTHROW(log(w));
}

TEST_CASE("infinity may be allowed", "[anomaly]") {
  const Tensor w = tensor({4, 0}, variable);
  const DetectAnomaly outer;
  {
    const DetectAnomaly guard({.infinite = false});
    CHECK_NOTHROW(softmax(masked_fill(w, w.detach() == 0, -infinity), 0));
    CHECK_NOTHROW(sum(log(w)).backward());
    CHECK_THROWS_AS(log(w - 1), AnomalyError);
  }
  CHECK_THROWS_AS(log(w), AnomalyError);
}

}  // namespace gradus::anomaly_test
