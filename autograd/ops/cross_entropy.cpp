#include <gradus/autograd/ops/cross_entropy.hpp>

#include <gradus/autograd/ops/arithmetic.hpp>
#include <gradus/autograd/ops/class_targets.hpp>
#include <gradus/autograd/ops/nll_loss.hpp>
#include <gradus/autograd/ops/probabilities.hpp>
#include <gradus/autograd/ops/reduce.hpp>
#include <gradus/autograd/ops/softmax.hpp>
#include <gradus/autograd/ops/softmax_cross_entropy.hpp>
#include <gradus/autograd/ops/view.hpp>

namespace gradus {

namespace {

/// [classes] made to broadcast along dimension 1 of [n, classes, ..].
Tensor along_classes(const Tensor& weight, std::size_t rank) {
  Shape shape = Dims::filled(rank, 1);
  shape[1] = weight.numel();
  return reshape(weight, shape);
}

Tensor with_probabilities(const Tensor& log_probs, const Tensor& target, const CrossEntropyOptions& options) {
  const double smoothing = options.label_smoothing;
  Tensor p = target;
  if (smoothing > 0) p = p * (1 - smoothing) + smoothing / static_cast<double>(log_probs.size(1));
  if (options.weight.defined()) p = p * along_classes(options.weight.detach(), p.rank());
  const Tensor losses = -sum(p * log_probs, 1);
  if (options.reduction != Reduction::mean) return reduce_losses(losses, options.reduction);
  return sum(losses) / static_cast<double>(losses.numel());
}

Tensor with_classes(const Tensor& logits, const Tensor& target, const CrossEntropyOptions& options,
                    const SourceLocation& at) {
  const double smoothing = options.label_smoothing;
  if (smoothing == 0)
    return softmax_cross_entropy(logits, target,
                                 target_weights(target, options.weight, options.ignore_index, logits.dtype()),
                                 options.ignore_index, options.reduction, at);
  const Tensor log_probs = log_softmax(logits, 1);
  const Tensor sharp = nll_loss(
      log_probs, target,
      {.weight = options.weight, .ignore_index = options.ignore_index, .reduction = options.reduction}, at);
  const Tensor weight = options.weight.defined() ? options.weight.detach() : Tensor();
  const Tensor weighted = weight.defined() ? log_probs * along_classes(weight, log_probs.rank()) : log_probs;
  const Tensor taking_part = target_weights(target, {}, options.ignore_index, log_probs.dtype());
  Tensor smooth = -sum(weighted, 1) * taking_part;
  if (options.reduction == Reduction::mean)
    smooth = sum(smooth) / sum(target_weights(target, weight, options.ignore_index, log_probs.dtype()));
  else
    smooth = reduce_losses(smooth, options.reduction);
  return sharp * (1 - smoothing) + smooth * (smoothing / static_cast<double>(log_probs.size(1)));
}

}  // namespace

Tensor cross_entropy(const Tensor& logits, const Tensor& target, const CrossEntropyOptions& options,
                     SourceLocation at) {
  const OpScope scope("cross_entropy", at);
  require(options.label_smoothing >= 0 && options.label_smoothing <= 1,
          "label_smoothing is {}; it must lie in [0, 1]", options.label_smoothing);
  const bool probabilities = is_floating(target.dtype()) && target.rank() == logits.rank();
  if (logits.rank() == 1) {
    const Tensor losses = cross_entropy(unsqueeze(logits, 0), unsqueeze(target, 0), options, at);
    return options.reduction == Reduction::none ? squeeze(losses, 0) : losses;
  }
  if (!probabilities) {
    check_class_targets(logits, target, options.weight, options.ignore_index);
    return with_classes(logits, target, options, at);
  }
  require_same(logits, target);
  require_probabilities(target, "target");
  if (options.weight.defined())
    require<ShapeError>(options.weight.shape() == Shape(logits.size(1)),
                        "weight is {}; needs one element for each of the {} classes", options.weight.shape(),
                        logits.size(1));
  return with_probabilities(log_softmax(logits, 1), target, options);
}

}  // namespace gradus
