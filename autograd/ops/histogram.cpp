#include <gradus/autograd/ops/histogram.hpp>

#include <cmath>

#include <gradus/autograd/ops/arithmetic.hpp>
#include <gradus/autograd/ops/compare.hpp>
#include <gradus/autograd/ops/create.hpp>
#include <gradus/autograd/ops/extrema.hpp>
#include <gradus/autograd/ops/masked.hpp>
#include <gradus/autograd/ops/reduce.hpp>
#include <gradus/autograd/ops/search.hpp>
#include <gradus/autograd/ops/statistics.hpp>
#include <gradus/autograd/ops/view.hpp>
#include <gradus/autograd/ops/where.hpp>
#include <gradus/autograd/tape.hpp>

namespace gradus {

namespace {

void check(const Tensor& x, const Tensor& weight) {
  check_floating(x.dtype());
  if (!weight.defined()) return;
  require<ShapeError>(weight.shape() == x.shape(), "the weight is {}; needs {}", weight.shape(), x.shape());
  require<DTypeError>(weight.dtype() == x.dtype(), "the weight is {}; needs {}", weight.dtype(), x.dtype());
}

/// `x` is a vector of the dtype of the edges.
Histogram between(const Tensor& x, const Tensor& edges, const HistogramOptions& o) {
  const std::int64_t bins = edges.size(0) - 1;
  const Tensor bin = where(x == select(edges, 0, bins), bins - 1, searchsorted(edges, x, true) - 1);
  const Tensor inside = (bin >= 0) & (bin < bins);
  const Tensor weight = o.weight.defined() ? masked_select(flatten(o.weight), inside) : Tensor();
  const Tensor hist = bincount(masked_select(bin, inside), weight, bins).to(x.dtype());
  return {o.density ? hist / (sum(hist) * diff(edges)) : hist, edges};
}

}  // namespace

Histogram histogram(const Tensor& x, std::int64_t bins, const HistogramOptions& options, SourceLocation at) {
  const OpScope scope("histogram", at);
  check(x, options.weight);
  require(bins >= 1, "{} bins were asked for; needs at least 1", bins);
  const Tensor flat = flatten(x.detach());
  auto [low, high] = options.range.value_or(std::array<double, 2>{});
  if (!options.range && flat.numel() > 0) {
    low = amin(flat).to(float64).item<double>();
    high = amax(flat).to(float64).item<double>();
  }
  if (low == high) {
    low -= 0.5;
    high += 0.5;
  }
  require(std::isfinite(low) && std::isfinite(high) && low < high, "the range is from {} to {}", low, high);
  return between(flat, linspace(low, high, bins + 1, {.dtype = x.dtype()}), options);
}

Histogram histogram(const Tensor& x, const Tensor& bin_edges, const HistogramOptions& options,
                    SourceLocation at) {
  const OpScope scope("histogram", at);
  check(x, options.weight);
  require<ShapeError>(bin_edges.rank() == 1 && bin_edges.size(0) >= 2,
                      "the edges are {}; needs a vector of 2 or more", bin_edges.shape());
  require<DTypeError>(bin_edges.dtype() == x.dtype(), "the edges are {}; needs {}", bin_edges.dtype(),
                      x.dtype());
  const Tensor edges = bin_edges.detach();
  require(all(diff(edges) > 0).item<bool>(), "the edges do not rise");
  return between(flatten(x.detach()), edges, options);
}

}  // namespace gradus
