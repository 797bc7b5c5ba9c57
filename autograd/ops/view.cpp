#include <gradus/autograd/ops/view.hpp>

#include <optional>

#include <gradus/autograd/ops/copy.hpp>
#include <gradus/autograd/ops/copy_parts.hpp>
#include <gradus/autograd/ops/create.hpp>
#include <gradus/autograd/tape.hpp>

namespace gradus {

namespace {

struct Expand {
  static constexpr std::string_view name = "expand";
  Shape shape;
  Tensor forward(const Tensor& x) const {
    return x.alias(shape, broadcast_strides(x.shape(), x.strides(), shape), x.offset());
  }
  void backward(Backward& d) const {
    d.wrt(0, [&] { return d.grad(); });  // the tape sums what was broadcast
  }
};

struct Permute {
  static constexpr std::string_view name = "permute";
  Dims dims;
  Tensor forward(const Tensor& x) const {
    Shape shape = x.shape();
    Strides strides = x.strides();
    for (std::size_t i = 0; i < dims.size(); ++i) {
      shape[i] = x.shape()[static_cast<std::size_t>(dims[i])];
      strides[i] = x.strides()[static_cast<std::size_t>(dims[i])];
    }
    return x.alias(shape, strides, x.offset());
  }
  void backward(Backward& d) const {
    Dims inverse = dims;
    for (std::size_t i = 0; i < dims.size(); ++i)
      inverse[static_cast<std::size_t>(dims[i])] = static_cast<std::int64_t>(i);
    d.wrt(0, [&] { return permute(d.grad(), inverse); });
  }
};

/// Strides under which memory of `shape` and `strides` reads as `wanted`, if there are any.
std::optional<Strides> view_strides(const Shape& shape, const Strides& strides, const Shape& wanted) {
  if (numel(shape) == 0) return contiguous_strides(wanted);
  Strides out = Dims::filled(wanted.size(), 1);
  std::size_t i = shape.size(), j = wanted.size();
  while (i > 0 || j > 0) {
    // One group of old dimensions that is a single strided run, matched by a group of new ones.
    while (i > 0 && shape[i - 1] == 1) --i;
    if (i == 0) break;
    std::int64_t run = shape[i - 1], made = 1;
    const std::int64_t step = strides[i - 1];
    for (--i; i > 0 && (shape[i - 1] == 1 || strides[i - 1] == step * run); --i) run *= shape[i - 1];
    while (j > 0 && made * wanted[j - 1] <= run) {
      out[j - 1] = step * made;
      made *= wanted[--j];
      if (made == run && j > 0 && wanted[j - 1] != 1) break;
    }
    if (made != run) return std::nullopt;
  }
  return out;
}

struct Reshape {
  static constexpr std::string_view name = "reshape";
  Shape shape;
  Shape from;
  Tensor forward(const Tensor& x) const {
    if (const auto strides = view_strides(x.shape(), x.strides(), shape))
      return x.alias(shape, *strides, x.offset());
    Tensor y = empty(x.shape(), x.dtype());
    copy_values(x, y);
    return y.alias(shape, contiguous_strides(shape), 0);
  }
  void backward(Backward& d) const {
    d.wrt(0, [&] { return reshape(d.grad(), from); });
  }
};

Tensor embed(const Tensor& x, std::int64_t dim, std::int64_t start, std::int64_t step, std::int64_t size);

struct Slice {
  static constexpr std::string_view name = "slice";
  std::int64_t dim, start, length, step, size;
  Tensor forward(const Tensor& x) const {
    const auto d = static_cast<std::size_t>(dim);
    Shape shape = x.shape();
    Strides strides = x.strides();
    shape[d] = length;
    if (length > 1) strides[d] *= step;
    return x.alias(shape, strides, x.offset() + (length > 0 ? start * x.strides()[d] : 0));
  }
  void backward(Backward& d) const {
    d.wrt(0, [&] { return embed(d.grad(), dim, start, step, size); });
  }
};

/// Zeros with `x` at positions start, start + step, ... of `dim`, which has `size`: the transpose of Slice.
struct Embed {
  static constexpr std::string_view name = "embed";
  std::int64_t dim, start, length, step, size;
  Tensor forward(const Tensor& x) const {
    Shape shape = x.shape();
    shape[static_cast<std::size_t>(dim)] = size;
    Tensor y = empty(shape, x.dtype());
    const Tensor target = Slice{dim, start, length, step, size}.forward(y);
    copy_parts(places_before(shape, dim), {{zeros({}, {.dtype = x.dtype()}), y}, {x, target}});
    return y;
  }
  void backward(Backward& d) const {
    d.wrt(0, [&] { return record(Slice{dim, start, length, step, size}, {}, d.grad()); });
  }
};

Tensor embed(const Tensor& x, std::int64_t dim, std::int64_t start, std::int64_t step, std::int64_t size) {
  return record(Embed{dim, start, x.size(dim), step, size}, {}, x);
}

/// `shape` with its -1, if any, replaced by what is left of `count` elements.
Shape infer(Shape shape, std::int64_t count) {
  Shape known = shape;
  std::optional<std::size_t> open;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    if (shape[i] == -1) {
      require<ShapeError>(!open, "shape {} has more than one -1", shape);
      open = i;
      known[i] = 1;
    }
  }
  if (open) {
    const std::int64_t rest = numel(known);
    require<ShapeError>(rest > 0 && count % rest == 0, "{} elements leave no size for the -1 of {}", count,
                        shape);
    shape[*open] = count / rest;
  }
  require<ShapeError>(numel(shape) == count, "{} elements cannot take the shape {}", count, shape);
  return shape;
}

}  // namespace

