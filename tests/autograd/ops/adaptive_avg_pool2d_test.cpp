#include "support/catch.hpp"

#include <gradus/autograd/gradcheck.hpp>
#include <gradus/autograd/ops.hpp>

#include "support/fixtures.hpp"

namespace gradus::adaptive_avg_pool2d_test {
using Catch::Matchers::Contains;
using test::difference;

TEST_CASE("adaptive_avg_pool2d agrees with PyTorch", "[autograd][ops][pool]") {
  for (const test::Fixture& f : test::fixtures("nn_ops.json", "adaptive_avg_pool2d")) {
    CAPTURE(f.name);
    Tensor x = f.inputs["x"];
    x.requires_grad_();
    const Dims size = f.options.integers("output_size");
    const Tensor y = adaptive_avg_pool2d(x, {size[0], size[1]});
    CHECK(difference(y, f.outputs["y"]) < 1e-15);
    y.backward(f.cotangent);
    CHECK(difference(x.grad(), f.grads["x"]) < 1e-15);
  }
}

TEST_CASE("adaptive_avg_pool2d by hand", "[autograd][ops][pool]") {
  const Tensor x = reshape(arange(1, 6, 1, {.dtype = float64}), {1, 1, 5});
  // 5 columns to 3: [0, 2), [1, 4), [3, 5).
  CHECK(difference(adaptive_avg_pool2d(x, {1, 3}), tensor({{{1.5, 3, 4.5}}}, {.dtype = float64})) == 0);
  CHECK(difference(adaptive_avg_pool2d(x, 1), tensor({{{3}}}, {.dtype = float64})) == 0);
  CHECK(adaptive_avg_pool2d(x, {2, 10}).shape() == Shape{1, 2, 10});  // more windows than elements
}

TEST_CASE("Derivatives of adaptive_avg_pool2d", "[autograd][ops][pool][gradient]") {
  const Pair size = GENERATE(Pair(1), Pair(2, 3), Pair(5, 2));
  const auto pool = [&](Tensor x) { return adaptive_avg_pool2d(x * x, size); };
  const Tensor base = randn({2, 2, 4, 5}, {.dtype = float64});
  for (Tensor x : {base, transpose(base, 1, 3), select(base, 0, 0)}) {
    x = x.detach().requires_grad_();
    CHECK(gradcheck(pool, {x}));
    CHECK(gradgradcheck(pool, {x}));
  }
}

TEST_CASE("adaptive_avg_pool2d says what is wrong", "[autograd][ops][pool][error]") {
  CHECK_THROWS_WITH(
      adaptive_avg_pool2d(zeros({1, 4, 4}), {0, 2}),
      Contains("adaptive_avg_pool2d: an output size of [0, 2] was given; it must be at least 1"));
  CHECK_THROWS_WITH(adaptive_avg_pool2d(zeros({1, 0, 4}), 1), Contains("the input is [1, 0, 4]"));
  CHECK_THROWS_AS(adaptive_avg_pool2d(zeros({4, 4}), 1), ShapeError);
  CHECK_THROWS_AS(adaptive_avg_pool2d(zeros({1, 4, 4}, {.dtype = uint8}), 1), DTypeError);
}

}  // namespace gradus::adaptive_avg_pool2d_test
