#include <gradus/nn/weight_norm.hpp>

#include <gradus/autograd/ops/arithmetic.hpp>
#include <gradus/autograd/ops/pointwise.hpp>
#include <gradus/autograd/ops/vector_norm.hpp>

namespace gradus::nn::detail {

Tensor slice_norms(const Tensor& weight, std::int64_t dim) {
  const OpScope scope("WeightNorm", {});
  if (dim == -1) return norm(weight);
  const auto kept = static_cast<std::int64_t>(wrap_dim(dim, weight.rank()));
  Dims others;
  for (std::int64_t d = 0; d < static_cast<std::int64_t>(weight.rank()); ++d)
    if (d != kept) others.push_back(d);
  return others.empty() ? abs(weight) : norm(weight, 2, others, true);  // slices of one element
}

Tensor scaled_to(const Tensor& v, const Tensor& g, std::int64_t dim) { return v * (g / slice_norms(v, dim)); }

}  // namespace gradus::nn::detail
