#pragma once

#include <tuple>

#include <gradus/autograd/kernels/isa.hpp>
#include <gradus/autograd/kernels/layout.hpp>
#include <gradus/autograd/kernels/loops.hpp>
#include <gradus/autograd/kernels/memory.hpp>

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

/// How many of `count` rows are made dense together: neighbours share what is read with each, lines of the
/// cache and entries for pages. As many as a few batches leave, and as have room in 1 MiB.
inline std::int64_t row_batch(std::int64_t count, std::int64_t bytes_a_row) {
  constexpr std::int64_t room = 1 << 20, batches = 8, line = 16;
  return std::clamp<std::int64_t>(std::min(room / bytes_a_row, count / batches) / line, 1, 8) * line;
}
/// Elements between them, so that rows of a power of two do not fall on the same few lines of the cache.
inline constexpr std::int64_t row_gap = 16;

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
  const std::int64_t pitch = n + detail::row_gap;
  const std::int64_t batch =
      detail::row_batch(rows.starts.count, pitch * static_cast<std::int64_t>((sizeof(R) + ... + sizeof(X))));
  const auto run = [&]<std::size_t... K>(std::int64_t begin, std::int64_t end, std::index_sequence<K...>) {
    if (dense)
      return vectorized_for<R, X...>([=, &starts = rows.starts] {
        walk_range(starts, begin, end, [&](const auto& at, std::int64_t m, const auto& steps) {
          for (std::int64_t r = 0; r < m; ++r)
            detail::one_row(f, n, r, at, steps, out + at[0] + r * steps[0],
                            in + at[K + 1] + r * steps[K + 1]...);
        });
      });
    const Scratch<R> result(batch * pitch);
    const std::tuple operands{Scratch<X>(batch * pitch)...};
    walk_range(rows.starts, begin, end, [&](const auto& at, std::int64_t m, const auto& starts) {
      for (std::int64_t first = 0; first < m; first += batch) {
        const std::int64_t count = std::min(batch, m - first);
        (copy_tile(count, n, std::get<K>(operands).data(), {pitch, 1}, in + at[K + 1] + first * starts[K + 1],
                   {starts[K + 1], rows.steps[K + 1]}),
         ...);
        vectorized_for<R, X...>([=, y = result.data(), x = std::tuple{std::get<K>(operands).data()...}] {
          for (std::int64_t r = 0; r < count; ++r)
            detail::one_row(f, n, first + r, at, starts, y + r * pitch,
                            static_cast<const X*>(std::get<K>(x) + r * pitch)...);
        });
        copy_tile<R>(count, n, out + at[0] + first * starts[0], {starts[0], rows.steps[0]}, result.data(),
                     {pitch, 1});
      }
    });
  };
  const std::int64_t unit = dense ? 1 : batch;
  const std::int64_t chunk = chunk_count(chunk_for(std::max<std::int64_t>(n, 1) * cost), unit) * unit;
  parallel_for(rows.starts.count, chunk, [&](std::int64_t begin, std::int64_t end) {
    run(begin, end, std::index_sequence_for<X...>());
  });
}

}  // namespace gradus::kernels
