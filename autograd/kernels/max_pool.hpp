#pragma once

#include <algorithm>
#include <cstdint>
#include <type_traits>
#include <vector>

#include <gradus/autograd/kernels/isa.hpp>
#include <gradus/autograd/kernels/memory.hpp>
#include <gradus/autograd/kernels/parallel.hpp>
#include <gradus/autograd/kernels/pixels.hpp>
#include <gradus/autograd/kernels/plane_windows.hpp>
#include <gradus/autograd/kernels/planes.hpp>

/// Max pooling over the planes of images [N, C, H, W] of any strides. Which element of a window won is kept
/// as its number among the window's elements in row-major order: one byte, where a window has at most 255.
namespace gradus::kernels {

/// In the place of the number of a winner that is not to count.
template <class I>
inline constexpr I nobody = static_cast<I>(-1);

namespace detail {

inline constexpr std::int64_t pool_lanes = 32;  // channels, or windows of a row, that are compared together

/// Calls f(first, n, lanes) for parts of `count` channels: `lanes` is n where the compiler is to know it,
/// else 0. It knows whole parts and, as networks often begin with 16 channels, halves.
template <class F>
[[gnu::always_inline]] inline void for_lanes(std::int64_t count, const F& f) {
  constexpr std::integral_constant<std::int64_t, pool_lanes> whole;
  constexpr std::integral_constant<std::int64_t, pool_lanes / 2> half;
  std::int64_t first = 0;
  for (; first + whole <= count; first += whole) f(first, whole, whole);
  if (first + half <= count) {
    f(first, half, half);
    first += half;
  }
  if (first < count) f(first, count - first, std::integral_constant<std::int64_t, 0>());
}

/// The number of an element of a window, as wide as the element itself, so that vectors hold as many of both.
template <class T>
using LaneOf = std::conditional_t<sizeof(T) == 8, std::int64_t, std::int32_t>;

/// The winners of `count` <= pool_lanes windows, of whose elements (a, b) `load(a, b)` tells the first; they
/// lie side by side, and whole ones, like their results, up to the last lane. If `positive`, those that are
/// not count as nobody.
template <bool whole, class T, class I, class Load>
[[gnu::always_inline]] inline void best_of(const Load& load, std::int64_t down, std::int64_t across,
                                           std::int64_t count, bool positive, T* y, I* winner) {
  using Lane = LaneOf<T>;
  const std::int64_t n = whole ? pool_lanes : count;
  const T* first = load(0, 0);
  T best[pool_lanes];
  Lane number[pool_lanes];
  for (std::int64_t l = 0; l < n; ++l) {
    best[l] = first[l];
    number[l] = 0;
  }
  Lane k = 0;
  for (std::int64_t a = 0; a < down; ++a)
    for (std::int64_t b = 0; b < across; ++b, ++k) {
      const T* v = load(a, b);
      for (std::int64_t l = 0; l < n; ++l) {
        const bool take = (v[l] > best[l]) | (v[l] != v[l]);
        best[l] = take ? v[l] : best[l];
        number[l] = take ? k : number[l];
      }
    }
  if (positive)
    for (std::int64_t l = 0; l < n; ++l) number[l] = best[l] <= 0 ? nobody<Lane> : number[l];
  if (winner != nullptr)
    for (std::int64_t l = 0; l < n; ++l) winner[l] = static_cast<I>(number[l]);
  for (std::int64_t l = 0; l < n; ++l) y[l] = best[l];
}

/// to[i] = from[i * step]
template <class T>
[[gnu::always_inline]] inline void take_every(const T* from, std::int64_t step, std::int64_t n, T* to) {
  if (step == 1)
    for (std::int64_t i = 0; i < n; ++i) to[i] = from[i];
  else if (step == 2)
    for (std::int64_t i = 0; i < n; ++i) to[i] = from[2 * i];
  else
    for (std::int64_t i = 0; i < n; ++i) to[i] = from[i * step];
}

/// Each element of a window becomes g where it won, else 0, for `count` channels, or `lanes` if that is not
/// 0; or that is added to it.
template <bool add, std::int64_t lanes, class T, class I>
[[gnu::always_inline]] inline void give(const T* g, const I* winner, std::int64_t down, std::int64_t across,
                                        std::int64_t row, std::int64_t column, std::int64_t count, T* y) {
  const std::int64_t n = lanes != 0 ? lanes : count;
  T given[pool_lanes];
  LaneOf<T> number[pool_lanes];
  for (std::int64_t l = 0; l < n; ++l) {
    given[l] = g[l];
    number[l] = static_cast<LaneOf<T>>(winner[l]);
  }
  LaneOf<T> k = 0;
  for (std::int64_t a = 0; a < down; ++a)
    for (std::int64_t b = 0; b < across; ++b, ++k) {
      T* to = y + a * row + b * column;
      for (std::int64_t l = 0; l < n; ++l) {
        const T part = number[l] == k ? given[l] : T(0);
        to[l] = add ? to[l] + part : part;
      }
    }
}

/// Row i of the windows of image n.
template <class T, class I>
class MaxPoolRow {
 public:
  MaxPoolRow(const PlaneWindows& windows, Planes<const T> x, Planes<T> y, Planes<I> winner, std::int64_t n,
             std::int64_t i, bool positive)
      : windows_(windows),
        x_{x.at(n, 0) + windows.rows[i].begin * x.row, 0, x.channel, windows.rows.step * x.row, x.column},
        y_{y.at(n, 0) + i * y.row, 0, y.channel, 0, y.column},
        winner_{winner.data == nullptr ? nullptr : winner.at(n, 0) + i * winner.row, 0, winner.channel, 0,
                winner.column},
        down_(windows.down(i)),
        positive_(positive) {}

