// Losses, as functions and as layers.
#include "forms.hpp"

namespace {

using namespace gradus;

const std::vector<Reduction> reductions{Reduction::mean, Reduction::sum, Reduction::none};

std::string written(Reduction reduction) {
  return fmt::format("{{.reduction = Reduction::{}}}", name(reduction));
}

/// A loss of two tensors of one shape.
template <class F>
GradcheckCase regression(const char* name, F f, DrawOptions input = {}, DrawOptions target = {}) {
  return {name, [=](Draw& draw) {
            const Reduction r = draw.one_of(reductions);
            const Shape shape{draw.size(), draw.size()};
            draw.input("input", shape, input);
            draw.input("target", shape, target);
            return trial(draw, fmt::format("{}(input, target, {})", name, written(r)),
                         [=](const Inputs& in) { return f(in[0], in[1], r); });
          }};
}

/// A loss of scores and class numbers.
template <class F>
GradcheckCase classification(const char* name, F f, DrawOptions input = {}) {
  return {name, [=](Draw& draw) {
            const Reduction r = draw.one_of(reductions);
            const std::int64_t n = draw.size(), classes = draw.integer(1, 4);
            draw.input("input", {n, classes}, input);
            draw.indices("target", {n}, classes);
            return trial(draw, fmt::format("{}(input, target, {})", name, written(r)),
                         [=](const Inputs& in) { return f(in[0], in[1], r); });
          }};
}

const DrawOptions probabilities{.low = 0.05, .high = 0.95, .ties = false};
const DrawOptions labels{.low = 0.05, .high = 0.95, .ties = false, .requires_grad = false};

const GradcheckCases losses{{
    regression("mse_loss", [](auto& x, auto& y, Reduction r) { return mse_loss(x, y, {.reduction = r}); }),
    regression("l1_loss", [](auto& x, auto& y, Reduction r) { return l1_loss(x, y, {.reduction = r}); }),
    regression("smooth_l1_loss",
               [](auto& x, auto& y, Reduction r) { return smooth_l1_loss(x, y, {.reduction = r}); }),
    regression("huber_loss",
               [](auto& x, auto& y, Reduction r) { return huber_loss(x, y, {.reduction = r}); }),
    regression(
        "kl_div", [](auto& x, auto& y, Reduction r) { return kl_div(x, y, {.reduction = r}); },
        {.low = -3, .high = -0.1}, probabilities),
    regression(
        "bce_loss", [](auto& x, auto& y, Reduction r) { return bce_loss(x, y, {.reduction = r}); },
        probabilities, labels),
    regression(
        "bce_with_logits",
        [](auto& x, auto& y, Reduction r) { return bce_with_logits(x, y, {.reduction = r}); },
        {.low = -4, .high = 4}, labels),
    classification("nll_loss",
                   [](auto& x, auto& y, Reduction r) { return nll_loss(x, y, {.reduction = r}); }),
    classification("cross_entropy",
                   [](auto& x, auto& y, Reduction r) {
                     return cross_entropy(x, y, {.reduction = r, .label_smoothing = 0.1});
                   }),
}};

/// A loss layer of two tensors of one shape.
template <class L>
GradcheckCase layer(const char* name, DrawOptions input = {}, DrawOptions target = {}) {
  return {fmt::format("nn::{}", name), [=](Draw& draw) {
            const Shape shape{draw.size(), draw.size()};
            draw.input("input", shape, input);
            draw.input("target", shape, target);
            return trial(draw, fmt::format("nn::{}{{}}", name), L{});
          }};
}

/// A loss layer of scores and class numbers.
template <class L>
GradcheckCase class_layer(const char* name) {
  return {fmt::format("nn::{}", name), [=](Draw& draw) {
            const std::int64_t n = draw.size(), classes = draw.integer(1, 4);
            draw.input("input", {n, classes});
            draw.indices("target", {n}, classes);
            return trial(draw, fmt::format("nn::{}{{}}", name), L{});
          }};
}

const GradcheckCases layers{{
    layer<nn::MSELoss>("MSELoss"),
    layer<nn::L1Loss>("L1Loss"),
    layer<nn::SmoothL1Loss>("SmoothL1Loss"),
    layer<nn::HuberLoss>("HuberLoss"),
    layer<nn::KLDivLoss>("KLDivLoss", {.low = -3, .high = -0.1}, probabilities),
    layer<nn::BCELoss>("BCELoss", probabilities, labels),
    layer<nn::BCEWithLogitsLoss>("BCEWithLogitsLoss", {}, labels),
    class_layer<nn::NLLLoss>("NLLLoss"),
    class_layer<nn::CrossEntropyLoss>("CrossEntropyLoss"),
}};

/// -1 or 1 at random, as a target of margins.
Tensor signs(Draw& draw, const Shape& shape) {
  std::vector<double> values;
  for (std::int64_t i = 0; i < numel(shape); ++i) values.push_back(draw.flag() ? 1 : -1);
  return draw.given("target", from_vector(values, shape).to(draw.dtype()));
}

/// A loss of this many inputs [n, m] and a target of signs, [n, m] or, if `by_row`, [n]: its function and its
/// layer.
template <class L, class F>
std::vector<GradcheckCase> margin(const char* name, const char* layer, std::size_t inputs, bool by_row, F f,
                                  DrawOptions options = {}) {
  const auto draw_inputs = [=](Draw& draw) {
    const Shape shape{draw.size(), draw.integer(2, 4)};
    std::string names;
    for (std::size_t i = 0; i < inputs; ++i) {
      draw.input(fmt::format("x{}", i), shape, options);
      names += fmt::format("x{}, ", i);
    }
    signs(draw, by_row ? Shape{shape[0]} : shape);
    return names;
  };
  return {{name,
           [=](Draw& draw) {
             const Reduction r = draw.one_of(reductions);
             const std::string names = draw_inputs(draw);
             return trial(draw, fmt::format("{}({}target, {})", name, names, written(r)),
                          [=](const Inputs& in) { return f(in, r); });
           }},
          {layer, [=](Draw& draw) {  // as a function, for a model is checked in all its floating inputs
             const std::string names = draw_inputs(draw);
             return trial(draw, fmt::format("{}{{}}({}target)", layer, names), [](const Inputs& in) {
               if constexpr (std::invocable<L, Tensor, Tensor, Tensor>)
                 return L{}(in[0], in[1], in[2]);
               else
                 return L{}(in[0], in[1]);
             });
           }}};
}

const GradcheckCases hinges{margin<nn::HingeEmbeddingLoss>(
    "hinge_embedding_loss", "nn::HingeEmbeddingLoss", 1, false,
    [](auto& in, auto r) { return hinge_embedding_loss(in[0], in[1], {.reduction = r}); })};
const GradcheckCases soft_margins{margin<nn::SoftMarginLoss>(
    "soft_margin_loss", "nn::SoftMarginLoss", 1, false,
    [](auto& in, auto r) { return soft_margin_loss(in[0], in[1], {.reduction = r}); })};
const GradcheckCases rankings{margin<nn::MarginRankingLoss>(
    "margin_ranking_loss", "nn::MarginRankingLoss", 2, false,
    [](auto& in, auto r) { return margin_ranking_loss(in[0], in[1], in[2], {.reduction = r}); })};
const GradcheckCases cosines{margin<nn::CosineEmbeddingLoss>(
    "cosine_embedding_loss", "nn::CosineEmbeddingLoss", 2, true,
    [](auto& in, auto r) { return cosine_embedding_loss(in[0], in[1], in[2], {.reduction = r}); },
    {.low = 0.3, .high = 2})};

const DrawOptions positive{.low = 0.3, .high = 3};
const DrawOptions counts{.low = 0.5, .high = 3, .requires_grad = false};

const GradcheckCases likelihoods{{
    regression(
        "poisson_nll_loss",
        [](auto& x, auto& y, Reduction r) { return poisson_nll_loss(x, y, {.reduction = r}); }, {}, counts),
    layer<nn::PoissonNLLLoss>("PoissonNLLLoss", {}, counts),
    {"gaussian_nll_loss",
     [](Draw& draw) {
       const Reduction r = draw.one_of(reductions);
       const Shape shape{draw.size(), draw.size()};
       draw.input("input", shape);
       draw.input("target", shape);
       draw.input("var", shape, positive);
       return trial(
           draw, fmt::format("gaussian_nll_loss(input, target, var, {})", written(r)),
           [=](const Inputs& in) { return gaussian_nll_loss(in[0], in[1], in[2], {.reduction = r}); });
     }},
    {"nn::GaussianNLLLoss",
     [](Draw& draw) {
       const Shape shape{draw.size(), draw.size()};
       draw.input("input", shape);
       draw.input("target", shape);
       draw.input("var", shape, positive);
       return trial(draw, "nn::GaussianNLLLoss{}", nn::GaussianNLLLoss{});
     }},
}};

/// Three points a row: anchors apart from the others, so that no distance is 0.
void triplets(Draw& draw) {
  const Shape shape{draw.size(3), draw.integer(2, 3)};
  draw.input("anchor", shape, {.low = -2, .high = -0.2});
  draw.input("positive", shape, {.low = 0.2, .high = 2});
  draw.input("negative", shape, {.low = 0.2, .high = 2});
}

/// Scores of 4 classes, and rows of those that hold: one or two of them, then -1.
void several_classes(Draw& draw) {
  const std::int64_t n = draw.size();
  draw.input("input", {n, 4}, {.ties = false});
  std::vector<std::int64_t> all;
  for (std::int64_t i = 0; i < n; ++i) {
    const std::int64_t first = draw.integer(0, 3), second = draw.flag() ? (first + 1) % 4 : -1;
    all.insert(all.end(), {first, second, -1, -1});
  }
  draw.given("target", from_vector(all, {n, 4}));
}

const GradcheckCases classes{{
    classification("multi_margin_loss",
                   [](auto& x, auto& y, Reduction r) { return multi_margin_loss(x, y, {.reduction = r}); }),
    class_layer<nn::MultiMarginLoss>("MultiMarginLoss"),
    {"multilabel_margin_loss",
     [](Draw& draw) {
       const Reduction r = draw.one_of(reductions);
       several_classes(draw);
       return trial(draw, fmt::format("multilabel_margin_loss(input, target, {})", written(r)),
                    [=](const Inputs& in) { return multilabel_margin_loss(in[0], in[1], {.reduction = r}); });
     }},
    {"nn::MultiLabelMarginLoss",
     [](Draw& draw) {
       several_classes(draw);
       return trial(draw, "nn::MultiLabelMarginLoss{}", nn::MultiLabelMarginLoss{});
     }},
    regression(
        "multilabel_soft_margin_loss",
        [](auto& x, auto& y, Reduction r) { return multilabel_soft_margin_loss(x, y, {.reduction = r}); }, {},
        labels),
    layer<nn::MultiLabelSoftMarginLoss>("MultiLabelSoftMarginLoss", {}, labels),
    {"triplet_margin_loss",
     [](Draw& draw) {
       const Reduction r = draw.one_of(reductions);
       triplets(draw);
       return trial(
           draw, fmt::format("triplet_margin_loss(anchor, positive, negative, {})", written(r)),
           [=](const Inputs& in) { return triplet_margin_loss(in[0], in[1], in[2], {.reduction = r}); });
     }},
    {"nn::TripletMarginLoss",
     [](Draw& draw) {
       triplets(draw);
       return trial(draw, "nn::TripletMarginLoss{}", nn::TripletMarginLoss{});
     }},
}};

/// Sequences of `t` steps with labels of 1 to 3, long enough for them.
void ctc_inputs(Draw& draw) {
  const std::int64_t n = draw.size(2), labels_each = draw.integer(1, 2),
                     t = 2 * labels_each + draw.integer(1, 2);
  draw.input("scores", {t, n, 4});
  std::vector<std::int64_t> all;
  for (std::int64_t i = 0; i < n * labels_each; ++i) all.push_back(draw.integer(1, 3));
  draw.given("targets", from_vector(all, {n, labels_each}));
  draw.given("input_lengths", full({n}, static_cast<double>(t), {.dtype = int64}));
  draw.given("target_lengths", full({n}, static_cast<double>(labels_each), {.dtype = int64}));
}

const GradcheckCases alignments{{
    {"ctc_loss",
     [](Draw& draw) {
       const Reduction r = draw.one_of(reductions);
       ctc_inputs(draw);
       return trial(
           draw,
           fmt::format("ctc_loss(log_softmax(scores, 2), targets, input_lengths, target_lengths, {})",
                       written(r)),
           [=](const Inputs& in) {
             return ctc_loss(log_softmax(in[0], 2), in[1], in[2], in[3], {.reduction = r});
           });
     }},
    {"nn::CTCLoss",
     [](Draw& draw) {
       ctc_inputs(draw);
       return trial(draw, "nn::CTCLoss{}", nn::CTCLoss{});
     }},
}};

}  // namespace
