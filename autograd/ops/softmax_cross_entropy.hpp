#pragma once

#include <gradus/autograd/ops/loss.hpp>

/// For writers of losses over classes.
namespace gradus {

/// The losses -log softmax(logits)[target] of logits [n, classes, ..] with class numbers
/// [n, ..], times `factors` of the target's shape and dtype of the logits, which are 0 where the target is
/// `ignore_index`. The mean divides by the sum of the factors. One op, with one exponential an element.
Tensor softmax_cross_entropy(const Tensor& logits, const Tensor& target, const Tensor& factors,
                             std::int64_t ignore_index, Reduction reduction, const SourceLocation& at);

}  // namespace gradus
