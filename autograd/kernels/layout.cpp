#include <gradus/autograd/kernels/layout.hpp>

#include <algorithm>
#include <cstdlib>
#include <cstring>

#include <gradus/autograd/kernels/isa.hpp>
#include <gradus/autograd/kernels/transpose.hpp>

namespace gradus::kernels::detail {

namespace {

constexpr std::int64_t cache_line = 64;

/// Calls `f` with an integer of `size` bytes, in whose place the elements are moved.
template <class F>
void with_size(std::size_t size, const F& f) {
  if (size == 4)
    f(std::uint32_t());
  else if (size == 8)
    f(std::uint64_t());
  else
    f(std::uint8_t());
}

/// to[i] = from[step * i] for n elements and a step so small that vectors are read and picked from.
template <int step, class U>
void pick_run(std::int64_t n, U* to, const U* from) {
  typedef U Moved [[gnu::may_alias]];
  vectorized([n, out = reinterpret_cast<Moved*>(to), in = reinterpret_cast<const Moved*>(from)] {
#ifndef __clang__  // which asks the addresses instead
#pragma GCC ivdep
#endif
    for (std::int64_t i = 0; i < n; ++i) out[i] = in[step * i];
  });
}

/// to[i] = from[0] for n elements.
template <class U>
void repeat_run(std::int64_t n, U* to, const U* from) {
  typedef U Moved [[gnu::may_alias]];
  vectorized([n, out = reinterpret_cast<Moved*>(to), value = *reinterpret_cast<const Moved*>(from)] {
    for (std::int64_t i = 0; i < n; ++i) out[i] = value;
  });
}

/// n elements, `to_step` and `from_step` apart; they are moved as bytes, for they are of another type.
template <class U>
void copy_run(std::int64_t n, U* to, std::int64_t to_step, const U* from, std::int64_t from_step) {
  if (to_step == 1 && from_step == 1) {
    std::memcpy(to, from, static_cast<std::size_t>(n) * sizeof(U));
  } else if (to_step == 1 && from_step == 0) {
    repeat_run(n, to, from);
  } else if (to_step == 1 && from_step == -1) {
    pick_run<-1>(n, to, from);
  } else if (to_step == 1 && from_step == 2) {
    pick_run<2>(n, to, from);
  } else if (to_step == 1 && from_step == 3) {
    pick_run<3>(n, to, from);
  } else {
    for (std::int64_t i = 0; i < n; ++i) std::memcpy(to + i * to_step, from + i * from_step, sizeof(U));
  }
}

/// to[c, r] = from[r, c] for 8 rows and columns of 4 bytes.
[[gnu::always_inline]] inline void transpose_square(const std::uint32_t* from, std::int64_t from_step,
                                                    std::uint32_t* to, std::int64_t to_step) {
  transpose_8x8(reinterpret_cast<const float*>(from), from_step, reinterpret_cast<float*>(to), to_step);
}

/// As above for 8 bytes, by fours.
[[gnu::always_inline]] inline void transpose_square(const std::uint64_t* from, std::int64_t from_step,
                                                    std::uint64_t* to, std::int64_t to_step) {
  using V = std::uint64_t __attribute__((vector_size(32)));
  for (int row = 0; row < 8; row += 4)
    for (int column = 0; column < 8; column += 4) {
      V a[4], b[4];
      for (int i = 0; i < 4; ++i) std::memcpy(&a[i], from + (row + i) * from_step + column, sizeof(V));
      for (int i = 0; i < 4; i += 2) {  // pairs of rows
        b[i] = __builtin_shufflevector(a[i], a[i + 1], 0, 4, 2, 6);
        b[i + 1] = __builtin_shufflevector(a[i], a[i + 1], 1, 5, 3, 7);
      }
      for (int j = 0; j < 2; ++j) {  // by halves
        const V low = __builtin_shufflevector(b[j], b[j + 2], 0, 1, 4, 5);
        const V high = __builtin_shufflevector(b[j], b[j + 2], 2, 3, 6, 7);
        std::memcpy(to + (column + j) * to_step + row, &low, sizeof(V));
        std::memcpy(to + (column + j + 2) * to_step + row, &high, sizeof(V));
      }
    }
}

/// As above for single bytes.
[[gnu::always_inline]] inline void transpose_square(const std::uint8_t* from, std::int64_t from_step,
                                                    std::uint8_t* to, std::int64_t to_step) {
  for (int c = 0; c < 8; ++c)
    for (int r = 0; r < 8; ++r) to[c * to_step + r] = from[r * from_step + c];
}

/// to[c * to_step + r] = from[r * from_step + c], a square at a time along the longer side, so that both
/// arrays stay within a few cache lines.
template <class U>
void transpose_tile(std::int64_t rows, std::int64_t columns, U* to, std::int64_t to_step, const U* from,
                    std::int64_t from_step) {
  vectorized([=] {
    constexpr std::int64_t square = 8;
    const auto at = [&](std::int64_t r, std::int64_t c) {
      const U* source = from + r * from_step + c;
      U* target = to + c * to_step + r;
      if (r + square <= rows && c + square <= columns)
        return transpose_square(source, from_step, target, to_step);
      for (std::int64_t j = 0; j < std::min(square, columns - c); ++j)
        for (std::int64_t i = 0; i < std::min(square, rows - r); ++i)
          std::memcpy(target + j * to_step + i, source + i * from_step + j, sizeof(U));
    };
    if (rows >= columns)
      for (std::int64_t r = 0; r < rows; r += square)
        for (std::int64_t c = 0; c < columns; c += square) at(r, c);
    else
      for (std::int64_t c = 0; c < columns; c += square)
        for (std::int64_t r = 0; r < rows; r += square) at(r, c);
  });
}

template <class U>
void copy_tile_of(std::int64_t rows, std::int64_t columns, U* to, Steps to_steps, const U* from,
                  Steps from_steps) {
  if (rows > 1 && columns > 1) {
    if (to_steps.column == 1 && from_steps.row == 1)
      return transpose_tile(columns, rows, to, to_steps.row, from, from_steps.column);
    if (to_steps.row == 1 && from_steps.column == 1)
      return transpose_tile(rows, columns, to, to_steps.column, from, from_steps.row);
  }
  const bool by_columns = to_steps.row < to_steps.column && rows > 1;
  if (by_columns) {
    std::swap(rows, columns);
    std::swap(to_steps.row, to_steps.column);
    std::swap(from_steps.row, from_steps.column);
  }
  // A few rows at a time share the cache lines that they are read from.
  const std::int64_t stretch = from_steps.column > 1 ? 64 : columns;
  for (std::int64_t c = 0; c < columns; c += stretch)
    for (std::int64_t r = 0; r < rows; ++r)
      copy_run(std::min(stretch, columns - c), to + r * to_steps.row + c * to_steps.column, to_steps.column,
               from + r * from_steps.row + c * from_steps.column, from_steps.column);
}

/// The dimension that makes the rows of tiles, whose columns are dimension 0: where `from` has its
/// neighbours, or the next. 0 if there is no other.
std::size_t row_dim(const Walk<2>& walk) {
  std::size_t best = 0;
  for (std::size_t d = 1; d < walk.rank; ++d)
    if (walk.strides[d][1] > 0 && walk.strides[d][1] < std::abs(walk.strides[best][1])) best = d;
  return best > 0 || walk.rank == 1 ? best : 1;
}

/// Elements of the dimensions below d.
std::int64_t below(const Walk<2>& walk, std::size_t d) {
  std::int64_t count = 1;
  for (std::size_t e = 0; e < d; ++e) count *= walk.sizes[e];
  return count;
}

/// The dimensions between 0 and d.
Walk<2> between(const Walk<2>& walk, std::size_t d) {
  Walk<2> inner;
  inner.rank = std::max<std::size_t>(d, 2) - 1;
  inner.sizes[0] = 1;
  for (std::size_t e = 1; e < d; ++e) {
    inner.sizes[e - 1] = walk.sizes[e];
    inner.strides[e - 1] = walk.strides[e];
    inner.count *= walk.sizes[e];
  }
  return inner;
}

/// Elements [begin, end) of a walk; `to` is the place of offset `origin`.
template <class U>
void copy_range(const Walk<2>& walk, std::int64_t begin, std::int64_t end, std::int64_t origin, U* to,
                const U* from) {
  const auto run = [&](const auto& at, std::int64_t n, const auto& steps) {
    copy_run(n, to + (at[0] - origin), steps[0], from + at[1], steps[1]);
  };
  const std::size_t d = row_dim(walk);
  if (d == 0) return walk_range(walk, begin, end, run);
  const std::int64_t row = below(walk, d);
  const Walk<2> inner = between(walk, d);
  const auto tiles = [&](std::int64_t rows, const std::array<std::int64_t, 2>& start) {
    walk_range(inner, 0, inner.count, [&](const auto& at, std::int64_t n, const auto& steps) {
      for (std::int64_t i = 0; i < n; ++i)
        copy_tile_of(rows, walk.sizes[0], to + (start[0] + at[0] + i * steps[0] - origin),
                     {walk.strides[d][0], walk.strides[0][0]}, from + start[1] + at[1] + i * steps[1],
                     {walk.strides[d][1], walk.strides[0][1]});
    });
  };
  while (begin < end) {
    const std::int64_t rows = std::min(walk.sizes[d] - begin / row % walk.sizes[d], (end - begin) / row);
    if (begin % row == 0 && rows > 0) {
      walk_range(walk, begin, begin + 1, [&](const auto& at, std::int64_t, const auto&) { tiles(rows, at); });
      begin += rows * row;
    } else {
      const std::int64_t next = std::min(end, (begin / row + 1) * row);
      walk_range(walk, begin, next, run);
      begin = next;
    }
  }
}

}  // namespace

void copy_tile(std::size_t size, std::int64_t rows, std::int64_t columns, void* to, Steps to_steps,
               const void* from, Steps from_steps) {
  with_size(size, [&]<class U>(U) {
    copy_tile_of(rows, columns, static_cast<U*>(to), to_steps, static_cast<const U*>(from), from_steps);
  });
}

void gather(std::size_t size, const Walk<2>& order, std::int64_t begin, std::int64_t end, void* to,
            const void* from) {
  with_size(size, [&]<class U>(U) {
    copy_range(order, begin, end, begin, static_cast<U*>(to), static_cast<const U*>(from));
  });
}

std::int64_t band(std::size_t size, const Walk<2>& walk) {
  const std::size_t d = row_dim(walk);
  const std::int64_t step = walk.strides[d][1];
  if (walk.count == 0 || d == 0 || step <= 0 || step >= std::abs(walk.strides[0][1])) return 1;
  const std::int64_t in_line = cache_line / (step * static_cast<std::int64_t>(size));
  return below(walk, d) * std::clamp<std::int64_t>(in_line, 1, walk.sizes[d]);
}

void copy_range(std::size_t size, const Walk<2>& walk, std::int64_t begin, std::int64_t end, void* to,
                const void* from) {
  with_size(size, [&]<class U>(U) {
    copy_range(walk, begin, end, 0, static_cast<U*>(to), static_cast<const U*>(from));
  });
}

void copy_walk(std::size_t size, const Walk<2>& walk, void* to, const void* from) {
  const std::int64_t unit = 2 * band(size, walk);
  parallel_for(walk.count, chunk_count(chunk_for(1), unit) * unit,
               [&](std::int64_t begin, std::int64_t end) { copy_range(size, walk, begin, end, to, from); });
}

}  // namespace gradus::kernels::detail
