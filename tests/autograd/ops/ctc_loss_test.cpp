#include <gradus/autograd/ops/ctc_loss.hpp>

#include <limits>

#include <gradus/autograd/backward.hpp>
#include <gradus/autograd/gradcheck.hpp>
#include <gradus/autograd/ops/softmax.hpp>

#include "support/catch.hpp"
#include "support/pytorch.hpp"
#include "support/strided.hpp"

namespace gradus::ctc_loss_test {
using namespace test;
using Catch::Matchers::Contains;

namespace {

/// The loss by its definition: all paths of classes that collapse to the labels.
double by_enumeration(const Tensor& log_probs, const std::vector<std::int64_t>& labels) {
  const std::int64_t times = log_probs.size(0), classes = log_probs.size(1);
  const auto p = log_probs.detach().to_vector<double>();
  double total = 0;
  std::vector<std::int64_t> path(static_cast<std::size_t>(times), 0);
  for (;;) {
    std::vector<std::int64_t> collapsed;
    double log_p = 0;
    for (std::size_t t = 0; t < path.size(); ++t) {
      log_p += p[t * static_cast<std::size_t>(classes) + static_cast<std::size_t>(path[t])];
      if (path[t] != 0 && (t == 0 || path[t] != path[t - 1])) collapsed.push_back(path[t]);
    }
    if (collapsed == labels) total += std::exp(log_p);
    std::size_t t = 0;
    while (t < path.size() && ++path[t] == classes) path[t++] = 0;
    if (t == path.size()) return -std::log(total);
  }
}

Tensor length(std::int64_t n) { return tensor(static_cast<double>(n), {.dtype = int64}); }

}  // namespace

TEST_CASE("ctc_loss agrees with PyTorch and central differences", "[loss][ctc]") {
  CHECK(disagreement("more_losses.json", "ctc_loss",
                     [](In in, Options o) {
                       return ctc_loss(log_softmax(in["logits"], -1), in["targets"], in["input_lengths"],
                                       in["target_lengths"],
                                       {.blank = o.integer("blank", 0),
                                        .zero_infinity = o.flag("zero_infinity"),
                                        .reduction = reduction(o)});
                     },
                     {.second = false}) == "");
}

TEST_CASE("ctc_loss is the sum over all alignments", "[loss][ctc]") {
  const Tensor p = log_softmax(variable({5, 3}), 1).detach();
  for (const std::vector<std::int64_t>& labels :
       std::vector<std::vector<std::int64_t>>{{}, {1}, {2, 2}, {1, 2, 1}, {2, 1, 1, 2}}) {
    const auto n = static_cast<std::int64_t>(labels.size());
    const Tensor loss =
        ctc_loss(p, from_vector(labels, {n}), length(5), length(n), {.reduction = Reduction::sum});
    CHECK(std::abs(loss.item<double>() - by_enumeration(p, labels)) < 1e-12);
  }
}

TEST_CASE("the derivatives of ctc_loss are right, twice, without a log_softmax before it", "[loss][ctc]") {
  const Tensor targets = integers({{1, 1, 2}, {3, 2, 2}}), times = integers({4, 5}),
               counts = integers({2, 1});
  const auto check = [&](const Tensor& steps, const CTCLossOptions& options) {
    const auto loss = [&](const Tensor& p) { return ctc_loss(p, targets, steps, counts, options); };
    const Tensor x = reversed_layout(variable({5, 2, 4}));
    const auto first = gradcheck(loss, {x}), second = gradgradcheck(loss, {x});
    INFO(first << second);
    CHECK((first.ok() && second.ok()));
  };
  check(times, {.reduction = Reduction::none});
  check(times, {.reduction = Reduction::mean});
  // The first sequence is too short: its loss is 0, whatever the probabilities.
  check(integers({2, 5}), {.zero_infinity = true});
}

TEST_CASE("ctc_loss of sequences that are too short, or empty", "[loss][ctc]") {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  const Tensor p = log_softmax(variable({2, 3}), 1).detach();
  const auto loss = [&](const Tensor& labels, std::int64_t times) {
    return ctc_loss(p, labels, length(times), length(labels.numel()), {.reduction = Reduction::sum})
        .item<double>();
  };
  CHECK(loss(integers({1, 1}), 2) == infinity);
  CHECK(loss(integers({1, 2}), 2) < 10);
  CHECK(loss(integers({1}), 0) == infinity);
  CHECK(loss(zeros({0}, {.dtype = int64}), 0) == 0);
  CHECK(ctc_loss(zeros({3, 0, 4}), zeros({0, 2}, {.dtype = int64}), zeros({0}, {.dtype = int64}),
                 zeros({0}, {.dtype = int64}), {.reduction = Reduction::none})
            .shape() == Shape{0});
}

TEST_CASE("ctc_loss says what is wrong", "[loss][ctc][error]") {
  const Tensor p = zeros({4, 2, 3}), two = integers({2, 2});
  const auto with = [&](const Tensor& targets, const Tensor& times, const Tensor& counts) {
    return ctc_loss(p, targets, times, counts);
  };
  CHECK_THROWS_WITH(with(integers({{1, 0}, {1, 2}}), two, two),
                    Contains("ctc_loss: label 1 of sequence 0 is 0, which is the blank ("));
  CHECK_THROWS_WITH(with(integers({{1, 3}, {1, 2}}), two, two),
                    Contains("label 1 of sequence 0 is 3; it is not one of the 3 classes"));
  CHECK_THROWS_WITH(with(integers({{1, 1}, {1, 2}}), integers({2, 5}), two),
                    Contains("input_lengths[1] is 5; it must lie in [0, 4]"));
  CHECK_THROWS_WITH(with(integers({1, 1, 2}), two, two),
                    Contains("target_lengths add up to 4 but there are 3 labels"));
  CHECK_THROWS_WITH(with(integers({{1, 1}, {1, 2}}), integers({2}), two),
                    Contains("input_lengths is [1]; needs [2]"));
  CHECK_THROWS_WITH(with(zeros({2, 2}), two, two), Contains("targets is float32; needs int64"));
  CHECK_THROWS_AS(ctc_loss(p, two, two, two, {.blank = 3}), IndexError);
  CHECK_THROWS_WITH(ctc_loss(zeros({2}), two, two, two), Contains("log_probs is [2]; needs [t, n, classes]"));
}

}  // namespace gradus::ctc_loss_test
