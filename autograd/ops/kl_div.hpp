#pragma once

#include <gradus/autograd/ops/loss.hpp>

namespace gradus {

struct KLDivOptions {
  /// `mean` divides by all elements; the divergence itself is `batchmean`.
  Reduction reduction = Reduction::mean;
  /// The target holds log-probabilities too.
  bool log_target = false;
};

/// Kullback-Leibler divergence, elementwise p (log p - log q): `log_q` holds log-probabilities, `target`
/// probabilities p (or log p); p = 0 gives 0. Throws ShapeError or DTypeError.
Tensor kl_div(const Tensor& log_q, const Tensor& target, const KLDivOptions& options = {},
              SourceLocation at = SourceLocation::current());

}  // namespace gradus
