#include <gradus/autograd/kernels/loops.hpp>

namespace gradus::kernels::detail {

std::size_t plan(const Shape& shape, std::span<const Strides* const> arrays, std::int64_t* sizes,
                 std::int64_t* strides) {
  const std::size_t n = arrays.size();
  std::array<std::size_t, Dims::max_rank> order{};
  std::size_t count = 0;
  for (std::size_t d = shape.size(); d-- > 0;)
    if (shape[d] != 1) order[count++] = d;
  // Innermost first: by the result's strides, the last dimension first among equals.
  const Strides& first = *arrays[0];
  std::stable_sort(order.begin(), order.begin() + count,
                   [&](std::size_t a, std::size_t b) { return first[a] < first[b]; });
  std::size_t rank = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t d = order[i];
    bool joins = rank > 0;
    for (std::size_t k = 0; joins && k < n; ++k)
      joins = (*arrays[k])[d] == strides[(rank - 1) * n + k] * sizes[rank - 1];
    if (joins) {
      sizes[rank - 1] *= shape[d];
      continue;
    }
    sizes[rank] = shape[d];
    for (std::size_t k = 0; k < n; ++k) strides[rank * n + k] = (*arrays[k])[d];
    ++rank;
  }
  if (rank > 0) return rank;
  sizes[0] = 1;
  for (std::size_t k = 0; k < n; ++k) strides[k] = 1;
  return 1;
}

}  // namespace gradus::kernels::detail
