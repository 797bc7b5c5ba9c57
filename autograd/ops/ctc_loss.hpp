#pragma once

#include <gradus/autograd/ops/loss.hpp>

namespace gradus {

struct CTCLossOptions {
  /// The class that stands for no label.
  std::int64_t blank = 0;
  /// Infinite losses, of sequences too short for their labels, and their gradients become 0.
  bool zero_infinity = false;
  Reduction reduction = Reduction::mean;
};

/// Connectionist temporal classification (Graves et al. 2006): -log of the probability of the labels, summed
/// over all alignments with the time steps. log_probs is [t, n, classes], or [t, classes] for one sequence,
/// and holds logarithms of probabilities (log_softmax). targets, int64, is [n, longest], of which the first
/// target_lengths[i] count, or all of them one behind the other, [sum of target_lengths]; none may be the
/// blank. Lengths are int64 [n], or [] for one sequence. `mean` divides each loss by its target's length
/// first.
///
/// The gradient is that with respect to log_probs as they are; PyTorch's has e^log_probs added, which
/// vanishes behind a log_softmax. It is NaN where the loss is infinite, unless zero_infinity. Throws
/// ShapeError, DTypeError, IndexError for a label that is no class, ValueError for one that is the blank or
/// lengths that do not fit.
Tensor ctc_loss(const Tensor& log_probs, const Tensor& targets, const Tensor& input_lengths,
                const Tensor& target_lengths, const CTCLossOptions& options = {},
                SourceLocation at = SourceLocation::current());

}  // namespace gradus
