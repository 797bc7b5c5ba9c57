// Losses, as functions and as layers.
#include <gradus/gradus.hpp>
#include <gradus/nn/gradcheck/case.hpp>

namespace {

using namespace gradus;
using Inputs = std::vector<Tensor>;

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

}  // namespace
