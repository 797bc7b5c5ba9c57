#pragma once

#include <gradus/autograd/kernels/loops.hpp>

namespace gradus::kernels {

/// The rows of N arrays of one shape along a dimension: where each starts, and how its elements follow.
template <std::size_t N>
struct Rows {
  Walk<N> starts;
  std::int64_t length = 1;
  std::array<std::int64_t, N> steps{};
};

/// Plans the rows along `dim` of arrays of `shape` with these strides. A 0-d shape is one row of one element.
template <class... S>
Rows<sizeof...(S)> plan_rows(Shape shape, std::size_t dim, S... strides) {
  Rows<sizeof...(S)> rows;
  if (!shape.empty()) {
    rows.length = shape[dim];
    rows.steps = {strides[dim]...};
    shape.erase(dim);
    (strides.erase(dim), ...);
  }
  rows.starts = plan_walk(shape, strides...);
  return rows;
}

/// Calls `f(places)` with the place of the first element in each array, for every row, perhaps in parallel;
/// `cost` as for `chunk_for`, an element.
template <std::size_t N, class F>
void for_each_row(const Rows<N>& rows, std::int64_t cost, F&& f) {
  walk_all(rows.starts, std::max<std::int64_t>(rows.length, 1) * cost,
           [&](std::array<std::int64_t, N> places, std::int64_t n, const auto& steps) {
             for (std::int64_t i = 0; i < n; ++i) {
               f(places);
               for (std::size_t k = 0; k < N; ++k) places[k] += steps[k];
             }
           });
}

/// Elements `step` apart.
template <class T>
struct Strided {
  T* first;
  std::int64_t step;
  T& operator[](std::int64_t i) const { return first[i * step]; }
};

}  // namespace gradus::kernels
