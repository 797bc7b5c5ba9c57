#include <gradus/autograd/ops/distance.hpp>

#include <gradus/autograd/ops/arithmetic.hpp>
#include <gradus/autograd/ops/pointwise.hpp>
#include <gradus/autograd/ops/reduce.hpp>
#include <gradus/autograd/ops/vector_norm.hpp>
#include <gradus/autograd/ops/view.hpp>
#include <gradus/autograd/ops/where.hpp>

namespace gradus {

Tensor cosine_similarity(const Tensor& a, const Tensor& b, std::int64_t dim,
                         const CosineSimilarityOptions& options, SourceLocation at) {
  const OpScope scope("cosine_similarity", at);
  const Shape shape = broadcast(a.shape(), b.shape());  // `dim` counts in the result
  const Tensor x = expand(a, shape), y = expand(b, shape);
  const double floor = options.eps * options.eps;
  return sum(x * y, dim) / sqrt(clamp(sum(square(x), dim), floor) * clamp(sum(square(y), dim), floor));
}

Tensor pairwise_distance(const Tensor& a, const Tensor& b, const PairwiseDistanceOptions& options,
                         SourceLocation at) {
  const OpScope scope("pairwise_distance", at);
  return norm(a - b + options.eps, options.p, -1, options.keepdim);
}

}  // namespace gradus
