#include <gradus/autograd/ops/indexing.hpp>

#include <algorithm>

namespace gradus::indexing {

namespace {

/// Where element `i` in row-major order lies.
Dims position(std::int64_t i, const Shape& shape) {
  Dims place = shape;
  for (std::size_t d = shape.size(); d-- > 0; i /= shape[d]) place[d] = i % shape[d];
  return place;
}

}  // namespace

void check(const Tensor& index, std::int64_t size, const std::string& what) {
  require<DTypeError>(index.dtype() == int64, "the index is {}; needs int64", index.dtype());
  const Tensor dense = index.detach().contiguous();
  const std::int64_t* first = dense.data<std::int64_t>();
  const std::int64_t* last = first + dense.numel();
  const std::int64_t* bad = std::find_if(first, last, [&](std::int64_t i) { return i < 0 || i >= size; });
  if (bad != last)
    fail<IndexError>("index {} at {} is out of range for {}; needs 0 <= index < {}", *bad,
                     position(bad - first, index.shape()), what, size);
}

Tensor along(const Tensor& index, std::size_t dim, const Shape& shape) {
  Strides strides = Dims::filled(shape.size(), 0);
  strides[dim] = index.strides()[0];
  return index.alias(shape, strides, index.offset());
}

Tensor gather(const Tensor& x, std::size_t dim, const Tensor& index) {
  Tensor y = empty(index.shape(), x.dtype());
  Strides others = x.strides();
  others[dim] = 0;
  const auto walk = kernels::plan_walk(y.shape(), y.strides(), others, index.strides());
  dispatch(x.dtype(), [&]<class T>() {
    kernels::gather(walk, y.mutable_data<T>(), x.data<T>(), index.data<std::int64_t>(), x.strides()[dim]);
  });
  return y;
}

}  // namespace gradus::indexing
