// Reductions, softmax and cumsum against PyTorch's figures: values, and gradients where there are any.
#include <gradus/autograd/ops.hpp>

#include "support/catch.hpp"
#include "support/fixtures.hpp"

namespace gradus::reduction_fixtures_test {

namespace {

using test::Fixture;

Dims dims_of(const Fixture& c) { return c.options.integers("dim"); }
bool keepdim_of(const Fixture& c) { return c.options.flag("keepdim"); }
VarianceOptions variance_of(const Fixture& c) {
  return {.correction = c.options.flag("unbiased", true) ? 1 : 0, .keepdim = keepdim_of(c)};
}
std::int64_t dim_of(const Fixture& c) { return c.options.integer("dim", 0); }

struct Subject {
  std::string name;
  Tensor (*f)(const Fixture& c, const Tensor& x);
};

const std::vector<Subject> subjects{
    {"sum", [](const Fixture& c, const Tensor& x) { return sum(x, dims_of(c), keepdim_of(c)); }},
    {"mean", [](const Fixture& c, const Tensor& x) { return mean(x, dims_of(c), keepdim_of(c)); }},
    {"prod", [](const Fixture& c, const Tensor& x) { return prod(x, dims_of(c), keepdim_of(c)); }},
    {"amax", [](const Fixture& c, const Tensor& x) { return amax(x, dims_of(c), keepdim_of(c)); }},
    {"amin", [](const Fixture& c, const Tensor& x) { return amin(x, dims_of(c), keepdim_of(c)); }},
    {"var", [](const Fixture& c, const Tensor& x) { return var(x, dims_of(c), variance_of(c)); }},
    {"std", [](const Fixture& c, const Tensor& x) { return gradus::std(x, dims_of(c), variance_of(c)); }},
    {"logsumexp", [](const Fixture& c, const Tensor& x) { return logsumexp(x, dims_of(c), keepdim_of(c)); }},
    {"norm", [](const Fixture& c, const Tensor& x) { return norm(x, c.options.number("p", 2), dims_of(c)); }},
    {"softmax", [](const Fixture& c, const Tensor& x) { return softmax(x, dim_of(c)); }},
    {"log_softmax", [](const Fixture& c, const Tensor& x) { return log_softmax(x, dim_of(c)); }},
    {"cumsum", [](const Fixture& c, const Tensor& x) { return cumsum(x, dim_of(c)); }},
};

}  // namespace

TEST_CASE("reductions, softmax and cumsum agree with PyTorch", "[reduce][softmax][cumsum][pytorch]") {
  for (const Subject& subject : subjects)
    for (const Fixture& c : test::fixtures("ops.json", subject.name)) {
      CAPTURE(c.name);
      Tensor x = c.inputs["x"];
      x.requires_grad_();
      const Tensor y = subject.f(c, x);
      CHECK(test::difference(y, c.outputs["y"]) < 1e-12);
      REQUIRE(c.cotangent.defined());
      y.backward(c.cotangent);
      CHECK(test::difference(x.grad(), c.grads["x"]) < 1e-12);
    }
}

TEST_CASE("max and min along a dimension agree with PyTorch", "[extrema][pytorch]") {
  for (const bool largest : {true, false})
    for (const Fixture& c : test::fixtures("ops.json", largest ? "max" : "min")) {
      CAPTURE(c.name);
      Tensor x = c.inputs["x"];
      x.requires_grad_();
      const auto [values, indices] = largest ? max(x, dim_of(c)) : min(x, dim_of(c));
      CHECK(test::difference(values, c.outputs["values"]) == 0);
      CHECK(test::difference(indices, c.outputs["indices"]) == 0);
      values.backward(c.cotangent);
      CHECK(test::difference(x.grad(), c.grads["x"]) == 0);
    }
}

TEST_CASE("argmax and argmin agree with PyTorch", "[extrema][pytorch]") {
  for (const Fixture& c : test::fixtures("ops.json", "argmax"))
    CHECK(test::difference(argmax(c.inputs["x"], dim_of(c)), c.outputs["y"]) == 0);
  for (const Fixture& c : test::fixtures("ops.json", "argmin"))
    CHECK(test::difference(argmin(c.inputs["x"], dim_of(c)), c.outputs["y"]) == 0);
}

}  // namespace gradus::reduction_fixtures_test