  /// Window j for `count` <= pool_lanes channels from c on, which lie side by side.
  [[gnu::always_inline]] void channels(std::int64_t j, std::int64_t c, std::int64_t count) const {
    const auto load = [first = first(j, c), row = x_.row, column = column()](auto a, auto b) {
      return first + a * row + b * column;
    };
    if (count == pool_lanes)
      best_of<true>(load, down_, windows_.across(j), count, positive_, to(j, c), won(j, c));
    else
      best_of<false>(load, down_, windows_.across(j), count, positive_, to(j, c), won(j, c));
  }
  /// Windows j to j + count, which start `step` columns apart, for `planes` channels from c on: pool_lanes
  /// windows at most.
  [[gnu::always_inline]] void windows(std::int64_t j, std::int64_t count, std::int64_t step, std::int64_t c,
                                      std::int64_t planes) const {
    T beside[pool_lanes] = {}, best[pool_lanes];
    I number[pool_lanes];
    const auto load = [&, first = first(j, c), row = x_.row, column = column(), across = step * x_.column](
                          auto a, auto b) {
      for (std::int64_t p = 0; p < planes; ++p)
        take_every(first + p * x_.channel + a * row + b * column, across, count, beside + p * count);
      return beside;
    };
    I* const winner = won(j, c);
    best_of<true>(load, down_, windows_.across(j), planes * count, positive_, best,
                  winner == nullptr ? winner : number);
    for (std::int64_t p = 0; p < planes; ++p) {
      std::copy_n(best + p * count, count, to(j, c) + p * y_.channel);
      if (winner != nullptr) std::copy_n(number + p * count, count, winner + p * winner_.channel);
    }
  }

 private:
  std::int64_t column() const { return windows_.columns.step * x_.column; }
  const T* first(std::int64_t j, std::int64_t c) const {
    return x_.at(0, c) + windows_.columns[j].begin * x_.column;
  }
  T* to(std::int64_t j, std::int64_t c) const { return y_.at(0, c) + j * y_.column; }
  I* won(std::int64_t j, std::int64_t c) const {
    return winner_.data == nullptr ? nullptr : winner_.at(0, c) + j * winner_.column;
  }

