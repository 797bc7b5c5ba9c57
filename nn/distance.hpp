#pragma once

#include <gradus/autograd/tensor.hpp>

namespace gradus::nn {

/// `cosine_similarity` of two tensors along `dim`.
struct CosineSimilarity {
  std::int64_t dim = 1;
  double eps = 1e-8;
  Tensor operator()(const Tensor& a, const Tensor& b, SourceLocation at = SourceLocation::current()) const;
};

/// `pairwise_distance` of two tensors over the last dimension.
struct PairwiseDistance {
  double p = 2;
  double eps = 1e-6;
  bool keepdim = false;
  Tensor operator()(const Tensor& a, const Tensor& b, SourceLocation at = SourceLocation::current()) const;
};

}  // namespace gradus::nn
