#pragma once

#include <vector>

#include <gradus/autograd/ops.hpp>

namespace gradus::test {

/// What a reduction over `dims` (all if none are given) is computed from, found index by index: for each
/// result in row-major order, its values in row-major order.
inline std::vector<std::vector<double>> reduced_rows(const Tensor& x, const Dims& dims) {
  const Dims reduced = wrap_dims(dims, x.rank());
  const std::vector<double> values = x.detach().to(float64).to_vector<double>();
  std::int64_t results = 1;
  for (std::size_t d = 0; d < x.rank(); ++d)
    if (!reduced.contains(static_cast<std::int64_t>(d))) results *= x.shape()[d];
  std::vector<std::vector<double>> rows(static_cast<std::size_t>(results));
  for (std::size_t i = 0; i < values.size(); ++i) {
    auto rest = static_cast<std::int64_t>(i);
    std::int64_t row = 0, step = 1;
    for (std::size_t d = x.rank(); d-- > 0;) {
      const std::int64_t place = rest % x.shape()[d];
      rest /= x.shape()[d];
      if (reduced.contains(static_cast<std::int64_t>(d))) continue;
      row += place * step;
      step *= x.shape()[d];
    }
    rows[static_cast<std::size_t>(row)].push_back(values[i]);
  }
  return rows;
}

/// Lists of dimensions worth trying on a tensor of this rank.
inline std::vector<Dims> dim_lists(std::size_t rank) {
  std::vector<Dims> lists{{}};
  for (std::int64_t d = 0; d < static_cast<std::int64_t>(rank); ++d) lists.emplace_back(d);
  if (rank >= 1) lists.emplace_back(-1);
  if (rank >= 2) lists.push_back({-1, 0});
  if (rank >= 3) lists.push_back({0, 2});
  return lists;
}

}  // namespace gradus::test
