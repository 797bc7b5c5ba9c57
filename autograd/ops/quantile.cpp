#include <gradus/autograd/ops/quantile.hpp>

#include <algorithm>
#include <vector>

#include <gradus/autograd/kernels/real.hpp>
#include <gradus/autograd/kernels/rows.hpp>
#include <gradus/autograd/ops/arithmetic.hpp>
#include <gradus/autograd/ops/compare.hpp>
#include <gradus/autograd/ops/create.hpp>
#include <gradus/autograd/ops/index.hpp>
#include <gradus/autograd/ops/pointwise.hpp>
#include <gradus/autograd/ops/rearrange.hpp>
#include <gradus/autograd/ops/reduce.hpp>
#include <gradus/autograd/ops/sort.hpp>
#include <gradus/autograd/ops/ternary.hpp>
#include <gradus/autograd/ops/view.hpp>
#include <gradus/autograd/ops/where.hpp>

namespace gradus {

namespace {

/// How many elements of the last dimension are not NaN: [.., n] -> [.., 1], float64.
Tensor count_numbers(const Tensor& x, std::int64_t dim) {
  return sum(logical_not(isnan(x)).to(float64), {dim}, true);
}

/// The elements at fractional places `ranks` [.., k] of sorted rows [.., n].
Tensor interpolate_at(const Tensor& sorted, const Tensor& ranks, Quantile interpolation) {
  const auto elements = [&](const Tensor& places) { return gather(sorted, -1, places.to(int64)); };
  switch (interpolation) {
    case Quantile::lower:
      return elements(floor(ranks));
    case Quantile::higher:
      return elements(ceil(ranks));
    case Quantile::nearest:
      return elements(round(ranks));
    case Quantile::midpoint:
      return lerp(elements(floor(ranks)), elements(ceil(ranks)), 0.5);
    case Quantile::linear:
      break;
  }
  const Tensor below = floor(ranks);
  return lerp(elements(below), elements(ceil(ranks)), (ranks - below).to(sorted.dtype()));
}

enum class Nan { wins, is_left_out };

/// The quantiles of the last dimension, as a new last one: [.., n] -> [.., k].
Tensor quantiles(const Tensor& rows, const Tensor& q, Quantile interpolation, Nan nan) {
  const std::int64_t n = rows.size(-1);
  Shape shape = rows.shape();
  shape[shape.size() - 1] = q.size(0);
  const Tensor numbers = count_numbers(rows.detach(), -1),
               last = static_cast<double>(n - 1) * ones_like(numbers);
  Tensor ranks = q * (nan == Nan::wins ? last : clamp(numbers - 1, 0));
  if (nan == Nan::wins) ranks = where(numbers < static_cast<double>(n), last, ranks);  // where NaN stands
  return interpolate_at(sort(rows, -1).values, expand(ranks, shape), interpolation);
}

Tensor quantile_of(std::string_view name, const Tensor& x, const Operand& q, const QuantileOptions& options,
                   Nan nan) {
  const OpScope scope(name, q.at());
  check_floating(x.dtype());
  const Tensor given = q.is_number() ? q.as(float64) : q.tensor().detach().to(float64);
  require<ShapeError>(given.rank() <= 1, "q is {}; needs a number or [k]", given.shape());
  require(all((given >= 0) & (given <= 1)).item<bool>(), "q must lie in [0, 1]");
  const bool whole = !options.dim || x.rank() == 0;
  const Tensor rows = whole ? flatten(x) : movedim(x, *options.dim, -1);
  require<ShapeError>(rows.size(-1) > 0, "shape {} has nothing to choose from", x.shape());
  const Tensor y = movedim(quantiles(rows, flatten(given), options.interpolation, nan), -1, 0);  // [k, ..]
  Shape kept = x.shape();
  if (whole)
    kept = options.keepdim ? Shape::filled(x.rank(), 1) : Shape{};
  else if (options.keepdim)
    kept[wrap_dim(*options.dim, x.rank())] = 1;
  else
    kept.erase(wrap_dim(*options.dim, x.rank()));
  if (given.rank() == 1) kept.insert(0, given.size(0));
  return reshape(y, kept);
}

/// An element for each row along a dimension, by its place there ([.., 1, ..]).
Extremum at_places(const Tensor& x, const Tensor& places, std::int64_t dim, bool keepdim) {
  const Tensor values = gather(x, dim, places);
  if (keepdim) return {values, places};
  return {squeeze(values, dim), squeeze(places, dim)};
}

/// `f(x, dim)` for a tensor of at least one dimension.
template <class F>
Extremum of_rows(const Tensor& x, std::int64_t dim, bool keepdim, F f) {
  wrap_dim(dim, x.rank());
  if (x.rank() > 0) {
    require<ShapeError>(x.size(dim) > 0, "shape {} has nothing to choose from along dimension {}", x.shape(),
                        dim);
    return at_places(x, f(x, dim), dim, keepdim);
  }
  const Tensor row = unsqueeze(x, 0);
  return at_places(row, f(row, std::int64_t{0}), 0, false);
}

/// Where the most frequent element of each row stands first.
Tensor mode_places(const Tensor& x, std::int64_t dim) {
  const std::size_t d = wrap_dim(dim, x.rank());
  Shape shape = x.shape();
  shape[d] = 1;
  const Tensor places = empty(shape, int64);
  const auto rows = kernels::plan_rows(x.shape(), d, places.strides(), x.strides());
  dispatch(x.dtype(), [&]<class T>() {
    kernels::for_each_row(rows, 32, [&](const auto& starts) {
      const kernels::Strided<const T> row{x.data<T>() + starts[1], rows.steps[1]};
      std::vector<std::int64_t> order(static_cast<std::size_t>(rows.length));
      for (std::int64_t i = 0; i < rows.length; ++i) order[static_cast<std::size_t>(i)] = i;
      std::stable_sort(order.begin(), order.end(), [&](std::int64_t a, std::int64_t b) {
        return row[a] < row[b] || (kernels::is_nan(row[b]) && !kernels::is_nan(row[a]));
      });
      auto best = order.begin();
      std::ptrdiff_t most = 0;
      for (auto run = order.begin(); run != order.end();) {
        const auto end =
            std::find_if(run + 1, order.end(), [&](std::int64_t i) { return !(row[i] == row[*run]); });
        if (end - run > most) {
          most = end - run;
          best = run;
        }
        run = end;
      }
      places.mutable_data<std::int64_t>()[starts[0]] = *best;
    });
  });
  return places;
}

}  // namespace

Tensor quantile(const Tensor& x, const Operand& q, const QuantileOptions& options) {
  return quantile_of("quantile", x, q, options, Nan::wins);
}

Tensor nanquantile(const Tensor& x, const Operand& q, const QuantileOptions& options) {
  return quantile_of("nanquantile", x, q, options, Nan::is_left_out);
}

Extremum nanmedian(const Tensor& x, std::int64_t dim, bool keepdim, SourceLocation at) {
  const OpScope scope("nanmedian", at);
  return of_rows(x, dim, keepdim, [](const Tensor& rows, std::int64_t d) {
    const Tensor middle = floor(clamp(count_numbers(rows.detach(), d) - 1, 0) * 0.5).to(int64);
    return gather(argsort(rows, d), d, middle);
  });
}

Tensor nanmedian(const Tensor& x, SourceLocation at) {
  const OpScope scope("nanmedian", at);
  return nanmedian(flatten(x), 0, false, at).values;
}

Extremum mode(const Tensor& x, std::int64_t dim, bool keepdim, SourceLocation at) {
  const OpScope scope("mode", at);
  return of_rows(x, dim, keepdim, mode_places);
}

}  // namespace gradus
