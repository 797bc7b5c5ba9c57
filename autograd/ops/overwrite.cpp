#include <gradus/autograd/ops/overwrite.hpp>

#include <gradus/autograd/ops/arithmetic.hpp>
#include <gradus/autograd/ops/create.hpp>
#include <gradus/autograd/ops/index.hpp>
#include <gradus/autograd/ops/masked.hpp>
#include <gradus/autograd/ops/reduce.hpp>
#include <gradus/autograd/ops/scan.hpp>
#include <gradus/autograd/ops/view.hpp>
#include <gradus/autograd/ops/where.hpp>

namespace gradus {

namespace {

/// `source` in place of the slices `index` of dimension d, which it must have the shape of.
Tensor replace(const Tensor& x, std::size_t d, const Tensor& index, const Tensor& source) {
  require<DTypeError>(source.dtype() == x.dtype(),
                      "given {} and {}; dtypes are not mixed silently, use to({})", x.dtype(), source.dtype(),
                      x.dtype());
  Shape wanted = x.shape(), along = Shape::filled(x.rank(), 1);
  wanted[d] = along[d] = index.size(0);
  require<ShapeError>(source.shape() == wanted, "the source is {}; needs {}", source.shape(), wanted);
  return scatter(x, static_cast<std::int64_t>(d), expand(reshape(index, along), wanted), source);
}

std::size_t checked_dim(const Tensor& x, std::int64_t dim, const Tensor& index) {
  require<ShapeError>(x.rank() >= 1 && index.rank() == 1,
                      "given {} and an index {}; need a dimension, and [k]", x.shape(), index.shape());
  return wrap_dim(dim, x.rank());
}

/// The shape of the slices `index` of dimension d.
Shape slices(const Tensor& x, std::size_t d, const Tensor& index) {
  Shape shape = x.shape();
  shape[d] = index.size(0);
  return shape;
}

}  // namespace

Tensor index_copy(const Tensor& x, std::int64_t dim, const Tensor& index, const Tensor& source,
                  SourceLocation at) {
  const OpScope scope("index_copy", at);
  return replace(x, checked_dim(x, dim, index), index, source);
}

Tensor index_fill(const Tensor& x, std::int64_t dim, const Tensor& index, const Operand& value) {
  const OpScope scope("index_fill", value.at());
  const std::size_t d = checked_dim(x, dim, index);
  const Tensor filling = value.as(x.dtype());
  require<ShapeError>(filling.rank() == 0, "the value is {}; needs a number", filling.shape());
  return replace(x, d, index, expand(filling, slices(x, d, index)));
}

Tensor masked_scatter(const Tensor& x, const Tensor& mask, const Tensor& source, SourceLocation at) {
  const OpScope scope("masked_scatter", at);
  require<DTypeError>(mask.dtype() == boolean, "the mask is {}; needs bool", mask.dtype());
  require<ShapeError>(broadcastable_to(mask.shape(), x.shape()), "the mask is {}; it must broadcast to {}",
                      mask.shape(), x.shape());
  const Tensor chosen = expand(mask, x.shape());
  const std::int64_t needed = count_nonzero(chosen).item<std::int64_t>();
  require<ShapeError>(source.numel() >= needed, "the source has {} elements; needs {}", source.numel(),
                      needed);
  if (needed == 0) return x;
  const Tensor number = clamp(cumsum(flatten(chosen).to(int64), 0) - 1, 0, needed - 1);
  return where(chosen, take(source, reshape(number, x.shape())), x);
}

Tensor put(const Tensor& x, const Tensor& index, const Tensor& source, bool accumulate, SourceLocation at) {
  const OpScope scope("put", at);
  require<ShapeError>(index.numel() == source.numel(), "the index is {} and the source {}; need one shape",
                      index.shape(), source.shape());
  return reshape(index_put(flatten(x), {flatten(index)}, flatten(source), accumulate), x.shape());
}

Tensor slice_scatter(const Tensor& x, const Tensor& source, std::int64_t dim, std::int64_t start,
                     std::int64_t stop, std::int64_t step, SourceLocation at) {
  const OpScope scope("slice_scatter", at);
  const std::size_t d = wrap_dim(dim, x.rank());
  return replace(x, d, slice(arange(x.size(dim)), 0, start, stop, step), source);
}

Tensor select_scatter(const Tensor& x, const Tensor& source, std::int64_t dim, std::int64_t index,
                      SourceLocation at) {
  const OpScope scope("select_scatter", at);
  const std::size_t d = wrap_dim(dim, x.rank());
  const Tensor place = narrow(arange(x.size(dim)), 0, index < 0 ? index + x.size(dim) : index, 1);
  return replace(x, d, place, unsqueeze(source, static_cast<std::int64_t>(d)));
}

}  // namespace gradus
