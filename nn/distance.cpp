#include <gradus/nn/distance.hpp>

#include <gradus/autograd/ops/distance.hpp>
#include <gradus/nn/observe.hpp>

namespace gradus::nn {

Tensor CosineSimilarity::operator()(const Tensor& a, const Tensor& b, SourceLocation at) const {
  return observed(*this, a, cosine_similarity(a, b, dim, {.eps = eps}, at));
}

Tensor PairwiseDistance::operator()(const Tensor& a, const Tensor& b, SourceLocation at) const {
  return observed(*this, a, pairwise_distance(a, b, {.p = p, .eps = eps, .keepdim = keepdim}, at));
}

}  // namespace gradus::nn
