#include <gradus/autograd/ops/reduction.hpp>

#include <gradus/autograd/ops/view.hpp>

namespace gradus::reduction {

namespace {

/// In row-major order, with the row-major index beside the place in memory.
kernels::Walk<2> plan_in_order(const Shape& shape, const Strides& strides) {
  return kernels::plan_walk(shape, contiguous_strides(shape), strides);
}

}  // namespace

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

std::int64_t reduced_count(const Shape& shape, const Dims& dims) {
  std::int64_t count = 1;
  for (const std::int64_t d : dims) count *= shape[static_cast<std::size_t>(d)];
  return count;
}

kernels::Reduction plan(const Tensor& x, const Dims& dims) {
  Shape kept, reduced;
  Strides kept_strides, reduced_strides;
  for (std::size_t d = 0; d < x.rank(); ++d) {
    const bool reduce = dims.contains(static_cast<std::int64_t>(d));
    (reduce ? reduced : kept).push_back(x.shape()[d]);
    (reduce ? reduced_strides : kept_strides).push_back(x.strides()[d]);
  }
  return {plan_in_order(kept, kept_strides), plan_in_order(reduced, reduced_strides)};
}

Tensor restore_dims(const Tensor& result, const Shape& from, const Dims& dims) {
  return reshape(result, reduced_shape(from, dims, true));
}

}  // namespace gradus::reduction
