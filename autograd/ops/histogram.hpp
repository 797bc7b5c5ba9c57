#pragma once

#include <array>
#include <optional>

#include <gradus/autograd/tensor.hpp>

namespace gradus {

/// How many elements lie in each of k intervals, and the k + 1 edges between these, both in the dtype of x.
struct Histogram {
  Tensor hist;
  Tensor bin_edges;
};
/// Options of `histogram`.
struct HistogramOptions {
  std::optional<std::array<double, 2>> range = {};  ///< first and last edge; those of the data unless given
  Tensor weight = {};    ///< what each element counts, of the shape and dtype of x; 1 when undefined
  bool density = false;  ///< divided by the total and each interval's length, so that the integral is 1
};
/// In `bins` intervals of equal length, or between given rising edges [k + 1], in which case `range` does not
/// count. An interval holds its lower edge, the last one both; elements outside of all and NaN are left out.
/// The gradient goes to the weights alone. Where all elements are equal, the range is 0.5 to either side.
/// Throws ValueError unless bins >= 1, the range is finite and rises and so do the edges, DTypeError unless
/// floating and of one dtype, ShapeError for weights or edges that do not fit.
Histogram histogram(const Tensor& x, std::int64_t bins, const HistogramOptions& options = {},
                    SourceLocation at = SourceLocation::current());
Histogram histogram(const Tensor& x, const Tensor& bin_edges, const HistogramOptions& options = {},
                    SourceLocation at = SourceLocation::current());

}  // namespace gradus
