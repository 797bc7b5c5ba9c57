#include <gradus/autograd/ops/indexing.hpp>

#include <gradus/autograd/kernels/layout.hpp>

namespace gradus::indexing {

namespace {

/// Where element `i` in row-major order lies.
Dims position(std::int64_t i, const Shape& shape) {
  Dims place = shape;
  for (std::size_t d = shape.size(); d-- > 0; i /= shape[d]) place[d] = i % shape[d];
  return place;
}

}  // namespace

void check_dtype(const Tensor& index) {
  require<DTypeError>(index.dtype() == int64, "the index is {}; needs int64", index.dtype());
}

void check(const Tensor& index, std::int64_t size, kernels::FunctionRef<std::string()> what) {
  check_dtype(index);
  const Tensor dense = index.detach().contiguous();
  const std::int64_t* first = dense.data<std::int64_t>();
  if (kernels::all_within(first, dense.numel(), size)) return;
  const std::int64_t* bad = first;
  while (*bad >= 0 && *bad < size) ++bad;
  fail<IndexError>("index {} at {} is out of range for {}; needs 0 <= index < {}", *bad,
                   position(bad - first, index.shape()), what(), size);
}

void check(const Tensor& x, std::size_t dim, const Tensor& index) {
  check(index, x.shape()[dim], [&] { return fmt::format("dimension {} of {}", dim, x.shape()); });
}

Tensor along(const Tensor& index, std::size_t dim, const Shape& shape) {
  Strides strides = Dims::filled(shape.size(), 0);
  strides[dim] = index.strides()[0];
  return index.alias(shape, strides, index.offset());
}

Tensor in_order(const Tensor& x) {
  const auto walk = kernels::plan_walk(x.shape(), contiguous_strides(x.shape()), x.strides());
  const bool turned = dispatch(x.dtype(), [&]<class T>() { return kernels::is_turned<T>(walk); });
  return turned ? x.contiguous() : x;
}

kernels::Scatter plan(const Tensor& target, std::size_t dim, const Tensor& index, const Tensor& source) {
  Shape columns = index.shape();
  Strides to = target.strides(), from = source.strides(), at = index.strides();
  kernels::Scatter walk{{}, columns[dim], to[dim], from[dim], at[dim], target.shape()[dim]};
  for (Dims* dims : {&columns, &to, &from, &at}) dims->erase(dim);
  walk.columns = kernels::plan_walk(columns, to, from, at);
  return walk;
}

Tensor gather(const Tensor& from, std::size_t dim, const Tensor& index) {
  const bool few = index.numel() < from.numel() / 4;
  const Tensor x = few ? from : in_order(from), y = empty(index.shape(), x.dtype());
  Strides others = x.strides();
  others[dim] = 0;
  const auto walk = kernels::plan_walk(y.shape(), y.strides(), others, index.strides());
  const bool within = dispatch(x.dtype(), [&]<class T>() {
    return kernels::gather(walk, y.mutable_data<T>(), x.data<T>(), index.data<std::int64_t>(),
                           x.strides()[dim], x.shape()[dim]);
  });
  if (!within) check(x, dim, index);
  return y;
}

}  // namespace gradus::indexing
