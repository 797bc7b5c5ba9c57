#include <gradus/autograd/ops/margin_loss.hpp>

#include <algorithm>
#include <limits>

#include <gradus/autograd/ops/activation.hpp>
#include <gradus/autograd/ops/arithmetic.hpp>
#include <gradus/autograd/ops/class_targets.hpp>
#include <gradus/autograd/ops/compare.hpp>
#include <gradus/autograd/ops/create.hpp>
#include <gradus/autograd/ops/distance.hpp>
#include <gradus/autograd/ops/index.hpp>
#include <gradus/autograd/ops/pointwise.hpp>
#include <gradus/autograd/ops/reduce.hpp>
#include <gradus/autograd/ops/view.hpp>
#include <gradus/autograd/ops/where.hpp>

namespace gradus {

namespace {

void require_signs(const Tensor& target, const Tensor& input) {
  require<DTypeError>(is_floating(input.dtype()), "input is {}; needs float32 or float64", input.dtype());
  require<DTypeError>(target.dtype() == input.dtype(), "target is {} but input is {}; use target.to({})",
                      target.dtype(), input.dtype(), input.dtype());
  require(all(abs(target.detach()) == 1).item<bool>(), "the target has an element that is neither -1 nor 1");
}

/// [x]_+ with slope 1 at 0.
Tensor hinge(const Tensor& x) { return clamp(x, 0); }

void require_pairs(const Tensor& a, const Tensor& b, const Tensor& target) {
  require<ShapeError>(a.shape() == b.shape() && (a.rank() == 1 || a.rank() == 2),
                      "the inputs are {} and {}; needs two of [n, d], or of [d]", a.shape(), b.shape());
  const Shape wanted = a.rank() == 2 ? Shape(a.size(0)) : Shape();
  require<ShapeError>(target.shape() == wanted, "the inputs are {} but target is {}; needs {}", a.shape(),
                      target.shape(), wanted);
}

/// The classes that hold in each row of target [n, classes].
struct Labels {
  Tensor classes;  ///< [n, most of them in a row]; 0 behind the last of a row
  Tensor count;    ///< [n, 1]
  Tensor absent;   ///< [n, classes], bool: those that do not hold
};
Labels labels_of(const Tensor& target) {
  const std::int64_t rows = target.size(0), width = target.size(1);
  const auto values = target.to_vector<std::int64_t>();
  std::vector<std::int64_t> counts;
  std::vector<bool> absent(values.size(), true);
  for (std::int64_t row = 0, j = 0; row < rows; ++row, j = 0) {
    for (; j < width; ++j) {
      const std::int64_t label = values[static_cast<std::size_t>(row * width + j)];
      if (label == -1) break;
      require<IndexError>(label >= 0 && label < width,
                          "target {} (element [{}, {}]) is not one of the {} classes 0 to {}", label, row, j,
                          width, width - 1);
      absent[static_cast<std::size_t>(row * width + label)] = false;
    }
    counts.push_back(j);
  }
  const std::int64_t most = counts.empty() ? 0 : *std::max_element(counts.begin(), counts.end());
  return {clamp(narrow(target, 1, 0, most), 0), from_vector(counts, {rows, 1}),
          from_vector(absent, {rows, width})};
}

}  // namespace

Tensor hinge_embedding_loss(const Tensor& input, const Tensor& target,
                            const HingeEmbeddingLossOptions& options, SourceLocation at) {
  const OpScope scope("hinge_embedding_loss", at);
  require_same(input, target);
  require_signs(target, input);
  return reduce_losses(where(target == 1, input, hinge(options.margin - input)), options.reduction);
}

Tensor soft_margin_loss(const Tensor& input, const Tensor& target, const SoftMarginLossOptions& options,
                        SourceLocation at) {
  const OpScope scope("soft_margin_loss", at);
  require_same(input, target);
  require_signs(target, input);
  return reduce_losses(-logsigmoid(target * input), options.reduction);
}

Tensor margin_ranking_loss(const Tensor& input1, const Tensor& input2, const Tensor& target,
                           const MarginRankingLossOptions& options, SourceLocation at) {
  const OpScope scope("margin_ranking_loss", at);
  require_signs(target, input1);
  return reduce_losses(hinge(options.margin - target * (input1 - input2)), options.reduction);
}

Tensor cosine_embedding_loss(const Tensor& input1, const Tensor& input2, const Tensor& target,
                             const CosineEmbeddingLossOptions& options, SourceLocation at) {
  const OpScope scope("cosine_embedding_loss", at);
  require_pairs(input1, input2, target);
  require_signs(target, input1);
  constexpr double floor = 1e-12;
  const Tensor lengths = (sum(square(input1), -1) + floor) * (sum(square(input2), -1) + floor);
  const Tensor cosine = sum(input1 * input2, -1) * rsqrt(lengths);
  return reduce_losses(where(target == 1, 1 - cosine, hinge(cosine - options.margin)), options.reduction);
}

Tensor triplet_margin_loss(const Tensor& anchor, const Tensor& positive, const Tensor& negative,
                           const TripletMarginLossOptions& options, SourceLocation at) {
  const OpScope scope("triplet_margin_loss", at);
  require<DTypeError>(is_floating(anchor.dtype()), "the anchor is {}; needs float32 or float64",
                      anchor.dtype());
  require<ShapeError>(
      anchor.rank() >= 1 && anchor.shape() == positive.shape() && anchor.shape() == negative.shape(),
      "the anchor is {}, positive {} and negative {}; they must have one shape, [n, d]", anchor.shape(),
      positive.shape(), negative.shape());
  const PairwiseDistanceOptions how{.p = options.p, .eps = options.eps};
  const Tensor near = pairwise_distance(anchor, positive, how);
  Tensor far = pairwise_distance(anchor, negative, how);
  if (options.swap) far = minimum(far, pairwise_distance(positive, negative, how));
  return reduce_losses(hinge(options.margin + near - far), options.reduction);
}

Tensor multi_margin_loss(const Tensor& input, const Tensor& target, const MultiMarginLossOptions& options,
                         SourceLocation at) {
  const OpScope scope("multi_margin_loss", at);
  require(options.p == 1 || options.p == 2, "p is {}; needs 1 or 2", options.p);
  require<ShapeError>(input.rank() == 1 || input.rank() == 2, "input is {}; needs [n, classes] or [classes]",
                      input.shape());
  constexpr std::int64_t none_ignored = std::numeric_limits<std::int64_t>::min();
  check_class_targets(input, target, options.weight, none_ignored);
  const Tensor column = unsqueeze(target, -1);  // [n, 1]
  const Tensor excess = relu(options.margin - gather(input, -1, column) + input);
  const Tensor others = where(arange(input.size(-1)) == column, 0, options.p == 1 ? excess : square(excess));
  Tensor losses = mean(others, -1);
  if (options.weight.defined())
    losses = losses * target_weights(target, options.weight.detach(), none_ignored, input.dtype());
  return reduce_losses(losses, options.reduction);
}

Tensor multilabel_margin_loss(const Tensor& input, const Tensor& target,
                              const MultiLabelMarginLossOptions& options, SourceLocation at) {
  const OpScope scope("multilabel_margin_loss", at);
  require<DTypeError>(is_floating(input.dtype()), "input is {}; needs float32 or float64", input.dtype());
  require<DTypeError>(target.dtype() == int64, "target is {}; class numbers must be int64 (use to(int64))",
                      target.dtype());
  require<ShapeError>((input.rank() == 1 || input.rank() == 2) && input.shape() == target.shape(),
                      "input is {} and target {}; needs two of [n, classes], or of [classes]", input.shape(),
                      target.shape());
  if (input.rank() == 1)
    return squeeze(
        multilabel_margin_loss(unsqueeze(input, 0), unsqueeze(target, 0), {.reduction = Reduction::none}), 0);
  const Labels labels = labels_of(target.detach());
  const Tensor held = unsqueeze(gather(input, 1, labels.classes), 2);  // [n, labels, 1]
  const Tensor counts = unsqueeze(arange(labels.classes.size(1)) < labels.count, 2) &
                        unsqueeze(labels.absent, 1);  // [n, labels, classes]
  const Tensor excess = where(counts, relu(1 - held + unsqueeze(input, 1)), 0);
  return reduce_losses(sum(excess, {1, 2}) / static_cast<double>(input.size(1)), options.reduction);
}

Tensor multilabel_soft_margin_loss(const Tensor& input, const Tensor& target,
                                   const MultiLabelSoftMarginLossOptions& options, SourceLocation at) {
  const OpScope scope("multilabel_soft_margin_loss", at);
  require_same(input, target);
  require<ShapeError>(input.rank() >= 1, "input is {}; needs [.., classes]", input.shape());
  Tensor losses = (1 - target) * input - logsigmoid(input);
  if (options.weight.defined()) {
    require<ShapeError>(options.weight.shape() == Shape(input.size(-1)),
                        "weight is {}; needs one element for each of the {} classes", options.weight.shape(),
                        input.size(-1));
    losses = losses * options.weight;
  }
  return reduce_losses(mean(losses, -1), options.reduction);
}

}  // namespace gradus
