#pragma once

#include <gradus/autograd/ops/loss.hpp>

namespace gradus {

struct BCELossOptions {
  /// A factor for each element, broadcast to the input; ones when undefined.
  Tensor weight = {};
  Reduction reduction = Reduction::mean;
};

/// Binary cross-entropy -(y log a + (1 - y) log(1 - a)) of probabilities a against targets y, both in [0, 1]
/// and of one shape. Its gradient is (a - y) / (a (1 - a)), so that behind a sigmoid (a - y) remains. The
/// logarithms are cut at -100 and the denominator at 1e-12, as in PyTorch, so that a = 0 and a = 1 stay
/// finite. Throws ValueError for a value outside [0, 1], ShapeError, DTypeError.
Tensor bce_loss(const Tensor& input, const Tensor& target, const BCELossOptions& options = {},
                SourceLocation at = SourceLocation::current());

struct BCEWithLogitsOptions {
  /// A factor for each element, broadcast to the input; ones when undefined.
  Tensor weight = {};
  Reduction reduction = Reduction::mean;
  /// A factor for the positive part y log a, broadcast to the input; ones when undefined.
  Tensor pos_weight = {};
};

/// bce_loss(sigmoid(input), target) in a form that neither overflows nor cancels:
/// (1 - y) x - (1 + (pos_weight - 1) y) log sigmoid(x). Throws ShapeError or DTypeError.
Tensor bce_with_logits(const Tensor& input, const Tensor& target, const BCEWithLogitsOptions& options = {},
                       SourceLocation at = SourceLocation::current());

}  // namespace gradus
