#include <gradus/autograd/ops/reduction.hpp>

namespace gradus::reduction {

Shape reduced_shape(const Shape& shape, const Dims& dims, bool keepdim) {
  Shape out;
  for (std::size_t d = 0; d < shape.size(); ++d) {
    if (!dims.contains(static_cast<std::int64_t>(d)))
      out.push_back(shape[d]);
    else if (keepdim)
      out.push_back(1);
  }
  return out;
}

kernels::Reduction plan(const Tensor& x, const Dims& dims) {
  kernels::Reduction plan;
  Shape reduced;
  Strides strides;
  for (std::size_t d = 0; d < x.rank(); ++d) {
    const bool reduce = dims.contains(static_cast<std::int64_t>(d));
    (reduce ? reduced : plan.kept).push_back(x.shape()[d]);
    (reduce ? strides : plan.kept_in).push_back(x.strides()[d]);
  }
  plan.kept_out = contiguous_strides(plan.kept);
  plan.reduced = kernels::plan_walk(reduced, strides);
  return plan;
}

}  // namespace gradus::reduction