Tensor slice(const Tensor& x, std::int64_t dim, std::int64_t start, std::int64_t stop, std::int64_t step,
             SourceLocation at) {
  const OpScope scope("slice", at);
  require(step >= 1, "a step of {} was given; it must be at least 1", step);
  const auto d = static_cast<std::int64_t>(wrap_dim(dim, x.rank()));
  const std::int64_t size = x.size(d);
  const auto place = [&](std::int64_t p) { return std::clamp<std::int64_t>(p < 0 ? p + size : p, 0, size); };
  const std::int64_t first = place(start);
  const std::int64_t span = place(stop) - first;
  const std::int64_t length = span > 0 ? (span - 1) / step + 1 : 0;
  return record(Slice{d, first, length, step, size}, at, x);
}

Tensor select(const Tensor& x, std::int64_t dim, std::int64_t index, SourceLocation at) {
  const OpScope scope("select", at);
  const std::int64_t size = x.size(dim);
  require<IndexError>(index >= -size && index < size, "index {} is out of range for dimension {} of {}",
                      index, dim, x.shape());
  const std::int64_t i = index < 0 ? index + size : index;
  return squeeze(slice(x, dim, i, i + 1), dim);
}

Tensor narrow(const Tensor& x, std::int64_t dim, std::int64_t start, std::int64_t length, SourceLocation at) {
  const OpScope scope("narrow", at);
  const std::int64_t size = x.size(dim);
  require<IndexError>(start >= 0 && length >= 0 && start <= size - length,
                      "{} elements from {} do not lie within dimension {} of {}", length, start, dim,
                      x.shape());
  return slice(x, dim, start, start + length);
}

Tensor permute(const Tensor& x, const Dims& dims, SourceLocation at) {
  const OpScope scope("permute", at);
  require<ShapeError>(dims.size() == x.rank(), "{} dimensions were listed for a tensor {}", dims.size(),
                      x.shape());
  wrap_dims(dims, x.rank());
  Dims wrapped;
  for (const std::int64_t d : dims) wrapped.push_back(static_cast<std::int64_t>(wrap_dim(d, x.rank())));
  return record(Permute{wrapped}, at, x);
}

