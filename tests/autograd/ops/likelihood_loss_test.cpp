#include <gradus/autograd/ops/likelihood_loss.hpp>

#include <numbers>

#include <gradus/autograd/backward.hpp>
#include <gradus/autograd/ops.hpp>

#include "support/catch.hpp"
#include "support/pytorch.hpp"

namespace gradus::likelihood_loss_test {
using namespace test;
using Catch::Matchers::Contains;

TEST_CASE("poisson_nll_loss agrees with PyTorch and central differences", "[loss]") {
  CHECK(disagreement("more_losses.json", "poisson_nll_loss", [](In in, Options o) {
          return poisson_nll_loss(in["input"], in["target"],
                                  {.log_input = o.flag("log_input", true),
                                   .full = o.flag("full"),
                                   .eps = o.number("eps", 1e-8),
                                   .reduction = reduction(o)});
        }) == "");
}

TEST_CASE("gaussian_nll_loss agrees with PyTorch and central differences", "[loss]") {
  CHECK(disagreement("more_losses.json", "gaussian_nll_loss", [](In in, Options o) {
          return gaussian_nll_loss(in["input"], in["target"], in["var"],
                                   {.full = o.flag("full"), .reduction = reduction(o)});
        }) == "");
}

TEST_CASE("likelihoods worked by hand", "[loss]") {
  const Tensor x = doubles({0, 2}), t = doubles({3, 1});
  const double e2 = std::exp(2.0);
  CHECK(difference(poisson_nll_loss(x, t, {.reduction = Reduction::none}), doubles({1, e2 - 2})) < 1e-15);
  // log(4!) by Stirling is 4 log 4 - 4 + log(8 pi) / 2; a target of 1 adds nothing.
  const double four = 4 * std::log(4.0) - 4 + std::log(8 * std::numbers::pi) / 2;
  CHECK(difference(
            poisson_nll_loss(doubles({0, 0}), doubles({4, 1}), {.full = true, .reduction = Reduction::sum}),
            tensor(2 + four, {.dtype = float64})) < 1e-14);
  const Tensor loss =
      gaussian_nll_loss(doubles({1, 1}), doubles({3, 1}), doubles({4, 1}), {.reduction = Reduction::none});
  CHECK(difference(loss, doubles({0.5 * (std::log(4.0) + 1), 0})) < 1e-15);
}

TEST_CASE("likelihoods at the edges", "[loss]") {
  // No NaN from the logarithm of a count of 0, and no gradient through a variance that was raised.
  Tensor zero = doubles({0, 5}).requires_grad_();
  poisson_nll_loss(doubles({0.5, 0.5}), zero, {.full = true}).backward();
  CHECK(std::isfinite(zero.grad().to_vector<double>()[0]));
  Tensor var = doubles({0, 1}).requires_grad_();
  gaussian_nll_loss(doubles({0, 0}), doubles({1, 3}), var, {.reduction = Reduction::sum}).backward();
  CHECK(difference(var.grad(), doubles({0, 0.5 * (1 - 9)})) < 1e-15);
  CHECK(poisson_nll_loss(zeros({0, 2}), zeros({0, 2}), {.reduction = Reduction::sum}).item<float>() == 0);
}

TEST_CASE("likelihoods say what is wrong", "[loss][error]") {
  const Tensor x = zeros({2, 3});
  CHECK_THROWS_WITH(
      poisson_nll_loss(x, zeros({2})),
      Contains("poisson_nll_loss: input is [2, 3] but target is [2]; they must have one shape ("));
  CHECK_THROWS_WITH(poisson_nll_loss(x, x, {.eps = -1}), Contains("eps is -1; it must not be negative"));
  CHECK_THROWS_WITH(
      gaussian_nll_loss(x, x, zeros({3})),
      Contains("gaussian_nll_loss: var is [3] but input is [2, 3]; needs [2, 3], [2, 1] or [2]"));
  CHECK_THROWS_WITH(gaussian_nll_loss(x, x, full({2}, -1)), Contains("var has an element below 0"));
  CHECK_THROWS_WITH(gaussian_nll_loss(x, x, ones({2}, {.dtype = float64})),
                    Contains("var is float64 but input is float32; use var.to(float32)"));
  CHECK_THROWS_WITH(gaussian_nll_loss(x, x, x, {.eps = 0}), Contains("eps is 0; it must be positive"));
}

}  // namespace gradus::likelihood_loss_test
