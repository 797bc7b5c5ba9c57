#pragma once

#include <memory>
#include <tuple>

#include <gradus/autograd/kernels/isa.hpp>
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

namespace detail {

/// Rows of one array that are made dense together, so that neighbours share what is read with each.
inline constexpr std::int64_t row_batch = 16;
/// Elements between them, so that rows of a power of two do not fall on the same few lines of the cache.
inline constexpr std::int64_t row_gap = 16;

/// Copies `count` rows of n elements, each `step` apart, between a strided array and a dense one.
template <class T, class S>
void copy_rows(T* to, std::int64_t to_start, std::int64_t to_step, const S* from, std::int64_t from_start,
               std::int64_t from_step, std::int64_t count, std::int64_t n) {
  for (std::int64_t i = 0; i < n; ++i)
    for (std::int64_t r = 0; r < count; ++r)
      to[r * to_start + i * to_step] = from[r * from_start + i * from_step];
}

/// Row r of a run: f(n, out, in...), or with places f(n, out, in..., places).
template <std::size_t N, class F, class R, class... X>
void one_row(const F& f, std::int64_t n, std::int64_t r, const std::array<std::int64_t, N>& at,
             const std::array<std::int64_t, N>& steps, R* out, const X*... in) {
  constexpr std::size_t arrays = 1 + sizeof...(X);
  if constexpr (N == arrays) {
    f(n, out, in...);
  } else {
    std::array<std::int64_t, N - arrays> places;
    for (std::size_t k = 0; k < places.size(); ++k) places[k] = at[arrays + k] + r * steps[arrays + k];
    f(n, out, in..., places);
  }
}

}  // namespace detail

/// Calls `f(n, out, in...)` for every row, perhaps in parallel: n elements of `out` to be made of those of
/// `in`, all dense. Rows with gaps are copied there and back. `cost` as for `chunk_for`, an element. Are rows
/// of more arrays planned, which have one element a row, then f gets the places of these last, as a
/// std::array.
template <std::size_t N, class F, class R, class... X>
void map_rows(const Rows<N>& rows, std::int64_t cost, F f, R* out, const X*... in) {
  const std::int64_t n = rows.length;
  const bool dense = n <= 1 || std::all_of(rows.steps.begin(), rows.steps.begin() + 1 + sizeof...(X),
                                           [](auto s) { return s == 1; });
  const auto run = [&]<std::size_t... K>(std::int64_t begin, std::int64_t end, std::index_sequence<K...>) {
    if (dense)
      return vectorized_for<R, X...>([=, &starts = rows.starts] {
        walk_range(starts, begin, end, [&](const auto& at, std::int64_t m, const auto& steps) {
          for (std::int64_t r = 0; r < m; ++r)
            detail::one_row(f, n, r, at, steps, out + at[0] + r * steps[0],
                            in + at[K + 1] + r * steps[K + 1]...);
        });
      });
    const std::int64_t pitch = n + detail::row_gap;
    const auto size = static_cast<std::size_t>(detail::row_batch * pitch);
    const auto result = std::make_unique_for_overwrite<R[]>(size);
    const std::tuple operands{std::make_unique_for_overwrite<X[]>(size)...};
    walk_range(rows.starts, begin, end, [&](const auto& at, std::int64_t m, const auto& starts) {
      for (std::int64_t first = 0; first < m; first += detail::row_batch) {
        const std::int64_t count = std::min(detail::row_batch, m - first);
        (detail::copy_rows(std::get<K>(operands).get(), pitch, 1, in + at[K + 1] + first * starts[K + 1],
                           starts[K + 1], rows.steps[K + 1], count, n),
         ...);
        vectorized_for<R, X...>([=, y = result.get(), x = std::tuple{std::get<K>(operands).get()...}] {
          for (std::int64_t r = 0; r < count; ++r)
            detail::one_row(f, n, first + r, at, starts, y + r * pitch,
                            static_cast<const X*>(std::get<K>(x) + r * pitch)...);
        });
        detail::copy_rows(out + at[0] + first * starts[0], starts[0], rows.steps[0], result.get(), pitch, 1,
                          count, n);
      }
    });
  };
  parallel_for(
      rows.starts.count, chunk_for(std::max<std::int64_t>(n, 1) * cost),
      [&](std::int64_t begin, std::int64_t end) { run(begin, end, std::index_sequence_for<X...>()); });
}

}  // namespace gradus::kernels
