#pragma once

#include <gradus/autograd/tensor.hpp>

namespace gradus {

/// How alike vectors along a dimension are. Both tensors are floating and of one dtype (DTypeError), their
/// shapes broadcast (ShapeError).

struct CosineSimilarityOptions {
  /// What squared lengths below eps^2 are raised to the square of.
  double eps = 1e-8;
};
/// The cosine of the angle between vectors along `dim`: a . b / sqrt(max(|a|^2, eps^2) max(|b|^2, eps^2)).
Tensor cosine_similarity(const Tensor& a, const Tensor& b, std::int64_t dim = 1,
                         const CosineSimilarityOptions& options = {},
                         SourceLocation at = SourceLocation::current());

struct PairwiseDistanceOptions {
  double p = 2;
  /// Added to every difference, so that the root has a slope where vectors are equal.
  double eps = 1e-6;
  bool keepdim = false;
};
/// The p-norm of a - b + eps over the last dimension.
Tensor pairwise_distance(const Tensor& a, const Tensor& b, const PairwiseDistanceOptions& options = {},
                         SourceLocation at = SourceLocation::current());

}  // namespace gradus
