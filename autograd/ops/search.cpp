#include <gradus/autograd/ops/search.hpp>

#include <algorithm>
#include <cmath>
#include <span>
#include <vector>

#include <gradus/autograd/kernels/parallel.hpp>
#include <gradus/autograd/kernels/real.hpp>
#include <gradus/autograd/ops/arithmetic.hpp>
#include <gradus/autograd/ops/compare.hpp>
#include <gradus/autograd/ops/create.hpp>
#include <gradus/autograd/ops/elementwise.hpp>
#include <gradus/autograd/ops/extrema.hpp>
#include <gradus/autograd/ops/index.hpp>
#include <gradus/autograd/ops/masked.hpp>
#include <gradus/autograd/ops/sort.hpp>
#include <gradus/autograd/ops/view.hpp>
#include <gradus/autograd/ops/where.hpp>

namespace gradus {

namespace {

constexpr std::int64_t search_cost = 32;

/// Rising order, NaN last.
constexpr auto less = [](auto a, auto b) { return a < b || (kernels::is_nan(b) && !kernels::is_nan(a)); };

void require_one_dtype(const Tensor& a, const Tensor& b) {
  require<DTypeError>(a.dtype() == b.dtype(), "given {} and {}; dtypes are not mixed silently, use to({})",
                      a.dtype(), b.dtype(), a.dtype());
}

bool same_batch(const Tensor& a, const Tensor& b) {
  return a.rank() == b.rank() &&
         std::equal(a.shape().begin(), a.shape().end() - 1, b.shape().begin(), b.shape().end() - 1);
}

/// Equal neighbours of the elements of `flat`, taken in `order`, as one.
template <Element T>
Unique join_equal(const Tensor& flat, std::span<const std::int64_t> order) {
  const std::vector<T> values = flat.to_vector<T>();
  std::vector<std::int64_t> firsts, counts, inverse(order.size());
  const auto value = [&](std::int64_t place) { return values[static_cast<std::size_t>(place)]; };
  for (const std::int64_t place : order) {
    if (firsts.empty() || !(value(place) == value(firsts.back()))) {
      firsts.push_back(place);
      counts.push_back(0);
    }
    ++counts.back();
    inverse[static_cast<std::size_t>(place)] = static_cast<std::int64_t>(firsts.size()) - 1;
  }
  const Shape size(static_cast<std::int64_t>(firsts.size()));
  return {index_select(flat, 0, from_vector(firsts, size)), from_vector(inverse, flat.shape()),
          from_vector(counts, size)};
}

Unique join_equal(const Tensor& x, const Tensor& flat, const Tensor& order) {
  Unique result =
      dispatch(flat.dtype(), [&]<class T>() { return join_equal<T>(flat, order.span<std::int64_t>()); });
  result.inverse = reshape(result.inverse, x.shape());
  return result;
}

}  // namespace

Tensor searchsorted(const Tensor& sorted, const Tensor& values, bool right, SourceLocation at) {
  const OpScope scope("searchsorted", at);
  require_one_dtype(sorted, values);
  require<ShapeError>(sorted.rank() == 1 || (sorted.rank() > 1 && same_batch(sorted, values)),
                      "rows {} were given for values {}; need one row [n], or [.., n] for [.., m]",
                      sorted.shape(), values.shape());
  const Tensor rows = sorted.detach().contiguous(), wanted = values.detach().contiguous();
  const Tensor places = empty(values.shape(), int64);
  const std::int64_t n = rows.size(-1), per_row = std::max<std::int64_t>(
                                            sorted.rank() == 1 ? values.numel() : values.size(-1), 1);
  dispatch(rows.dtype(), [&]<class T>() {
    kernels::parallel_for(
        values.numel(), kernels::chunk_for(search_cost), [&](std::int64_t begin, std::int64_t end) {
          for (std::int64_t i = begin; i < end; ++i) {
            const T *first = rows.data<T>() + i / per_row * n, *last = first + n, v = wanted.data<T>()[i];
            const T* found =
                right ? std::upper_bound(first, last, v, less) : std::lower_bound(first, last, v, less);
            places.mutable_data<std::int64_t>()[i] = found - first;
          }
        });
  });
  return places;
}

Tensor bucketize(const Tensor& values, const Tensor& boundaries, bool right, SourceLocation at) {
  const OpScope scope("bucketize", at);
  require<ShapeError>(boundaries.rank() == 1, "the boundaries are {}; needs [n]", boundaries.shape());
  return searchsorted(boundaries, values, right, at);
}

Tensor isin(const Tensor& x, const Tensor& candidates, SourceLocation at) {
  const OpScope scope("isin", at);
  require_one_dtype(x, candidates);
  const Tensor rising = sort(flatten(candidates.detach())).values;
  return dispatch(x.dtype(), [&]<class T>() {
    const std::span<const T> sorted(rising.data<T>(), static_cast<std::size_t>(rising.numel()));
    return elementwise::apply<T>(x, search_cost, [sorted](T v) -> bool {
      return !kernels::is_nan(v) && std::binary_search(sorted.begin(), sorted.end(), v, less);
    });
  });
}

Unique unique(const Tensor& x, SourceLocation at) {
  const OpScope scope("unique", at);
  const Tensor flat = flatten(x.detach());
  return join_equal(x, flat, argsort(flat));
}

Unique unique_consecutive(const Tensor& x, SourceLocation at) {
  const OpScope scope("unique_consecutive", at);
  const Tensor flat = flatten(x.detach());
  return join_equal(x, flat, arange(flat.numel()));
}

Tensor bincount(const Tensor& x, const Tensor& weights, std::int64_t minlength, SourceLocation at) {
  const OpScope scope("bincount", at);
  require<DTypeError>(x.dtype() == int64, "given {}; needs int64", x.dtype());
  require<ShapeError>(x.rank() == 1, "given {}; needs [n]", x.shape());
  require<ShapeError>(!weights.defined() || weights.shape() == x.shape(), "the weights are {}; needs {}",
                      weights.defined() ? weights.shape() : Shape{}, x.shape());
  require(minlength >= 0, "minlength is {}; it must not be negative", minlength);
  const bool none = x.numel() == 0;
  const std::int64_t least = none ? 0 : amin(x).item<std::int64_t>(),
                     most = none ? -1 : amax(x).item<std::int64_t>();
  require(least >= 0, "a number {} was given; needs numbers from 0 on", least);
  const Tensor added = weights.defined() ? weights : ones_like(x);
  return index_add(zeros({std::max(most + 1, minlength)}, {.dtype = added.dtype()}), 0, x, added);
}

Tensor histc(const Tensor& x, std::int64_t bins, double min, double max, SourceLocation at) {
  const OpScope scope("histc", at);
  check_floating(x.dtype());
  require(bins >= 1, "{} bins were asked for; needs at least 1", bins);
  const Tensor flat = flatten(x.detach());
  if (min == max && flat.numel() > 0) {
    min = amin(flat).to(float64).item<double>();
    max = amax(flat).to(float64).item<double>();
  }
  if (min == max) {
    min -= 1;
    max += 1;
  }
  require(std::isfinite(min) && std::isfinite(max) && min < max, "the range is from {} to {}", min, max);
  const Tensor inside = masked_select(flat, (flat >= min) & (flat <= max));
  const Tensor bin = ((inside - min) / (max - min) * static_cast<double>(bins)).to(int64);
  return bincount(clamp(bin, {}, bins - 1), {}, bins).to(x.dtype());
}

}  // namespace gradus
