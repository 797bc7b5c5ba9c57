#include <gradus/autograd/ops/rearrange.hpp>

#include <algorithm>

#include <gradus/autograd/ops/create.hpp>
#include <gradus/autograd/ops/index.hpp>
#include <gradus/autograd/ops/join.hpp>
#include <gradus/autograd/ops/view.hpp>

namespace gradus {

namespace {

std::int64_t wrap(std::int64_t dim, const Tensor& x) {
  return static_cast<std::int64_t>(wrap_dim(dim, x.rank()));
}

Tensor roll_along(const Tensor& x, std::int64_t shift, std::int64_t dim) {
  const std::int64_t n = x.size(dim);
  if (n == 0) return x;
  const std::int64_t first = ((-shift) % n + n) % n;  // what comes to stand at 0
  if (first == 0) return x;
  return cat({narrow(x, dim, first, n - first), narrow(x, dim, 0, first)}, dim);
}

/// The numbers of elements before, along and behind dimension `dim`.
Shape around(const Tensor& x, std::int64_t dim) {
  Shape sizes{1, x.size(dim), 1};
  for (std::int64_t d = 0; d < static_cast<std::int64_t>(x.rank()); ++d)
    if (d != dim) sizes[d < dim ? 0 : 2] *= x.size(d);
  return sizes;
}

/// Dimension `dim` cut into `pieces` pieces, each given `count` times in a row.
Tensor copies(const Tensor& x, std::int64_t count, std::int64_t dim, std::int64_t pieces) {
  require(count >= 0, "a count of {} was given; it must not be negative", count);
  const Shape sizes = around(x, dim);
  Shape shape = x.shape();
  shape[static_cast<std::size_t>(dim)] *= count;
  const std::int64_t before = sizes[0] * pieces, behind = pieces == 0 ? 0 : sizes[1] / pieces * sizes[2];
  return reshape(expand(reshape(x, {before, 1, behind}), {before, count, behind}), shape);
}

}  // namespace

Tensor roll(const Tensor& x, const Dims& shifts, const Dims& dims, SourceLocation at) {
  const OpScope scope("roll", at);
  if (dims.empty()) {
    require<ShapeError>(shifts.size() == 1, "{} shifts were given without dimensions; needs one",
                        shifts.size());
    return reshape(roll_along(flatten(x), shifts[0], 0), x.shape());
  }
  require<ShapeError>(shifts.size() == dims.size(), "{} shifts were given for {} dimensions", shifts.size(),
                      dims.size());
  wrap_dims(dims, x.rank());
  Tensor y = x;
  if (x.rank() > 0)
    for (std::size_t i = 0; i < dims.size(); ++i) y = roll_along(y, shifts[i], dims[i]);
  return y;
}

Tensor repeat(const Tensor& x, const Dims& counts, SourceLocation at) {
  const OpScope scope("repeat", at);
  require<ShapeError>(counts.size() >= x.rank(), "{} counts were given for {}; needs one for each dimension",
                      counts.size(), x.shape());
  Shape shape = Dims::filled(counts.size() - x.rank(), 1);
  for (const std::int64_t size : x.shape()) shape.push_back(size);
  Tensor y = reshape(x, shape);
  for (std::size_t d = 0; d < counts.size(); ++d)
    if (counts[d] != 1) y = copies(y, counts[d], static_cast<std::int64_t>(d), 1);
  return y;
}

Tensor repeat_interleave(const Tensor& x, std::int64_t count, std::int64_t dim, SourceLocation at) {
  const OpScope scope("repeat_interleave", at);
  require<ShapeError>(x.rank() > 0, "a 0-d tensor has no slices to repeat");
  const std::int64_t d = wrap(dim, x);
  return copies(x, count, d, x.size(d));
}

Tensor repeat_interleave(const Tensor& x, const Tensor& counts, std::int64_t dim, SourceLocation at) {
  const OpScope scope("repeat_interleave", at);
  require<ShapeError>(x.rank() > 0, "a 0-d tensor has no slices to repeat");
  require<ShapeError>(counts.shape() == Shape(x.size(dim)),
                      "the counts are {}; needs one for each of the {} slices", counts.shape(), x.size(dim));
  std::vector<std::int64_t> places;
  const std::vector<std::int64_t> each = counts.to_vector<std::int64_t>();
  for (std::size_t i = 0; i < each.size(); ++i) {
    require(each[i] >= 0, "count {} is {}; it must not be negative", i, each[i]);
    places.insert(places.end(), static_cast<std::size_t>(each[i]), static_cast<std::int64_t>(i));
  }
  return index_select(x, dim, from_vector(places, Shape(static_cast<std::int64_t>(places.size()))));
}

Tensor movedim(const Tensor& x, const Dims& from, const Dims& to, SourceLocation at) {
  const OpScope scope("movedim", at);
  require<ShapeError>(from.size() == to.size(), "dimensions {} cannot be moved to {}; needs as many of both",
                      from, to);
  if (from.empty()) return x;
  wrap_dims(from, x.rank());
  wrap_dims(to, x.rank());
  Dims moved, order = Dims::filled(x.rank(), -1);
  for (std::size_t i = 0; i < from.size(); ++i) {
    moved.push_back(wrap(from[i], x));
    if (x.rank() > 0) order[static_cast<std::size_t>(wrap(to[i], x))] = moved.back();
  }
  std::int64_t next = 0;
  for (std::int64_t& place : order) {
    if (place >= 0) continue;
    while (moved.contains(next)) ++next;
    place = next++;
  }
  return permute(x, order);
}

Tensor t(const Tensor& x, SourceLocation at) {
  const OpScope scope("t", at);
  require<ShapeError>(x.rank() <= 2, "given {}; needs at most two dimensions (use transpose)", x.shape());
  return x.rank() == 2 ? transpose(x, 0, 1) : x;
}

std::vector<Tensor> unbind(const Tensor& x, std::int64_t dim, SourceLocation at) {
  const OpScope scope("unbind", at);
  require<ShapeError>(x.rank() > 0, "a 0-d tensor has no slices");
  std::vector<Tensor> slices;
  if (x.size(dim) == 0) return slices;
  for (const Tensor& slice : split(x, 1, dim)) slices.push_back(squeeze(slice, dim));
  return slices;
}

std::vector<Tensor> meshgrid(const std::vector<Tensor>& axes, GridIndexing indexing, SourceLocation at) {
  const OpScope scope("meshgrid", at);
  require(!axes.empty(), "given no axes; needs at least one");
  std::vector<std::size_t> order;  // dimension of the grid along which axis i runs
  for (std::size_t i = 0; i < axes.size(); ++i) order.push_back(i);
  if (indexing == GridIndexing::xy && axes.size() > 1) std::swap(order[0], order[1]);
  Shape shape = Dims::filled(axes.size(), 1);
  for (std::size_t i = 0; i < axes.size(); ++i) {
    require<ShapeError>(axes[i].rank() <= 1, "axis {} is {}; needs one dimension", i, axes[i].shape());
    require<DTypeError>(axes[i].dtype() == axes[0].dtype(), "axis 0 is {} but axis {} is {}", axes[0].dtype(),
                        i, axes[i].dtype());
    shape[order[i]] = axes[i].numel();
  }
  std::vector<Tensor> grids;
  for (std::size_t i = 0; i < axes.size(); ++i) {
    Shape along = Dims::filled(axes.size(), 1);
    along[order[i]] = axes[i].numel();
    grids.push_back(expand(reshape(axes[i], along), shape));
  }
  return grids;
}

}  // namespace gradus
