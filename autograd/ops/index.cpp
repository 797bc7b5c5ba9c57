#include <gradus/autograd/ops/index.hpp>

#include <gradus/autograd/ops/copy.hpp>
#include <gradus/autograd/ops/create.hpp>
#include <gradus/autograd/ops/indexing.hpp>
#include <gradus/autograd/ops/view.hpp>
#include <gradus/autograd/tape.hpp>

namespace gradus {

namespace {

/// A copy of `x`, or zeros where it is undefined.
Tensor start_from(const Tensor& x, const Shape& shape, DType dtype) {
  if (!x.defined()) return zeros(shape, {.dtype = dtype});
  Tensor y = empty(shape, dtype);
  copy_values(x, y);
  return y;
}

constexpr auto plus = [](auto& target, auto value) {
  target = static_cast<std::remove_reference_t<decltype(target)>>(target + value);
};

/// `index_select`, `gather` and `scatter` within a derivative.
Tensor selected(const Tensor& x, std::int64_t dim, const Tensor& index);
Tensor gathered(const Tensor& x, std::int64_t dim, const Tensor& index);
Tensor scattered(const Tensor& x, std::int64_t dim, const Tensor& index, const Tensor& source);

/// Inputs: x, undefined for zeros; index; source.
struct IndexAdd {
  static constexpr std::string_view name = "index_add";
  static constexpr Keep keep = keep_inputs(1);
  std::int64_t dim;
  Shape shape;  // of x

  Tensor forward(const Tensor& x, const Tensor& index, const Tensor& source) const {
    Tensor y = start_from(x, shape, source.dtype());
    const auto d = static_cast<std::size_t>(dim);
    dispatch_numeric(y.dtype(), [&]<class T>() {
      indexing::scatter<T>(y, d, indexing::along(index, d, source.shape()), source, plus);
    });
    return y;
  }
  void backward(Backward& d) const {
    d.wrt(0, [&] { return d.grad(); });
    d.wrt(2, [&] { return selected(d.grad(), dim, d.input(1)); });
  }
};

struct IndexSelect {
  static constexpr std::string_view name = "index_select";
  static constexpr Keep keep = keep_inputs(1);
  std::int64_t dim;

  Tensor forward(const Tensor& x, const Tensor& index) const {
    const auto d = static_cast<std::size_t>(dim);
    Shape shape = x.shape();
    shape[d] = index.size(0);
    return indexing::gather(x, d, indexing::along(index, d, shape));
  }
  void backward(Backward& d) const {
    d.wrt(0, [&] { return indexing::add_rows(d.input_shape(0), dim, d.input(1), d.grad()); });
  }
};

/// Inputs as of IndexAdd.
struct ScatterAdd {
  static constexpr std::string_view name = "scatter_add";
  static constexpr Keep keep = keep_inputs(1);
  std::int64_t dim;
  Shape shape;  // of x

  Tensor forward(const Tensor& x, const Tensor& index, const Tensor& source) const {
    Tensor y = start_from(x, shape, source.dtype());
    dispatch_numeric(y.dtype(), [&]<class T>() {
      indexing::scatter<T>(y, static_cast<std::size_t>(dim), index, source, plus);
    });
    return y;
  }
  void backward(Backward& d) const {
    d.wrt(0, [&] { return d.grad(); });
    d.wrt(2, [&] { return gathered(d.grad(), dim, d.input(1)); });
  }
};

struct Gather {
  static constexpr std::string_view name = "gather";
  static constexpr Keep keep = keep_inputs(1);
  std::int64_t dim;

  Tensor forward(const Tensor& x, const Tensor& index) const {
    return indexing::gather(x, static_cast<std::size_t>(dim), index);
  }
  void backward(Backward& d) const {
    d.wrt(0, [&] { return indexing::add_at(d.input_shape(0), dim, d.input(1), d.grad()); });
  }
};

/// The gradient for what `scatter` wrote, 0 for what it wrote over. Inputs: the upstream gradient, index.
struct GatherLast {
  static constexpr std::string_view name = "scatter_backward";
  static constexpr Keep keep = keep_inputs(1);
  std::int64_t dim;

  Tensor forward(const Tensor& g, const Tensor& index) const {
    const Tensor x = indexing::in_order(g), y = empty(index.shape(), g.dtype());
    const auto d = static_cast<std::size_t>(dim);
    dispatch_floating(x.dtype(), [&]<class T>() {
      kernels::gather_last(indexing::plan(x, d, index, y), x.data<T>(), y.mutable_data<T>(),
                           index.data<std::int64_t>());
    });
    return y;
  }
  void backward(Backward& d) const {
    d.wrt(0, [&] {
      return scattered(zeros(d.input_shape(0), {.dtype = d.grad().dtype()}), dim, d.input(1), d.grad());
    });
  }
};

/// Inputs: x, index, source.
struct Scatter {
  static constexpr std::string_view name = "scatter";
  static constexpr Keep keep = keep_inputs(1);
  std::int64_t dim;