  const PlaneWindows& windows_;
  Planes<const T> x_;
  Planes<T> y_;
  Planes<I> winner_;
  std::int64_t down_;
  bool positive_;
};

}  // namespace detail

/// y = the largest element of each window, winner = its number; winner.data may be null. The first in
/// row-major order among equals; a NaN wins (the last one). If `positive`, nobody wins where y <= 0. By
/// vectors of channels, or of windows of a row.
template <class T, class I>
void max_pool(std::int64_t images, std::int64_t channels, const PlaneWindows& windows, Planes<const T> x,
              Planes<T> y, Planes<I> winner, bool positive) {
  using detail::pool_lanes;
  const std::int64_t height = windows.rows.count(), width = windows.columns.count();
  const bool wide = channels > 1 && x.channel == 1 && y.channel == 1;
  const EvenWindows even = wide || y.column != 1 ? EvenWindows{} : windows.even_columns();
  const std::int64_t together = std::max<std::int64_t>(  // planes whose rows fill the lanes
      pool_lanes / std::max<std::int64_t>(even.end - even.begin, 1), 1);
  const std::int64_t cost = windows.row_cost() * channels;
  parallel_for(images * height, chunk_for(wide ? cost / 4 : cost), [&](std::int64_t begin, std::int64_t end) {
    vectorized([=, &windows] {
      for (std::int64_t r = begin; r < end; ++r) {
        const detail::MaxPoolRow<T, I> row(windows, x, y, winner, r / height, r % height, positive);
        if (wide) {
          for (std::int64_t j = 0; j < width; ++j)
            for (std::int64_t c = 0; c < channels; c += pool_lanes)
              row.channels(j, c, std::min(pool_lanes, channels - c));
          continue;
        }
        for (std::int64_t c = 0; c < channels; c += together)
          for (std::int64_t j = even.begin; j < even.end; j += pool_lanes)
            row.windows(j, std::min(pool_lanes, even.end - j), even.step, c,
                        std::min(together, channels - c));
        for (std::int64_t c = 0; c < channels; ++c)
          for (std::int64_t j = 0; j < width; ++j)
            if (j < even.begin || j >= even.end) row.channels(j, c, 1);
      }
    });
  });
}

/// y[i, j] = the element of x that won window (i, j), 0 for nobody.
template <class T, class I>
void gather_winners(std::int64_t images, std::int64_t channels, const PlaneWindows& windows,
                    Planes<const T> x, Planes<const I> winner, Planes<T> y) {
  parallel_for(images, chunk_for(windows.rows.count() * windows.row_cost() * channels),
               [&](std::int64_t begin, std::int64_t end) {
                 for (std::int64_t n = begin; n < end; ++n)
                   for (std::int64_t i = 0; i < windows.rows.count(); ++i)
                     for (std::int64_t j = 0; j < windows.columns.count(); ++j)
                       for (std::int64_t c = 0; c < channels; ++c) {
                         const I k = winner.at(n, c)[i * winner.row + j * winner.column];
                         T& to = y.at(n, c)[i * y.row + j * y.column];
                         to =
                             k == nobody<I>
                                 ? T(0)
                                 : x.at(n, c)[windows.row(i, j, k) * x.row + windows.column(j, k) * x.column];
                       }
               });
}

namespace detail {

/// `scatter_winners` for one plane at a time.
template <class T, class I>
void scatter_planes(std::int64_t images, std::int64_t channels, const PlaneWindows& windows,
                    Planes<const T> x, Planes<const I> winner, Planes<T> y) {
  const std::int64_t height = windows.rows.count(), width = windows.columns.count(), most = windows.most();
  const std::vector<std::int64_t> places = windows.places(y.row, y.column);
  const auto scatter = [&](std::int64_t n, std::int64_t c) {
    T* const plane = y.at(n, c);
    for (std::int64_t h = 0; h < windows.rows.size; ++h)
      for (std::int64_t w = 0; w < windows.columns.size; ++w) plane[h * y.row + w * y.column] = T(0);
    for (std::int64_t i = 0; i < height; ++i) {
      T* const to = plane + windows.rows[i].begin * y.row;
      const T* const from = x.at(n, c) + i * x.row;
      const I* const won = winner.at(n, c) + i * winner.row;
      const std::int64_t* place = places.data();
      for (std::int64_t j = 0; j < width; ++j, place += most) {
        const I k = won[j * winner.column];  // nobody adds 0 to the first place: cheaper than a branch
        to[place[k == nobody<I> ? 0 : k]] += k == nobody<I> ? T(0) : from[j * x.column];
      }
    }
  };
  parallel_for(images * channels, chunk_for(windows.row_cost() * height),
               [&](std::int64_t begin, std::int64_t end) {
                 for (std::int64_t p = begin; p < end; ++p) scatter(p / channels, p % channels);
               });
}

}  // namespace detail

/// The transpose of gather_winners: y = 0, then x[i, j] is added where window (i, j) was won, in row-major
/// order.
template <class T, class I>
void scatter_winners(std::int64_t images, std::int64_t channels, const PlaneWindows& windows,
                     Planes<const T> x, Planes<const I> winner, Planes<T> y) {
  const std::int64_t height = windows.rows.count(), width = windows.columns.count();
  const std::int64_t all_rows = windows.rows.size, all_columns = windows.columns.size;
  if (channels == 1 || winner.channel != 1 || y.channel != 1)
    return detail::scatter_planes(images, channels, windows, x, winner, y);
  const bool tile = windows.tile();
  const auto clear = [&](std::int64_t n, std::int64_t top, std::int64_t bottom, std::int64_t left) {
    for (std::int64_t h = top; h < bottom; ++h)
      for (std::int64_t w = left; w < all_columns; ++w)
        std::fill_n(y.at(n, 0) + h * y.row + w * y.column, channels, T(0));
  };
  const std::int64_t cost = windows.row_cost() * channels * height / 4;
  const bool apart = x.channel != 1;
  const std::int64_t step = apart ? channels : x.column;
  parallel_for(images, chunk_for(cost), [&](std::int64_t begin, std::int64_t end) {
    const Scratch<T> line(apart ? width * channels : 0);
    for (std::int64_t n = begin; n < end; ++n) {
      if (tile) {  // only what lies beyond the windows is not written below
        clear(n, 0, windows.rows[height - 1].end, windows.columns[width - 1].end);
        clear(n, windows.rows[height - 1].end, all_rows, 0);
      } else {
        clear(n, 0, all_rows, 0);
      }
      for (std::int64_t i = 0; i < height; ++i) {
        const T* row_of_x = x.at(n, 0) + i * x.row;
        if (apart) interleave_row(row_of_x, x.channel, x.column, channels, width, line.data());
        const T* source = apart ? line.data() : row_of_x;
        vectorized([=, &windows] {
          const std::int64_t down = windows.down(i);
          const std::int64_t row = windows.rows.step * y.row, column = windows.columns.step * y.column;
          for (std::int64_t j = 0; j < width; ++j) {
            const std::int64_t across = windows.across(j);
            const I* won = winner.at(n, 0) + i * winner.row + j * winner.column;
            const T* g = source + j * step;
            T* to = y.at(n, 0) + windows.rows[i].begin * y.row + windows.columns[j].begin * y.column;
            detail::for_lanes(channels, [=](std::int64_t c, std::int64_t count, auto lanes) {
              if (tile)
                detail::give<false, lanes>(g + c, won + c, down, across, row, column, count, to + c);
              else
                detail::give<true, 0>(g + c, won + c, down, across, row, column, count, to + c);
            });
          }
        });
      }
    }
  });
}

}  // namespace gradus::kernels
