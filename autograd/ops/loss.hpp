#pragma once

#include <gradus/autograd/tensor.hpp>

namespace gradus {

/// What becomes of the losses of single elements. `mean` divides by their number, in losses with class
/// weights by the sum of the weights that took part. `batchmean` divides by the size of dimension 0; only
/// kl_div takes it.
enum class Reduction { none, mean, sum, batchmean };

/// "none", "mean", "sum" or "batchmean".
std::string_view name(Reduction reduction);

/// For writers of losses: `losses` as they are, their mean, or their sum. Throws ValueError for batchmean.
Tensor reduce_losses(const Tensor& losses, Reduction reduction);

/// For writers of losses: throws ShapeError or DTypeError unless both are floating, of one shape and dtype.
void require_same(const Tensor& input, const Tensor& target);

}  // namespace gradus
