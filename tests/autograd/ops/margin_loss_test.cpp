#include <gradus/autograd/ops/margin_loss.hpp>

#include <gradus/autograd/backward.hpp>
#include <gradus/autograd/ops.hpp>

#include "support/catch.hpp"
#include "support/pytorch.hpp"

namespace gradus::margin_loss_test {
using namespace test;
using Catch::Matchers::Contains;

namespace {

constexpr const char* file = "more_losses.json";
constexpr Reduction none = Reduction::none;

}  // namespace

TEST_CASE("losses over targets of -1 and 1 agree with PyTorch and central differences", "[loss]") {
  CHECK(disagreement(file, "hinge_embedding_loss", [](In in, Options o) {
          return hinge_embedding_loss(in["input"], in["target"],
                                      {.margin = o.number("margin", 1), .reduction = reduction(o)});
        }) == "");
  CHECK(disagreement(file, "soft_margin_loss", [](In in, Options o) {
          return soft_margin_loss(in["input"], in["target"], {.reduction = reduction(o)});
        }) == "");
  CHECK(disagreement(file, "margin_ranking_loss", [](In in, Options o) {
          return margin_ranking_loss(in["input1"], in["input2"], in["target"],
                                     {.margin = o.number("margin", 0), .reduction = reduction(o)});
        }) == "");
  CHECK(disagreement(file, "cosine_embedding_loss", [](In in, Options o) {
          return cosine_embedding_loss(in["input1"], in["input2"], in["target"],
                                       {.margin = o.number("margin", 0), .reduction = reduction(o)});
        }) == "");
}

TEST_CASE("losses over triplets and classes agree with PyTorch and central differences", "[loss]") {
  CHECK(disagreement(file, "triplet_margin_loss", [](In in, Options o) {
          return triplet_margin_loss(in["anchor"], in["positive"], in["negative"],
                                     {.margin = o.number("margin", 1),
                                      .p = o.number("p", 2),
                                      .eps = o.number("eps", 1e-6),
                                      .swap = o.flag("swap"),
                                      .reduction = reduction(o)});
        }) == "");
  CHECK(disagreement(file, "multi_margin_loss", [](In in, Options o) {
          return multi_margin_loss(in["input"], in["target"],
                                   {.p = o.integer("p", 1),
                                    .margin = o.number("margin", 1),
                                    .weight = in.find("weight"),
                                    .reduction = reduction(o)});
        }) == "");
  CHECK(disagreement(file, "multilabel_margin_loss", [](In in, Options o) {
          return multilabel_margin_loss(in["input"], in["target"], {.reduction = reduction(o)});
        }) == "");
  CHECK(disagreement(file, "multilabel_soft_margin_loss", [](In in, Options o) {
          return multilabel_soft_margin_loss(in["input"], in["target"],
                                             {.weight = in.find("weight"), .reduction = reduction(o)});
        }) == "");
}

TEST_CASE("margins worked by hand", "[loss]") {
  CHECK(difference(hinge_embedding_loss(doubles({0.25, 0.25, 2}), doubles({1, -1, -1}), {.reduction = none}),
                   doubles({0.25, 0.75, 0})) == 0);
  CHECK(difference(margin_ranking_loss(doubles({3, 3}), doubles({1, 1}), doubles({1, -1}),
                                       {.margin = 0.5, .reduction = none}),
                   doubles({0, 2.5})) == 0);
  CHECK(difference(cosine_embedding_loss(doubles({{3, 4}, {3, 4}}), doubles({{4, 3}, {4, 3}}),
                                         doubles({1, -1}), {.margin = 0.5, .reduction = none}),
                   doubles({0.04, 0.46})) < 1e-12);
  CHECK(difference(triplet_margin_loss(doubles({{0, 0}}), doubles({{3, 4}}), doubles({{6, 8}}),
                                       {.margin = 6, .eps = 0, .reduction = none}),
                   doubles({1})) < 1e-15);
  CHECK(difference(triplet_margin_loss(doubles({{0, 0}}), doubles({{3, 4}}), doubles({{6, 7}}),
                                       {.margin = 1, .eps = 0, .swap = true, .reduction = none}),
                   doubles({1 + 5 - std::sqrt(18.0)})) < 1e-15);
  // Classes 1 and 2 come within the margin of class 0: by 0.5 and by 1.5.
  const Tensor scores = doubles({{1, 0.5, 1.5, -2}});
  CHECK(multi_margin_loss(scores, integers({0})).item<double>() == (0.5 + 1.5) / 4);
  CHECK(multi_margin_loss(scores, integers({0}), {.p = 2}).item<double>() == (0.25 + 2.25) / 4);
  CHECK(difference(multilabel_soft_margin_loss(doubles({{0, 0}}), doubles({{1, 0}})),
                   tensor(std::log(2.0), {.dtype = float64})) < 1e-15);
  // Class 2 holds, and what stands behind -1 does not count: 1 - (1.5 - 1) and nothing for 0.5 and -2.
  CHECK(multilabel_margin_loss(scores, integers({{2, -1, 0, 1}})).item<double>() == 0.5 / 4);
  CHECK(multilabel_margin_loss(scores, integers({{-1, 0, 1, 2}})).item<double>() == 0);
  CHECK(multilabel_margin_loss(zeros({0, 3}), zeros({0, 3}, {.dtype = int64}), {.reduction = none}).shape() ==
        Shape{0});
  CHECK(soft_margin_loss(doubles({-1000}), doubles({1})).item<double>() == 1000);
}

TEST_CASE("conventions at the hinges", "[loss]") {
  const auto slope = [](auto&& loss, double at) {
    Tensor x = doubles({at}).requires_grad_();
    loss(x).backward();
    return x.grad().item<double>();
  };
  CHECK(slope([](const Tensor& x) { return hinge_embedding_loss(x, doubles({-1})); }, 1) == -1);
  CHECK(slope([](const Tensor& x) { return margin_ranking_loss(x, doubles({2}), doubles({1})); }, 2) == -1);
  CHECK(slope(
            [](const Tensor& x) {
              return sum(multi_margin_loss(cat({x, doubles({0})}), tensor(0, {.dtype = int64})));
            },
            1) == 0);
}

TEST_CASE("margin losses say what is wrong", "[loss][error]") {
  const Tensor x = zeros({2, 3});
  CHECK_THROWS_WITH(hinge_embedding_loss(x, x),
                    Contains("hinge_embedding_loss: the target has an element that is neither -1 nor 1 ("));
  CHECK_THROWS_WITH(soft_margin_loss(x, full({2, 3}, 0.5)), Contains("neither -1 nor 1"));
  CHECK_THROWS_WITH(margin_ranking_loss(x, x, ones({2, 3}, {.dtype = int64})),
                    Contains("target is int64 but input is float32; use target.to(float32)"));
  CHECK_THROWS_WITH(cosine_embedding_loss(x, x, ones({3})),
                    Contains("the inputs are [2, 3] but target is [3]; needs [2]"));
  CHECK_THROWS_WITH(cosine_embedding_loss(x, zeros({3}), ones({2})),
                    Contains("the inputs are [2, 3] and [3]"));
  CHECK_THROWS_WITH(triplet_margin_loss(x, x, zeros({2, 4})),
                    Contains("the anchor is [2, 3], positive [2, 3] and negative [2, 4]"));
  CHECK_THROWS_WITH(multi_margin_loss(x, integers({0, 3})),
                    Contains("multi_margin_loss: target 3 (element 1)"));
  CHECK_THROWS_AS(multi_margin_loss(x, integers({0, -1})), IndexError);
  CHECK_THROWS_WITH(multi_margin_loss(x, integers({0, 1}), {.p = 3}), Contains("p is 3; needs 1 or 2"));
  CHECK_THROWS_WITH(multilabel_margin_loss(x, integers({{0, 1, 2}, {0, 3, -1}})),
                    Contains("target 3 (element [1, 1]) is not one of the 3 classes 0 to 2"));
  CHECK_THROWS_WITH(multilabel_margin_loss(x, integers({0, 1})), Contains("input is [2, 3] and target [2]"));
  CHECK_THROWS_AS(multilabel_margin_loss(x, x), DTypeError);
  CHECK_THROWS_WITH(multilabel_soft_margin_loss(x, x, {.weight = ones({2})}),
                    Contains("weight is [2]; needs one element for each of the 3 classes"));
}

}  // namespace gradus::margin_loss_test
