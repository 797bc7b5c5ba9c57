#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <utility>

#include <gradus/autograd/kernels/parallel.hpp>
#include <gradus/autograd/shape.hpp>

/// The one place that knows how to walk strided arrays together.
namespace gradus::kernels {

/// How to walk N arrays of one shape: dimensions that can be joined are, and those that the first array (the
/// result) has closest in memory come first, so that the innermost run is as long and as dense as possible.
template <std::size_t N>
struct Walk {
  std::int64_t count = 1;  ///< elements in all
  std::size_t rank = 0;
  std::array<std::int64_t, Dims::max_rank> sizes{};  ///< innermost first
  std::array<std::array<std::int64_t, N>, Dims::max_rank>
      strides{};  ///< strides[dim][array], innermost first
};

namespace detail {
/// Fills sizes and strides (rank x arrays, row by row) and returns the rank; at least 1.
std::size_t plan(const Shape& shape, std::span<const Strides* const> arrays, std::int64_t* sizes,
                 std::int64_t* strides);
}  // namespace detail

/// Plans the walk of arrays of `shape` with these strides (0 where an array is broadcast).
template <class... S>
Walk<sizeof...(S)> plan_walk(const Shape& shape, const S&... strides) {
  constexpr std::size_t n = sizeof...(S);
  Walk<n> walk;
  walk.count = numel(shape);
  const std::array<const Strides*, n> arrays{&strides...};
  walk.rank = detail::plan(shape, arrays, walk.sizes.data(), walk.strides[0].data());
  return walk;
}

/// Calls `run(offsets, n, rows)` for blocks of `rows` innermost runs of n elements that make up elements
/// [begin, end) of the walk: element j of run r lies at offsets[k] + r * strides[1][k] + j * strides[0][k] in
/// array k. In order.
template <std::size_t N, class F>
void walk_rows(const Walk<N>& walk, std::int64_t begin, std::int64_t end, F&& run) {
  if (begin >= end) return;
  std::array<std::int64_t, Dims::max_rank> place{};
  std::array<std::int64_t, N> offsets{};
  std::int64_t rest = begin;
  for (std::size_t d = 0; d < walk.rank; ++d) {
    place[d] = rest % walk.sizes[d];
    rest /= walk.sizes[d];
    for (std::size_t k = 0; k < N; ++k) offsets[k] += place[d] * walk.strides[d][k];
  }
  while (begin < end) {
    const std::int64_t left = end - begin, n = std::min(left, walk.sizes[0] - place[0]);
    const std::size_t along = n == walk.sizes[0] && walk.rank > 1 ? 1 : 0;  // whole runs, or part of one
    std::int64_t rows = along == 1 ? walk.sizes[1] - place[1] : 1;
    if (rows * n > left) rows = left / n;
    run(std::as_const(offsets), n, rows);
    begin += rows * n;
    const std::int64_t passed = along == 1 ? rows : n;
    place[along] += passed;
    for (std::size_t k = 0; k < N; ++k) offsets[k] += passed * walk.strides[along][k];
    for (std::size_t d = along; d + 1 < walk.rank && place[d] == walk.sizes[d]; ++d) {
      place[d] = 0;
      ++place[d + 1];
      for (std::size_t k = 0; k < N; ++k)
        offsets[k] += walk.strides[d + 1][k] - walk.sizes[d] * walk.strides[d][k];
    }
  }
}

/// Calls `run(offsets, n, steps)` for each innermost run by itself: its element j lies at offsets[k] + j *
/// steps[k] in array k.
template <std::size_t N, class F>
void walk_range(const Walk<N>& walk, std::int64_t begin, std::int64_t end, F&& run) {
  walk_rows(walk, begin, end, [&](std::array<std::int64_t, N> offsets, std::int64_t n, std::int64_t rows) {
    for (; rows > 0; --rows) {
      run(std::as_const(offsets), n, walk.strides[0]);
      for (std::size_t k = 0; k < N; ++k) offsets[k] += walk.strides[1][k];
    }
  });
}

/// As `walk_range` over everything, perhaps in parallel; `cost` as for `chunk_for`.
template <std::size_t N, class F>
void walk_all(const Walk<N>& walk, std::int64_t cost, F&& run) {
  parallel_for(walk.count, chunk_for(cost),
               [&](std::int64_t begin, std::int64_t end) { walk_range(walk, begin, end, run); });
}

}  // namespace gradus::kernels
