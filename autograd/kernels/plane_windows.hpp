#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include <gradus/autograd/kernels/parallel.hpp>
#include <gradus/autograd/kernels/windows.hpp>

namespace gradus::kernels {

/// Windows `begin` to `end` of an axis, which start `step` apart.
struct EvenWindows {
  std::int64_t begin, end, step;
};

/// The windows of a plane, and their elements by number.
struct PlaneWindows {
  Windows rows, columns;

  std::int64_t down(std::int64_t i) const { return elements(rows, i); }
  std::int64_t across(std::int64_t j) const { return elements(columns, j); }
  /// Row of element k of window (i, j).
  std::int64_t row(std::int64_t i, std::int64_t j, std::int64_t k) const {
    return rows[i].begin + k / across(j) * rows.step;
  }
  std::int64_t column(std::int64_t j, std::int64_t k) const {
    return columns[j].begin + k % across(j) * columns.step;
  }
  /// Where the elements of windows (0, j) lie in a plane, counted from its first element in the window's
  /// first row: [columns.count(), most()].
  std::vector<std::int64_t> places(std::int64_t row_stride, std::int64_t column_stride) const {
    std::vector<std::int64_t> all(static_cast<std::size_t>(columns.count() * most()));
    for (std::int64_t j = 0; j < columns.count(); ++j)
      for (std::int64_t k = 0; k < most() && across(j) > 0; ++k)
        all[static_cast<std::size_t>(j * most() + k)] =
            k / across(j) * rows.step * row_stride + column(j, k) * column_stride;
    return all;
  }
  /// The windows of a row that have as many columns as the one in the middle and lie evenly.
  EvenWindows even_columns() const {
    const std::int64_t n = columns.count(), middle = n / 2;
    const std::int64_t step = n > 1 ? columns[middle].begin - columns[middle - 1].begin : 1;
    const auto even = [&](std::int64_t j) {
      return across(j) == across(middle) && columns[j].begin == columns[middle].begin + (j - middle) * step;
    };
    EvenWindows found{middle, middle, step};
    while (found.begin > 0 && even(found.begin - 1)) --found.begin;
    while (found.end < n && even(found.end)) ++found.end;
    return found;
  }
  /// The number of elements of the largest window.
  std::int64_t most() const { return largest(rows) * largest(columns); }
  /// Whether every element up to the last window's is in exactly one window.
  bool tile() const { return covers(rows) && covers(columns); }
  /// Operations for one row of windows of one channel.
  std::int64_t row_cost() const { return std::max<std::int64_t>(columns.count() * down(0) * across(0), 1); }

 private:
  static std::int64_t largest(const Windows& w) {
    std::int64_t most = 0;
    for (std::int64_t i = 0; i < w.count(); ++i) most = std::max(most, elements(w, i));
    return most;
  }
  static std::int64_t elements(const Windows& w, std::int64_t i) {
    const std::int64_t extent = w[i].end - w[i].begin;
    return w.step == 1 ? extent : chunk_count(extent, w.step);
  }
  static bool covers(const Windows& w) {
    std::int64_t end = 0;
    for (const Window& window : w.each) {
      if (window.begin != end || (w.step > 1 && window.end - window.begin > 1)) return false;
      end = window.end;
    }
    return true;
  }
};

}  // namespace gradus::kernels
