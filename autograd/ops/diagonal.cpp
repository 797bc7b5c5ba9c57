#include <gradus/autograd/ops/diagonal.hpp>

#include <algorithm>

#include <gradus/autograd/ops/copy.hpp>
#include <gradus/autograd/ops/create.hpp>
#include <gradus/autograd/ops/reduce.hpp>
#include <gradus/autograd/tape.hpp>

namespace gradus {

namespace {

struct Place {
  std::int64_t offset, dim1, dim2;
};

/// The diagonal's own view of x.
Tensor view_of(const Tensor& x, const Place& at) {
  const auto d1 = static_cast<std::size_t>(at.dim1), d2 = static_cast<std::size_t>(at.dim2);
  const std::int64_t row = std::max<std::int64_t>(-at.offset, 0),
                     column = std::max<std::int64_t>(at.offset, 0);
  const std::int64_t length =
      std::max<std::int64_t>(std::min(x.shape()[d1] - row, x.shape()[d2] - column), 0);
  Shape shape = x.shape();
  Strides strides = x.strides();
  for (Dims* dims : {&shape, &strides}) {
    dims->erase(std::max(d1, d2));
    dims->erase(std::min(d1, d2));
  }
  shape.push_back(length);
  strides.push_back(x.strides()[d1] + x.strides()[d2]);
  const std::int64_t start = length > 0 ? row * x.strides()[d1] + column * x.strides()[d2] : 0;
  return x.alias(shape, strides, x.offset() + start);
}

/// Zeros of `shape` with x on the diagonal: the transpose of Diagonal.
struct Embed {
  static constexpr std::string_view name = "diag_embed";
  std::int64_t offset, dim1, dim2;
  Shape shape;
  Tensor forward(const Tensor& x) const {
    Tensor y = zeros(shape, {.dtype = x.dtype()});
    copy_values(x, view_of(y, {offset, dim1, dim2}));
    return y;
  }
  void backward(Backward& d) const {
    d.wrt(0, [&] { return diagonal(d.grad(), offset, dim1, dim2); });
  }
};

struct Diagonal {
  static constexpr std::string_view name = "diagonal";
  std::int64_t offset, dim1, dim2;
  Shape from;
  Tensor forward(const Tensor& x) const { return view_of(x, {offset, dim1, dim2}); }
  void backward(Backward& d) const {
    d.wrt(0, [&] { return record(Embed{offset, dim1, dim2, from}, {}, d.grad()); });
  }
};

/// Both dims wrapped. Throws ValueError when they are the same.
std::pair<std::int64_t, std::int64_t> matrix_dims(std::int64_t dim1, std::int64_t dim2, std::size_t rank) {
  const std::size_t a = wrap_dim(dim1, rank), b = wrap_dim(dim2, rank);
  require(a != b, "dimension {} was given twice; needs two dimensions", a);
  return {static_cast<std::int64_t>(a), static_cast<std::int64_t>(b)};
}

}  // namespace

Tensor diagonal(const Tensor& x, std::int64_t offset, std::int64_t dim1, std::int64_t dim2,
                SourceLocation at) {
  const OpScope scope("diagonal", at);
  const auto [a, b] = matrix_dims(dim1, dim2, x.rank());
  return record(Diagonal{offset, a, b, x.shape()}, at, x);
}

Tensor diag_embed(const Tensor& x, std::int64_t offset, std::int64_t dim1, std::int64_t dim2,
                  SourceLocation at) {
  const OpScope scope("diag_embed", at);
  require<ShapeError>(x.rank() > 0, "a 0-d tensor is no diagonal");
  const auto [a, b] = matrix_dims(dim1, dim2, x.rank() + 1);
  const std::int64_t n = x.size(-1) + std::abs(offset);
  Shape shape = x.shape();
  shape.erase(shape.size() - 1);
  for (const std::int64_t dim : {std::min(a, b), std::max(a, b)})
    shape.insert(static_cast<std::size_t>(dim), n);
  return record(Embed{offset, a, b, shape}, at, x);
}

Tensor diag(const Tensor& x, std::int64_t offset, SourceLocation at) {
  const OpScope scope("diag", at);
  require<ShapeError>(x.rank() == 1 || x.rank() == 2, "given {}; needs a vector or a matrix", x.shape());
  return x.rank() == 1 ? diag_embed(x, offset) : diagonal(x, offset);
}

Tensor trace(const Tensor& x, SourceLocation at) {
  const OpScope scope("trace", at);
  require<ShapeError>(x.rank() == 2, "given {}; needs a matrix", x.shape());
  return sum(diagonal(x));
}

}  // namespace gradus
