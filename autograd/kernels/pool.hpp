#pragma once

#include <algorithm>
#include <type_traits>
#include <utility>
#include <vector>

#include <gradus/autograd/kernels/isa.hpp>
#include <gradus/autograd/kernels/memory.hpp>
#include <gradus/autograd/kernels/parallel.hpp>
#include <gradus/autograd/kernels/planes.hpp>
#include <gradus/autograd/kernels/windows.hpp>

/// Pooling over the planes of images: arrays [N, C, H, W] of any strides.
namespace gradus::kernels {

/// How many planes there are.
struct PlaneCount {
  std::int64_t images, channels;
};

/// How many neighbouring channels one task takes: 1 unless they lie side by side in all arrays, and the
/// fewer, the fewer images there are to share out.
template <class... P>
std::int64_t channels_together(PlaneCount planes, const P&... arrays) {
  if (!(... && (arrays.channel == 1))) return 1;
  return std::clamp<std::int64_t>(planes.channels, 1, planes.images >= 8 ? 256 : 32);
}

/// The planes of images in groups of `size` neighbouring channels, counted image by image.
struct PlaneGroups {
  std::int64_t channels, size;

  std::int64_t of_image() const { return chunk_count(channels, size); }
  std::int64_t image(std::int64_t i) const { return i / of_image(); }
  std::int64_t first_channel(std::int64_t i) const { return i % of_image() * size; }
  std::int64_t channel_count(std::int64_t i) const { return std::min(size, channels - first_channel(i)); }
};

/// Positions in all windows of an axis.
inline std::int64_t positions(const Windows& windows) {
  std::int64_t sum = 0;
  for (const Window& window : windows.each) sum += window.end - window.begin;
  return sum;
}

/// Calls `f(place, index, n)` for the dense pieces of a row [width, count] of pixels `column` apart: n
/// elements from `place` on, of which the first has that row-major index.
template <class F>
[[gnu::always_inline]] inline void for_pieces(std::int64_t column, std::int64_t width, std::int64_t count,
                                              const F& f) {
  if (column == count) return f(0, 0, width * count);
  for (std::int64_t w = 0; w < width; ++w) f(w * column, w * count, count);
}

/// sums[i] = x[0, i] + x[1, i] + ... of these rows, or what was there and those.
template <bool first, class T, std::size_t... R>
[[gnu::always_inline]] inline void add_rows(const T* x, std::int64_t row, std::int64_t n,
                                            double* __restrict sums, std::index_sequence<R...>) {
  for (std::int64_t i = 0; i < n; ++i)
    if constexpr (first)
      sums[i] = (... + static_cast<double>(x[static_cast<std::int64_t>(R) * row + i]));
    else
      sums[i] = (sums[i] + ... + static_cast<double>(x[static_cast<std::int64_t>(R) * row + i]));
}

/// sums[i] = x[0, i] + x[1, i] + ... of at least 1 row, which are `row` apart, for n elements. Several rows
/// are read together.
template <class T>
[[gnu::always_inline]] inline void sum_rows(const T* x, std::int64_t row, std::int64_t rows, std::int64_t n,
                                            double* sums) {
  constexpr std::make_index_sequence<1> one;
  constexpr std::make_index_sequence<2> two;
  constexpr std::make_index_sequence<4> four;
  std::int64_t r = rows >= 4 ? 4 : rows >= 2 ? 2 : 1;
  if (r == 4)
    add_rows<true>(x, row, n, sums, four);
  else if (r == 2)
    add_rows<true>(x, row, n, sums, two);
  else
    add_rows<true>(x, row, n, sums, one);
  for (; r + 4 <= rows; r += 4) add_rows<false>(x + r * row, row, n, sums, four);
  for (; r < rows; ++r) add_rows<false>(x + r * row, row, n, sums, one);
}

/// sum / by, where no zero is negative. By a reciprocal in double for a float, to which that makes no
/// difference but where its own rounding is a tie.
template <class T>
[[gnu::always_inline]] inline T quotient(double sum, double by) {
  return static_cast<T>(std::is_same_v<T, float> ? (sum + 0.0) * (1 / by) : (sum + 0.0) / by);
}

/// sums[j, l] = the sum of line[w, l] over window j, for `count` values at each position.
[[gnu::always_inline]] inline void sum_windows(const double* line, const Windows& windows, std::int64_t count,
                                               double* sums) {
  for (std::int64_t j = 0; j < windows.count(); ++j) {
    const Window& window = windows[j];
    if (count > 1) {
      sum_rows(line + window.begin * count, count, window.end - window.begin, count, sums + j * count);
    } else {
      double sum = 0;
      for (std::int64_t w = window.begin; w < window.end; ++w) sum += line[w];
      sums[j] = sum;
    }
  }
}

/// What each sum over a window of these is divided by: `divisor`, or if that is 0, this times the positions
/// that count in the other dimension.
inline std::vector<double> counted(const Windows& windows, std::int64_t divisor) {
  std::vector<double> by;
  for (const Window& window : windows.each)
    by.push_back(static_cast<double>(divisor != 0 ? divisor : window.counted));
  return by;
}

/// y = the sum over each window of neighbours divided by `divisor`, or by its counted positions if that is 0.
/// Columns are added up first, for all windows beside each other.
template <class T>
void average_pool(PlaneCount planes, const Windows& rows, const Windows& columns, std::int64_t divisor,
                  Planes<const T> x, Planes<T> y) {
  const PlaneGroups groups{planes.channels, channels_together(planes, x, y)};
  const std::int64_t height = rows.count(), width = columns.count(), size = columns.size;
  const std::vector<double> across = counted(columns, divisor);
  const auto pool = [&](std::int64_t begin, std::int64_t end) {
    const Scratch<double> scratch((size + width) * groups.size);
    vectorized([=, &rows, &columns, line = scratch.data(), across = across.data()] {
      double* const sums = line + size * groups.size;
      for (std::int64_t r = begin; r < end; ++r) {
        const std::int64_t g = r / height, i = r % height;
        const std::int64_t n = groups.image(g), c = groups.first_channel(g), count = groups.channel_count(g);
        for_pieces(x.column, size, count, [&](std::int64_t place, std::int64_t index, std::int64_t elements) {
          sum_rows(x.at(n, c) + rows[i].begin * x.row + place, x.row, rows[i].end - rows[i].begin, elements,
                   line + index);
        });
        sum_windows(line, columns, count, sums);
        T* const to = y.at(n, c) + i * y.row;
        const double down = divisor != 0 ? 1 : static_cast<double>(rows[i].counted);
        if (count == 1 && y.column == 1)
          for (std::int64_t j = 0; j < width; ++j) to[j] = quotient<T>(sums[j], down * across[j]);
        else
          for (std::int64_t j = 0; j < width; ++j)
            for (std::int64_t l = 0; l < count; ++l)
              to[j * y.column + l] = quotient<T>(sums[j * count + l], down * across[j]);
      }
    });
  };
  const std::int64_t cost = 2 * positions(rows) * positions(columns) / std::max<std::int64_t>(height, 1);
  parallel_for(planes.images * groups.of_image() * height, chunk_for(cost * groups.size), pool);
}

/// line[w, l] = the sum over the windows j that hold w of x[j, l], divided by `counted` times the positions
/// that the window counts, or by `divisor`, if that is not 0. `part` has room for `count` values.
template <class T>
[[gnu::always_inline]] inline void spread_windows(const T* x, std::int64_t column, const Windows& windows,
                                                  std::int64_t counted, std::int64_t divisor,
                                                  std::int64_t count, T* line, T* part) {
  std::fill_n(line, windows.size * count, T(0));
  for (std::int64_t j = 0; j < windows.count(); ++j) {
    const auto [begin, end, counted_here] = windows[j];
    const auto by = static_cast<T>(divisor != 0 ? divisor : counted * counted_here);
    if (count == 1) {
      const T one = x[j * column] / by;
      for (std::int64_t w = begin; w < end; ++w) line[w] += one;
      continue;
    }
    for (std::int64_t l = 0; l < count; ++l) part[l] = x[j * column + l] / by;
    for (std::int64_t w = begin; w < end; ++w)
      for (std::int64_t l = 0; l < count; ++l) line[w * count + l] += part[l];
  }
}

/// The transpose of average_pool: x[i, j] divided as there is added to every element of its window in y,
/// which begins as 0. What windows beside each other give to a row is added up first.
template <class T>
void spread_pool(PlaneCount planes, const Windows& rows, const Windows& columns, std::int64_t divisor,
                 Planes<const T> x, Planes<T> y) {
  const PlaneGroups groups{planes.channels, channels_together(planes, x, y)};
  const std::int64_t size = columns.size;
  const auto spread = [&](std::int64_t begin, std::int64_t end) {
    const Scratch<T> scratch((size + 1) * groups.size);
    vectorized([=, &rows, &columns, line = scratch.data()] {
      for (std::int64_t g = begin; g < end; ++g) {
        const std::int64_t n = groups.image(g), c = groups.first_channel(g), count = groups.channel_count(g);
        const auto each_piece = [&](std::int64_t h, const auto& f) {
          for_pieces(y.column, size, count,
                     [&](std::int64_t place, std::int64_t index, std::int64_t elements) {
                       f(y.at(n, c) + h * y.row + place, line + index, elements);
                     });
        };
        const auto zero = [](T* to, const T*, std::int64_t many) { std::fill_n(to, many, T(0)); };
        const auto copy = [](T* to, const T* from, std::int64_t many) { std::copy_n(from, many, to); };
        const auto add = [](T* to, const T* from, std::int64_t many) {
          for (std::int64_t e = 0; e < many; ++e) to[e] += from[e];
        };
        std::int64_t done = 0;  // rows that have been written to
        for (std::int64_t i = 0; i < rows.count(); ++i) {
          spread_windows(x.at(n, c) + i * x.row, x.column, columns, rows[i].counted, divisor, count, line,
                         line + size * groups.size);
          for (; done < rows[i].begin; ++done) each_piece(done, zero);
          for (std::int64_t h = rows[i].begin; h < std::min(done, rows[i].end); ++h) each_piece(h, add);
          for (; done < rows[i].end; ++done) each_piece(done, copy);
        }
        for (; done < rows.size; ++done) each_piece(done, zero);
      }
    });
  };
  const std::int64_t cost = std::max<std::int64_t>(2 * positions(rows) * positions(columns), 1);
  parallel_for(planes.images * groups.of_image(), chunk_for(cost * groups.size), spread);
}

}  // namespace gradus::kernels