  Tensor forward(const Tensor& x, const Tensor& index, const Tensor& source) const {
    Tensor y = start_from(x, x.shape(), x.dtype());
    dispatch(y.dtype(), [&]<class T>() {
      indexing::scatter<T>(y, static_cast<std::size_t>(dim), index, source,
                           [](T& target, T value) { target = value; });
    });
    return y;
  }
  void backward(Backward& d) const {
    const Tensor index = d.input(1);
    d.wrt(0, [&] {
      return scattered(d.grad(), dim, index, expand(zeros({}, {.dtype = d.grad().dtype()}), index.shape()));
    });
    d.wrt(2, [&] { return record(GatherLast{dim}, {}, d.grad(), index); });
  }
};

Tensor selected(const Tensor& x, std::int64_t dim, const Tensor& index) {
  return record(IndexSelect{dim}, {}, x, index);
}

Tensor gathered(const Tensor& x, std::int64_t dim, const Tensor& index) {
  return record(Gather{dim}, {}, x, index);
}

Tensor scattered(const Tensor& x, std::int64_t dim, const Tensor& index, const Tensor& source) {
  return record(Scatter{dim}, {}, x, index, source);
}

/// Throws unless `index` is a list of places in dimension `d` of `x`.
void check_list(const Tensor& x, std::size_t d, const Tensor& index) {
  require<ShapeError>(x.rank() > 0, "a 0-d tensor has no dimension to index");
  require<ShapeError>(index.rank() == 1, "the index is {}; needs one dimension", index.shape());
  indexing::check(x, d, index);
}

/// Throws unless `index` fits `x` in all dimensions but `d`. Whether its values fit that one is seen on the
/// way through them.
void check_grid(const Tensor& x, std::size_t d, const Tensor& index) {
  bool fits = index.rank() == x.rank();
  for (std::size_t i = 0; fits && i < x.rank(); ++i) fits = i == d || index.shape()[i] <= x.shape()[i];
  require<ShapeError>(fits,
                      "the index is {} but x is {}; needs the same rank and, but for dimension {}, no "
                      "larger sizes",
                      index.shape(), x.shape(), d);
  indexing::check_dtype(index);
}

void check_same_dtype(const Tensor& x, const Tensor& source) {
  require<DTypeError>(x.dtype() == source.dtype(),
                      "x is {} but the source is {}; dtypes are not mixed silently, use to({})", x.dtype(),
                      source.dtype(), x.dtype());
}

/// The part of `source` that `index` covers. Throws ShapeError when it covers more.
Tensor covered(Tensor source, const Tensor& index) {
  bool fits = index.rank() == source.rank();
  for (std::size_t i = 0; fits && i < index.rank(); ++i) fits = index.shape()[i] <= source.shape()[i];
  require<ShapeError>(fits, "the index is {} but the source is {}; needs the same rank and no larger sizes",
                      index.shape(), source.shape());
  for (std::size_t i = 0; i < index.rank(); ++i)
    if (index.shape()[i] != source.shape()[i])
      source = narrow(source, static_cast<std::int64_t>(i), 0, index.shape()[i]);
  return source;
}

}  // namespace

Tensor index_select(const Tensor& x, std::int64_t dim, const Tensor& index, SourceLocation at) {
  const OpScope scope("index_select", at);
  const std::size_t d = wrap_dim(dim, x.rank());
  check_list(x, d, index);
  return record(IndexSelect{static_cast<std::int64_t>(d)}, at, x, index);
}

Tensor index_add(const Tensor& x, std::int64_t dim, const Tensor& index, const Tensor& source,
                 SourceLocation at) {
  const OpScope scope("index_add", at);
  const std::size_t d = wrap_dim(dim, x.rank());
  check_list(x, d, index);
  check_same_dtype(x, source);
  Shape needed = x.shape();
  needed[d] = index.size(0);
  require<ShapeError>(source.shape() == needed,
                      "the source is {}; {} indices into dimension {} of {} need {}", source.shape(),
                      index.size(0), d, x.shape(), needed);
  return record(IndexAdd{static_cast<std::int64_t>(d), x.shape()}, at, x, index, source);
}

Tensor gather(const Tensor& x, std::int64_t dim, const Tensor& index, SourceLocation at) {
  const OpScope scope("gather", at);
  const std::size_t d = wrap_dim(dim, x.rank());
  if (x.rank() == 0 && index.rank() == 0) return squeeze(gather(unsqueeze(x, 0), 0, unsqueeze(index, 0)), 0);
  check_grid(x, d, index);
  return record(Gather{static_cast<std::int64_t>(d)}, at, x, index);
}

Tensor scatter_add(const Tensor& x, std::int64_t dim, const Tensor& index, const Tensor& source,
                   SourceLocation at) {
  const OpScope scope("scatter_add", at);
  const std::size_t d = wrap_dim(dim, x.rank());
  if (x.rank() == 0 && index.rank() == 0 && source.rank() == 0)
    return squeeze(scatter_add(unsqueeze(x, 0), 0, unsqueeze(index, 0), unsqueeze(source, 0)), 0);
  check_grid(x, d, index);
  check_same_dtype(x, source);
  return record(ScatterAdd{static_cast<std::int64_t>(d), x.shape()}, at, x, index, covered(source, index));
}

Tensor scatter(const Tensor& x, std::int64_t dim, const Tensor& index, const Tensor& source,
               SourceLocation at) {
  const OpScope scope("scatter", at);
  const std::size_t d = wrap_dim(dim, x.rank());
  if (x.rank() == 0 && index.rank() == 0 && source.rank() == 0)
    return squeeze(scatter(unsqueeze(x, 0), 0, unsqueeze(index, 0), unsqueeze(source, 0)), 0);
  check_grid(x, d, index);
  check_same_dtype(x, source);
  return record(Scatter{static_cast<std::int64_t>(d)}, at, x, index, covered(source, index));
}

namespace indexing {

Tensor add_at(const Shape& shape, std::int64_t dim, const Tensor& index, const Tensor& source) {
  return record(ScatterAdd{dim, shape}, {}, Tensor(), index, source);
}

Tensor add_rows(const Shape& shape, std::int64_t dim, const Tensor& list, const Tensor& source) {
  return record(IndexAdd{dim, shape}, {}, Tensor(), list, source);
}

}  // namespace indexing

}  // namespace gradus
