#pragma once

#include <string>
#include <vector>

#include <gradus/autograd/ops.hpp>

namespace gradus::test {

/// The same kind of values in one of the ways in which a tensor may lie in memory.
struct Layout {
  std::string name;
  Tensor x;
};

/// float64 variables that require a gradient, whose values are those of `values(count)` in some order:
/// row-major, transposed, channels-last, with steps, broadcast along a dimension, 0-d and empty.
template <class F>
std::vector<Layout> layouts(F values) {
  const auto dense = [&](const Shape& shape) -> Tensor {
    return from_vector<double>(values(numel(shape)), shape);
  };
  std::vector<Layout> all{
      {"contiguous", dense({2, 3, 4})},
      {"transposed", transpose(dense({4, 3}), 0, 1)},
      {"channels-last", permute(dense({2, 2, 3, 2}), {0, 3, 1, 2})},
      {"sliced", slice(slice(dense({5, 6}), 0, 1, 5, 2), 1, 0, 6, 3)},
      {"expanded", expand(dense({3, 1}), {3, 4})},
      {"0-d", dense({})},
      {"empty", dense({2, 0, 3})},
  };
  for (Layout& layout : all) layout.x = layout.x.detach().requires_grad_();
  return all;
}

/// `count` values spread evenly over [low, high], ends included, in an order that mixes large and small.
inline std::vector<double> spread(std::int64_t count, double low, double high) {
  std::vector<double> values;
  for (std::int64_t i = 0; i < count; ++i) {
    const std::int64_t place = i * 7 % std::max<std::int64_t>(count, 1);
    values.push_back(count == 1
                         ? (low + 2 * high) / 3
                         : low + (high - low) * static_cast<double>(place) / static_cast<double>(count - 1));
  }
  return values;
}

}  // namespace gradus::test
