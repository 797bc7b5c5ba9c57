#pragma once

#include <algorithm>

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

/// Channels that one task takes together where they lie side by side.
inline constexpr std::int64_t channel_block = 16;

/// Calls `f.operator()<lanes>(n, c, count)` for channels c, ..., c + count - 1 of each image n, perhaps in
/// parallel; `cost` operations each. Where all arrays are channels-last, lanes is `channel_block` and counts
/// as the next element; elsewhere lanes and count are 1. One call has a plane to itself.
template <class F, class... P>
void for_planes(PlaneCount planes, std::int64_t cost, F f, const P&... arrays) {
  const bool channels_last = planes.channels > 1 && (... && (arrays.channel == 1));
  const std::int64_t lanes = channels_last ? channel_block : 1;
  const std::int64_t groups = chunk_count(planes.channels, lanes);
  parallel_for(planes.images * groups, chunk_for(cost * lanes), [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      const std::int64_t n = i / groups;
      const std::int64_t c = i % groups * lanes;
      if (channels_last)
        f.template operator()<channel_block>(n, c, std::min(lanes, planes.channels - c));
      else
        f.template operator()<1>(n, c, 1);
    }
  });
}

/// Operations that pooling one plane takes.
inline std::int64_t pooling_cost(const Windows& rows, const Windows& columns) {
  const auto taps = [](const Windows& w) {
    std::int64_t sum = 0;
    for (const Window& window : w.each) sum += (window.end - window.begin + w.step - 1) / w.step;
    return sum;
  };
  return std::max<std::int64_t>(2 * taps(rows) * taps(columns), 1);
}

/// Zeroes `size` elements of each of `count` neighbouring planes without gaps between their rows.
template <class T>
void zero_planes(T* first, std::int64_t size, std::int64_t step, std::int64_t count) {
  if (step == count) return void(std::fill_n(first, size * count, T(0)));
  for (std::int64_t i = 0; i < size; ++i) std::fill_n(first + i * step, count, T(0));
}

/// line[w, l] += x[w, l] for `size` positions of `count` <= lanes neighbouring channels.
template <std::int64_t lanes, class T>
[[gnu::always_inline]] inline void add_row(const T* x, std::int64_t column, std::int64_t size,
                                           std::int64_t count, double* line) {
  if (lanes == 1 && column == 1)
    for (std::int64_t w = 0; w < size; ++w) line[w] += static_cast<double>(x[w]);
  else if (count == lanes)
    for (std::int64_t w = 0; w < size; ++w)
      for (std::int64_t l = 0; l < lanes; ++l) line[w * lanes + l] += static_cast<double>(x[w * column + l]);
  else
    for (std::int64_t w = 0; w < size; ++w)
      for (std::int64_t l = 0; l < count; ++l) line[w * lanes + l] += static_cast<double>(x[w * column + l]);
}

/// y = the sum over each window divided by `divisor`, or by its counted positions if that is 0. Columns are
/// added up first, for all windows beside each other.
template <class T>
void average_pool(PlaneCount planes, const Windows& rows, const Windows& columns, std::int64_t divisor,
                  Planes<const T> x, Planes<T> y) {
  const auto pool = [&]<std::int64_t lanes>(std::int64_t n, std::int64_t c, std::int64_t count) {
    const Scratch<double> scratch(columns.size * lanes);
    double* const line = scratch.data();
    for (std::int64_t i = 0; i < rows.count(); ++i) {
      vectorized([=, size = columns.size, step = rows.step, window = rows[i]] {
        std::fill_n(line, size * lanes, 0.0);
        for (std::int64_t h = window.begin; h < window.end; h += step)
          add_row<lanes>(x.at(n, c) + h * x.row, x.column, size, count, line);
      });
      for (std::int64_t j = 0; j < columns.count(); ++j) {
        double sum[lanes] = {};
        for (std::int64_t w = columns[j].begin; w < columns[j].end; w += columns.step)
          for (std::int64_t l = 0; l < lanes; ++l) sum[l] += line[w * lanes + l];
        const auto by = static_cast<double>(divisor != 0 ? divisor : rows[i].counted * columns[j].counted);
        for (std::int64_t l = 0; l < count; ++l)
          y.at(n, c)[i * y.row + j * y.column + l] = static_cast<T>(sum[l] / by);
      }
    }
  };
  for_planes(planes, pooling_cost(rows, columns), pool, x, y);
}

/// The transpose of average_pool: x[i, j] divided as there is added to every element of its window in y,
/// which begins as 0 and has no gaps between its rows.
template <class T>
void spread_pool(PlaneCount planes, const Windows& rows, const Windows& columns, std::int64_t divisor,
                 Planes<const T> x, Planes<T> y) {
  const auto spread = [&]<std::int64_t lanes>(std::int64_t n, std::int64_t c, std::int64_t count) {
    zero_planes(y.at(n, c), rows.size * columns.size, y.column, count);
    for (std::int64_t i = 0; i < rows.count(); ++i)
      for (std::int64_t j = 0; j < columns.count(); ++j) {
        const auto by = static_cast<T>(divisor != 0 ? divisor : rows[i].counted * columns[j].counted);
        const T* from = x.at(n, c) + i * x.row + j * x.column;
        const std::int64_t channels = lanes == 1 ? 1 : count;
        T part[lanes];
        for (std::int64_t l = 0; l < channels; ++l) part[l] = from[l] / by;
        const std::int64_t first = columns[j].begin, across = columns[j].end - first;
        for (std::int64_t h = rows[i].begin; h < rows[i].end; h += rows.step) {
          T* to = y.at(n, c) + h * y.row + first * y.column;
          if (lanes == 1 && y.column == 1 && columns.step == 1 && across >= 8)
            for (std::int64_t w = 0; w < across; ++w) to[w] += part[0];
          else
            for (std::int64_t w = 0; w < across; w += columns.step)
              for (std::int64_t l = 0; l < channels; ++l) to[w * y.column + l] += part[l];
        }
      }
  };
  for_planes(planes, pooling_cost(rows, columns), spread, x, y);
}

}  // namespace gradus::kernels
