#pragma once

#include <vector>

#include <gradus/autograd/tensor.hpp>

namespace gradus::optim {

/// Options of `clip_grad_norm`.
struct ClipNormOptions {
  double norm_type = 2;  ///< the p of the norm, above 0; infinity for the largest |g|
  bool error_if_nonfinite = false;
};

/// Scales all gradients by one factor, so that the p-norm of them taken together is at most `max_norm`, and
/// returns the norm that they had: (sum |g|^p)^(1/p), the norm of their norms. Parameters without a gradient
/// do not count; the norm of nothing is 0. As in PyTorch the factor is max_norm / (norm + 1e-6), so the
/// gradients become NaN or 0 when the norm is NaN or infinite. Gradients that are within the limit
/// stay as they are; others are replaced (`grad()` gives a new tensor), outside the tape. The same bits for
/// any number of threads. Throws ValueError unless max_norm >= 0 and norm_type > 0, or for a norm that is not
/// finite when options ask for it.
double clip_grad_norm(const std::vector<Tensor>& parameters, double max_norm,
                      const ClipNormOptions& options = {}, SourceLocation at = SourceLocation::current());

/// Replaces each gradient by one whose elements are limited to [-clip_value, clip_value]; NaN stays. Throws
/// ValueError unless clip_value >= 0.
void clip_grad_value(const std::vector<Tensor>& parameters, double clip_value,
                     SourceLocation at = SourceLocation::current());

}  // namespace gradus::optim
