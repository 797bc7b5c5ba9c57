#include <gradus/autograd/ops/masked.hpp>

#include <gradus/autograd/ops/arithmetic.hpp>
#include <gradus/autograd/ops/compare.hpp>
#include <gradus/autograd/ops/create.hpp>
#include <gradus/autograd/ops/index.hpp>
#include <gradus/autograd/ops/indexing.hpp>
#include <gradus/autograd/ops/reduce.hpp>
#include <gradus/autograd/ops/view.hpp>

namespace gradus {

namespace {

/// Row-major numbers of the elements that are not 0.
std::vector<std::int64_t> places_of(const Tensor& x) {
  return dispatch(x.dtype(), [&]<class T>() {
    const std::vector<T> values = x.to_vector<T>();
    std::vector<std::int64_t> places;
    for (std::size_t i = 0; i < values.size(); ++i)
      if (values[i] != T(0)) places.push_back(static_cast<std::int64_t>(i));
    return places;
  });
}

Tensor as_list(const std::vector<std::int64_t>& places) {
  return from_vector(places, Shape(static_cast<std::int64_t>(places.size())));
}

/// The first `count` dimensions joined into one, and the rest into another.
Tensor as_table(const Tensor& x, std::size_t count) {
  std::int64_t rows = 1, columns = 1;
  for (std::size_t d = 0; d < x.rank(); ++d) (d < count ? rows : columns) *= x.shape()[d];
  return reshape(x, {rows, columns});
}

struct Places {
  Tensor rows;   ///< of the table that `as_table` makes, as a list
  Shape shape;   ///< in which they were given
  Shape result;  ///< that shape and the rest of x's
};

Places find(const Tensor& x, const std::vector<Tensor>& places) {
  require<ShapeError>(!places.empty() && places.size() <= x.rank(),
                      "{} tensors of indices were given for {}; needs from 1 to {}", places.size(), x.shape(),
                      x.rank());
  Tensor rows = zeros({}, {.dtype = int64});
  for (std::size_t d = 0; d < places.size(); ++d) {
    indexing::check(places[d], x.shape()[d], [&] { return fmt::format("dimension {} of {}", d, x.shape()); });
    rows = rows * x.shape()[d] + places[d];
  }
  Shape result = rows.shape();
  for (std::size_t d = places.size(); d < x.rank(); ++d) result.push_back(x.shape()[d]);
  return {flatten(rows), rows.shape(), result};
}

}  // namespace

Tensor nonzero(const Tensor& x, SourceLocation at) {
  const OpScope scope("nonzero", at);
  const std::vector<std::int64_t> places = places_of(x);
  const auto rank = static_cast<std::int64_t>(x.rank());
  const Tensor y = empty({static_cast<std::int64_t>(places.size()), rank}, int64);
  auto* out = y.mutable_data<std::int64_t>();
  for (std::int64_t place : places) {
    for (std::int64_t d = rank; d-- > 0; place /= x.size(d)) out[d] = place % x.size(d);
    out += rank;
  }
  return y;
}

Tensor count_nonzero(const Tensor& x, const Dims& dims, SourceLocation at) {
  const OpScope scope("count_nonzero", at);
  return sum(logical_not(logical_not(x)), dims);
}

Tensor masked_select(const Tensor& x, const Tensor& mask, SourceLocation at) {
  const OpScope scope("masked_select", at);
  require<DTypeError>(mask.dtype() == boolean, "the mask is {}; needs bool", mask.dtype());
  const Shape shape = broadcast(x.shape(), mask.shape());
  return index_select(flatten(expand(x, shape)), 0, as_list(places_of(expand(mask, shape))));
}

Tensor take(const Tensor& x, const Tensor& index, SourceLocation at) {
  const OpScope scope("take", at);
  indexing::check(index, x.numel(), [&] { return fmt::format("the elements of {}", x.shape()); });
  return reshape(index_select(flatten(x), 0, flatten(index)), index.shape());
}

Tensor take_along_dim(const Tensor& x, const Tensor& index, std::int64_t dim, SourceLocation at) {
  const OpScope scope("take_along_dim", at);
  require<ShapeError>(x.rank() == index.rank(), "the index is {} but x is {}; needs the same rank",
                      index.shape(), x.shape());
  const std::size_t d = wrap_dim(dim, x.rank());
  if (x.rank() == 0) return gather(x, 0, index);
  Shape from = x.shape(), places = index.shape();
  from[d] = places[d] = 1;
  const Shape others = broadcast(from, places);
  from = places = others;
  from[d] = x.shape()[d];
  places[d] = index.shape()[d];
  return gather(expand(x, from), dim, expand(index, places));
}

Tensor index(const Tensor& x, const std::vector<Tensor>& places, SourceLocation at) {
  const OpScope scope("index", at);
  const Places found = find(x, places);
  return reshape(index_select(as_table(x, places.size()), 0, found.rows), found.result);
}

Tensor index_put(const Tensor& x, const std::vector<Tensor>& places, const Tensor& values, bool accumulate,
                 SourceLocation at) {
  const OpScope scope("index_put", at);
  const Places found = find(x, places);
  require<ShapeError>(broadcastable_to(values.shape(), found.result),
                      "the values are {}; they must broadcast to {}", values.shape(), found.result);
  const Tensor table = as_table(x, places.size());
  const Tensor source = reshape(expand(values, found.result), {found.rows.numel(), table.size(1)});
  if (accumulate) return reshape(index_add(table, 0, found.rows, source), x.shape());
  return reshape(scatter(table, 0, expand(unsqueeze(found.rows, 1), source.shape()), source), x.shape());
}

}  // namespace gradus
