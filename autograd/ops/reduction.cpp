#include <gradus/autograd/ops/reduction.hpp>

#include <gradus/autograd/ops/view.hpp>

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

std::int64_t reduced_count(const Shape& shape, const Dims& dims) {
  std::int64_t count = 1;
  for (const std::int64_t d : dims) count *= shape[static_cast<std::size_t>(d)];
  return count;
}

Dims others(std::size_t rank, const Dims& dims) {
  Dims rest;
  for (std::int64_t d = 0; d < static_cast<std::int64_t>(rank); ++d)
    if (!dims.contains(d)) rest.push_back(d);
  return rest;
}

Dims pick(const Dims& all, const Dims& dims) {
  Dims picked;
  for (const std::int64_t d : dims) picked.push_back(all[static_cast<std::size_t>(d)]);
  return picked;
}

std::size_t outer_dims(const Shape& shape, const Dims& dims) {
  std::size_t outer = dims.size();
  for (std::int64_t row = 1; outer > 0 && row < kernels::reduction_row;)
    row *= shape[static_cast<std::size_t>(dims[--outer])];
  return outer;
}

Tensor restore_dims(const Tensor& result, const Shape& from, const Dims& dims) {
  return reshape(result, reduced_shape(from, dims, true));
}

}  // namespace gradus::reduction