Tensor transpose(const Tensor& x, std::int64_t a, std::int64_t b, SourceLocation at) {
  const OpScope scope("transpose", at);
  const std::size_t i = wrap_dim(a, x.rank()), j = wrap_dim(b, x.rank());
  Dims dims;
  for (std::size_t d = 0; d < x.rank(); ++d) dims.push_back(static_cast<std::int64_t>(d));
  if (i != j) std::swap(dims[i], dims[j]);
  return record(Permute{dims}, at, x);
}

Tensor expand(const Tensor& x, const Shape& shape, SourceLocation at) {
  const OpScope scope("expand", at);
  Shape wanted = shape;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    if (shape[i] != -1) continue;
    require<ShapeError>(i + x.rank() >= shape.size(), "-1 at dimension {} of {} has no size to keep in {}", i,
                        shape, x.shape());
    wanted[i] = x.shape()[i + x.rank() - shape.size()];
  }
  numel(wanted);  // throws for a negative size
  require<ShapeError>(broadcastable_to(x.shape(), wanted), "{} does not broadcast to {}", x.shape(), wanted);
  return record(Expand{wanted}, at, x);
}

Tensor reshape(const Tensor& x, const Shape& shape, SourceLocation at) {
  const OpScope scope("reshape", at);
  return record(Reshape{infer(shape, x.numel()), x.shape()}, at, x);
}

Tensor view(const Tensor& x, const Shape& shape, SourceLocation at) {
  const OpScope scope("view", at);
  const Shape wanted = infer(shape, x.numel());
  require<ShapeError>(view_strides(x.shape(), x.strides(), wanted).has_value(),
                      "strides {} of {} do not read as {} without a copy; use reshape", x.strides(),
                      x.shape(), wanted);
  return record(Reshape{wanted, x.shape()}, at, x);
}

Tensor squeeze(const Tensor& x, std::int64_t dim, SourceLocation at) {
  const OpScope scope("squeeze", at);
  const std::size_t d = wrap_dim(dim, x.rank());
  if (x.rank() == 0 || x.shape()[d] != 1) return x;
  Shape shape = x.shape();
  shape.erase(d);
  return record(Reshape{shape, x.shape()}, at, x);
}

Tensor squeeze(const Tensor& x, SourceLocation at) {
  Shape shape;
  for (const std::int64_t size : x.shape())
    if (size != 1) shape.push_back(size);
  return record(Reshape{shape, x.shape()}, at, x);
}

Tensor unsqueeze(const Tensor& x, std::int64_t dim, SourceLocation at) {
  const OpScope scope("unsqueeze", at);
  Shape shape = x.shape();
  shape.insert(wrap_dim(dim, x.rank() + 1), 1);
  return record(Reshape{shape, x.shape()}, at, x);
}

Tensor flatten(const Tensor& x, std::int64_t start, std::int64_t end, SourceLocation at) {
  const OpScope scope("flatten", at);
  const std::size_t first = wrap_dim(start, x.rank()), last = wrap_dim(end, x.rank());
  require(first <= last, "dimension {} comes after {}", start, end);
  if (x.rank() == 0) return record(Reshape{{1}, x.shape()}, at, x);
  Shape shape;
  for (std::size_t d = 0; d < x.rank(); ++d) {
    if (d > first && d <= last)
      shape.back() *= x.shape()[d];
    else
      shape.push_back(x.shape()[d]);
  }
  return record(Reshape{shape, x.shape()}, at, x);
}

Tensor unflatten(const Tensor& x, std::int64_t dim, const Shape& sizes, SourceLocation at) {
  const OpScope scope("unflatten", at);
  const std::size_t cut = wrap_dim(dim, x.rank());
  const Shape parts = infer(sizes, x.size(dim));
  Shape shape;
  for (std::size_t d = 0; d < x.rank(); ++d) {
    if (d != cut)
      shape.push_back(x.shape()[d]);
    else
      for (const std::int64_t size : parts) shape.push_back(size);
  }
  return record(Reshape{shape, x.shape()}, at, x);
}

}  // namespace gradus
