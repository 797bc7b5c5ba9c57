#include <gradus/autograd/ops.hpp>
#include <gradus/nn/nn.hpp>

#include "support/catch.hpp"

namespace gradus::loss_test {
using Catch::Matchers::Contains;

namespace {

double value(const Tensor& loss) { return loss.item<double>(); }
Tensor doubles(std::initializer_list<Nested> values) { return tensor(values, {.dtype = float64}); }

}  // namespace

TEST_CASE("a loss layer is the function with its settings", "[nn][loss]") {
  const Tensor scores = doubles({{0.2, -1.0, 0.5}, {1.5, 0.3, -0.7}}),
               classes = tensor({2, 0}, {.dtype = int64});
  const Tensor weight = doubles({1, 2, 3});
  CHECK(value(nn::NLLLoss{.weight = weight}(log_softmax(scores, 1), classes)) ==
        value(nll_loss(log_softmax(scores, 1), classes, {.weight = weight})));
  CHECK(value(nn::NLLLoss{.ignore_index = 0, .reduction = Reduction::sum}(scores, classes)) == -0.5);
  CHECK(value(nn::CrossEntropyLoss{.weight = weight, .label_smoothing = 0.1}(scores, classes)) ==
        value(cross_entropy(scores, classes, {.weight = weight, .label_smoothing = 0.1})));

  const Tensor p = doubles({0.25, 0.5}), y = doubles({1, 0}), w = doubles({2, 4});
  CHECK(value(nn::BCELoss{.weight = w, .reduction = Reduction::sum}(p, y)) ==
        value(bce_loss(p, y, {.weight = w, .reduction = Reduction::sum})));
  CHECK(value(nn::BCEWithLogitsLoss{.pos_weight = w}(p, y)) ==
        value(bce_with_logits(p, y, {.pos_weight = w})));
  CHECK(value(nn::KLDivLoss{.reduction = Reduction::batchmean, .log_target = true}(p, y)) ==
        value(kl_div(p, y, {.reduction = Reduction::batchmean, .log_target = true})));

  const Tensor a = doubles({0, 3}), b = doubles({1, 0});
  CHECK(value(nn::MSELoss{}(a, b)) == 5);
  CHECK(value(nn::MSELoss{.reduction = Reduction::sum}(a, b)) == 10);
  CHECK(value(nn::L1Loss{}(a, b)) == 2);
  CHECK(value(nn::SmoothL1Loss{.beta = 2}(a, b)) == (0.25 + 2) / 2);
  CHECK(value(nn::HuberLoss{.delta = 2}(a, b)) == (0.5 + 4) / 2);
}

TEST_CASE("class weights of a loss are buffers of the model that holds it", "[nn][loss]") {
  struct Model {
    nn::Linear fc{2, 3, {.bias = false}};
    nn::CrossEntropyLoss loss{.weight = ones({3})};
    nn::NLLLoss plain;
  };
  const Model model;
  CHECK(nn::parameters(model).size() == 1);
  const auto state = nn::state_dict(model);
  REQUIRE(state.size() == 2);
  CHECK(state[1].first == "loss.weight");
}

TEST_CASE("a loss layer reports the user's line", "[nn][loss][error]") {
  CHECK_THROWS_WITH(nn::MSELoss{}(zeros({2}), zeros({3})),
                    Contains("mse_loss: input is [2] but target is [3]") && Contains("(loss_test.cpp:"));
}

TEST_CASE("losses over margins and likelihoods as layers pass on their settings", "[nn][loss]") {
  const Tensor a = doubles({{0.5, -1.5}, {2, 0.25}}), b = doubles({{1, 2}, {-0.5, 0.75}}),
               c = doubles({{3, 1}, {0, 1}});
  const Tensor signs = doubles({{1, -1}, {-1, 1}}), row = doubles({1, -1}),
               classes = tensor({1, 0}, {.dtype = int64});
  const auto same = [](const Tensor& x, const Tensor& y) { return equal(x, y); };
  CHECK(same(nn::PoissonNLLLoss{.log_input = false, .full = true, .eps = 0.1}(b + 1, c),
             poisson_nll_loss(b + 1, c, {.log_input = false, .full = true, .eps = 0.1})));
  CHECK(same(nn::GaussianNLLLoss{.full = true, .eps = 0.8}(a, b, c),
             gaussian_nll_loss(a, b, c, {.full = true, .eps = 0.8})));
  CHECK(same(nn::HingeEmbeddingLoss{.margin = 2}(a, signs), hinge_embedding_loss(a, signs, {.margin = 2})));
  CHECK(same(nn::SoftMarginLoss{Reduction::sum}(a, signs),
             soft_margin_loss(a, signs, {.reduction = Reduction::sum})));
  CHECK(
      same(nn::MarginRankingLoss{.margin = 2}(a, b, signs), margin_ranking_loss(a, b, signs, {.margin = 2})));
  CHECK(same(nn::CosineEmbeddingLoss{.margin = -0.5}(a, b, row),
             cosine_embedding_loss(a, b, row, {.margin = -0.5})));
  CHECK(same(nn::TripletMarginLoss{.margin = 3, .p = 3, .eps = 0.1, .swap = true}(a, b, c),
             triplet_margin_loss(a, b, c, {.margin = 3, .p = 3, .eps = 0.1, .swap = true})));
  const Tensor held = tensor({{1, -1}, {0, 1}}, {.dtype = int64});
  CHECK(same(nn::MultiLabelMarginLoss{Reduction::none}(a, held),
             multilabel_margin_loss(a, held, {.reduction = Reduction::none})));
  CHECK(same(nn::MultiMarginLoss{.p = 2, .margin = 3, .weight = row + 2}(a, classes),
             multi_margin_loss(a, classes, {.p = 2, .margin = 3, .weight = row + 2})));
  CHECK(same(nn::MultiLabelSoftMarginLoss{.weight = row + 2}(a, abs(signs)),
             multilabel_soft_margin_loss(a, abs(signs), {.weight = row + 2})));
  const Tensor p = log_softmax(reshape(a, {2, 1, 2}), 2), one = tensor({1}, {.dtype = int64});
  CHECK(same(nn::CTCLoss{.blank = 1, .reduction = Reduction::sum}(p, zeros({1, 1}, {.dtype = int64}),
                                                                  one + one, one),
             ctc_loss(p, zeros({1, 1}, {.dtype = int64}), one + one, one,
                      {.blank = 1, .reduction = Reduction::sum})));
}

}  // namespace gradus::loss_test
