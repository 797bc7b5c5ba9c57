// Powers in sequence, norms that are capped or made 1, bilinear forms, draws of classes: against PyTorch, by
// hand, errors.
#include <gradus/autograd/ops/powers.hpp>

#include <gradus/autograd/backward.hpp>
#include <gradus/autograd/gradcheck.hpp>
#include <gradus/autograd/ops.hpp>

#include <cmath>

#include "support/catch.hpp"
#include "support/pytorch.hpp"
#include "support/strided.hpp"

namespace gradus::powers_test {
using namespace test;
using Catch::Matchers::Contains;

namespace {

const char* const file = "factors.json";

}  // namespace

TEST_CASE("powers agree with PyTorch and central differences", "[power]") {
  CHECK(disagreement(file, "vander", [](In in, Options o) {
          return vander(in["x"], {.columns = o.integer("N", -1), .increasing = o.flag("increasing")});
        }) == "");
  CHECK(disagreement(file, "ldexp", [](In in, Options) { return ldexp(in["x"], in["exponent"]); }) == "");
}

TEST_CASE("norms to order agree with PyTorch and central differences", "[norm]") {
  CHECK(disagreement(file, "renorm", [](In in, Options o) {
          return renorm(in["x"], o.number("p", 2), o.integer("dim", 0), o.number("maxnorm", 1));
        }) == "");
  CHECK(disagreement(file, "normalize", [](In in, Options o) {
          return normalize(
              in["x"], {.p = o.number("p", 2), .dim = o.integer("dim", 1), .eps = o.number("eps", 1e-12)});
        }) == "");
}

TEST_CASE("bilinear agrees with PyTorch and central differences", "[bilinear]") {
  CHECK(disagreement(file, "bilinear", [](In in, Options) {
          return bilinear(in["input1"], in["input2"], in["weight"], in.find("bias"));
        }) == "");
}

TEST_CASE("powers by hand", "[power]") {
  CHECK(difference(logspace(-1, 2, 4, 10, {.dtype = float64}), doubles({0.1, 1, 10, 100})) < 1e-15);
  CHECK(logspace(0, 3, 4, 2, {.dtype = int64}).to_vector<std::int64_t>() ==
        std::vector<std::int64_t>{1, 2, 4, 8});
  CHECK(logspace(1, 5, 1).to_vector<float>() == std::vector<float>{10});
  CHECK(logspace(1, 5, 0, 10, {.requires_grad = true}).requires_grad());
  CHECK(equal(vander(integers({1, 2, 3})), integers({{1, 1, 1}, {4, 2, 1}, {9, 3, 1}})));
  CHECK(equal(vander(doubles({2, 3}), {.columns = 1}), doubles({{1}, {1}})));
  CHECK(vander(zeros({2, 3}), {.columns = 0}).shape() == Shape{2, 3, 0});
  CHECK(vander(zeros({0})).shape() == Shape{0, 0});
  CHECK(ldexp(doubles({0.75, -3}), integers({4, -1})).to_vector<double>() == std::vector<double>{12, -1.5});
  CHECK(ldexp(tensor(3), 2).item<float>() == 12);
  CHECK(ldexp(zeros({0, 2}), ones({2})).shape() == Shape{0, 2});
}

TEST_CASE("norms to order by hand", "[norm]") {
  // Rows of length 5 and 0.5, of which the first is too long; 1e-7 is added to its length.
  const Tensor capped = renorm(doubles({{3, 4}, {0.3, 0.4}}), 2, 0, 1);
  CHECK(difference(capped, doubles({{3 / (5 + 1e-7), 4 / (5 + 1e-7)}, {0.3, 0.4}})) < 1e-15);
  CHECK(renorm(zeros({2, 0}), 1, 0, 1).shape() == Shape{2, 0});
  CHECK(difference(normalize(doubles({{3, 4}, {0, 0}})), doubles({{0.6, 0.8}, {0, 0}})) < 1e-15);
  CHECK(difference(normalize(doubles({3, -1}), {.p = 1, .dim = 0}), doubles({0.75, -0.25})) < 1e-15);
  CHECK(normalize(zeros({0, 3})).shape() == Shape{0, 3});
  // At a vector of zeros the slope is that of x / eps.
  const Tensor x = zeros({1, 2}, {.dtype = float64, .requires_grad = true});
  normalize(x, {.eps = 0.5}).backward(ones({1, 2}, {.dtype = float64}));
  CHECK(difference(x.grad(), doubles({{2, 2}})) == 0);
}

TEST_CASE("bilinear by hand", "[bilinear]") {
  const Tensor weight = doubles({{{1, 2}, {3, 4}}});
  CHECK(bilinear(doubles({1, 10}), doubles({1, 100}), weight, doubles({0.5})).item<double>() ==
        1 + 200 + 30 + 4000 + 0.5);
  CHECK(bilinear(zeros({0, 3}), zeros({0, 2}), zeros({4, 3, 2})).shape() == Shape{0, 4});
  CHECK(bilinear(zeros({2, 0}), zeros({2, 3}), zeros({4, 0, 3})).to_vector<float>() ==
        std::vector<float>(8, 0));
}

TEST_CASE("gumbel_softmax draws classes with the probabilities of softmax", "[gumbel_softmax]") {
  Generator generator(3);
  const Tensor p = doubles({0.1, 0.2, 0.7}), logits = expand(log(p), {20000, 3});
  const Tensor soft = gumbel_softmax(logits, {.tau = 0.5}, &generator);
  CHECK(difference(sum(soft, 1), ones({20000}, {.dtype = float64})) < 1e-14);
  const Tensor drawn = gumbel_softmax(logits, {.hard = true}, &generator);
  CHECK(all((drawn == 0) | (drawn == 1)).item<bool>());
  CHECK(difference(sum(drawn, 1), ones({20000}, {.dtype = float64})) == 0);
  CHECK(difference(mean(drawn, 0), p) < 0.015);  // four standard deviations
  // The same seed draws the same, in any layout; a low temperature comes near to one-hot.
  const auto again = [&](const Tensor& x, double tau) {
    Generator fresh(9);
    return gumbel_softmax(x, {.tau = tau, .dim = 0}, &fresh);
  };
  const Tensor x = variable({4, 3}).detach();
  CHECK(equal(again(x, 1), again(reversed_layout(x), 1)));
  CHECK(difference(amax(again(x, 1e-3), 0), ones({3}, {.dtype = float64})) < 1e-6);
  CHECK(gumbel_softmax(zeros({0, 3})).shape() == Shape{0, 3});
  CHECK(gumbel_softmax(zeros({2, 3}), {.hard = true}).dtype() == float32);
}

TEST_CASE("gumbel_softmax has the derivatives of softmax, also where it is hard", "[gumbel_softmax]") {
  const auto draw = [](const Tensor& x, bool hard) {
    Generator fresh(5);
    return gumbel_softmax(x, {.tau = 0.7, .hard = hard}, &fresh);
  };
  const Tensor x = variable({3, 4});
  const auto soft = [&](const Tensor& in) { return draw(in, false); };
  CHECK(gradcheck(soft, {x}));
  CHECK(gradgradcheck(soft, {x}));
  const Tensor weight = variable({3, 4}, 2).detach();
  CHECK(equal(grad(sum(draw(x, true) * weight), x), grad(sum(draw(x, false) * weight), x)));
}

TEST_CASE("powers and norms say what is wrong", "[power][norm][error]") {
  CHECK_THROWS_WITH(logspace(0, 1, -1), Contains("logspace: a count of -1 was given"));
  CHECK_THROWS_WITH(vander(tensor(1)),
                    Contains("vander: given a 0-d tensor; needs [.., n] (powers_test.cpp:"));
  CHECK_THROWS_WITH(vander(zeros({2}), {.columns = -2}), Contains("columns = -2 was given"));
  CHECK_THROWS_AS(ldexp(arange(3), 1), DTypeError);
  CHECK_THROWS_WITH(renorm(zeros({3}), 2, 0, 1), Contains("renorm: input is [3]; needs two dimensions"));
  CHECK_THROWS_WITH(renorm(zeros({3, 2}), 0, 0, 1), Contains("p is 0; it must be above 0"));
  CHECK_THROWS_WITH(renorm(zeros({3, 2}), 2, 0, -1), Contains("maxnorm is -1; it must not be negative"));
  CHECK_THROWS_AS(renorm(zeros({3, 2}), 2, 2, 1), IndexError);
  CHECK_THROWS_AS(normalize(zeros({3})), IndexError);
  CHECK_THROWS_WITH(gumbel_softmax(zeros({2}), {.tau = 0}),
                    Contains("gumbel_softmax: tau is 0; it must be above 0"));
  CHECK_THROWS_AS(gumbel_softmax(zeros({2}), {.dim = 1}), IndexError);
  CHECK_THROWS_WITH(gumbel_softmax(arange(3)), Contains("logits is int64; needs float32 or float64"));
  CHECK_THROWS_WITH(
      bilinear(zeros({2, 3}), zeros({2, 2}), zeros({4, 3, 3})),
      Contains("bilinear: inputs are [2, 3] and [2, 2]; their last dimensions must be 3 and 3"));
  CHECK_THROWS_WITH(bilinear(zeros({2, 3}), zeros({1, 2}), zeros({4, 3, 2})),
                    Contains("all but the last dimension must agree"));
  CHECK_THROWS_WITH(bilinear(zeros({3}), zeros({2}), zeros({3, 2})), Contains("needs [out, in1, in2]"));
}

}  // namespace gradus::powers_test
