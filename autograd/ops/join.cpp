#include <gradus/autograd/ops/join.hpp>

#include <numeric>

#include <gradus/autograd/ops/copy_parts.hpp>
#include <gradus/autograd/ops/view.hpp>
#include <gradus/autograd/tape.hpp>

namespace gradus {

namespace {

using Sizes = std::vector<std::int64_t>;

/// Elements start, ..., start + length - 1 of dimension `dim`, unrecorded.
Tensor part(const Tensor& x, std::int64_t dim, std::int64_t start, std::int64_t length) {
  Shape shape = x.shape();
  shape[static_cast<std::size_t>(dim)] = length;
  const std::int64_t skipped = x.numel() > 0 ? start * x.strides()[static_cast<std::size_t>(dim)] : 0;
  return x.alias(shape, x.strides(), x.offset() + skipped);
}

struct Cat {
  static constexpr std::string_view name = "cat";
  std::int64_t dim;
  Sizes sizes;

  Tensor forward(const std::vector<Tensor>& xs) const {
    Shape shape = xs[0].shape();
    shape[static_cast<std::size_t>(dim)] = std::accumulate(sizes.begin(), sizes.end(), std::int64_t{0});
    Tensor y = empty(shape, xs[0].dtype());
    std::vector<Part> parts;
    std::int64_t start = 0;
    for (std::size_t i = 0; i < xs.size(); start += sizes[i++])
      parts.push_back({xs[i], part(y, dim, start, sizes[i])});
    copy_parts(places_before(shape, dim), parts);
    return y;
  }
  void backward(Backward& d) const {
    std::int64_t start = 0;
    for (std::size_t i = 0; i < sizes.size(); start += sizes[i++])
      d.wrt(i, [&] { return narrow(d.grad(), dim, start, sizes[i]); });
  }
};

struct Split {
  static constexpr std::string_view name = "split";
  std::int64_t dim;
  Sizes sizes;

  std::vector<Tensor> forward(const Tensor& x) const {
    std::vector<Tensor> parts;
    std::int64_t start = 0;
    for (std::size_t i = 0; i < sizes.size(); start += sizes[i++])
      parts.push_back(part(x, dim, start, sizes[i]));
    return parts;
  }
  void backward(Backward& d) const {
    d.wrt(0, [&] {
      std::vector<Tensor> parts;
      for (std::size_t i = 0; i < sizes.size(); ++i) parts.push_back(d.grad(i));
      return cat(parts, dim);
    });
  }
};

/// Throws unless both could be joined along `dim`; a `dim` of -1 leaves no dimension out.
void check_alike(const Tensor& first, const Tensor& other, std::size_t i, std::int64_t dim) {
  require<DTypeError>(first.dtype() == other.dtype(),
                      "tensor 0 is {} but tensor {} is {}; dtypes are not mixed silently, use to({})",
                      first.dtype(), i, other.dtype(), first.dtype());
  bool alike = first.rank() == other.rank();
  for (std::size_t d = 0; alike && d < first.rank(); ++d)
    alike = static_cast<std::int64_t>(d) == dim || first.shape()[d] == other.shape()[d];
  if (dim < 0)
    require<ShapeError>(alike, "tensor 0 is {} but tensor {} is {}; needs tensors of one shape",
                        first.shape(), i, other.shape());
  else
    require<ShapeError>(alike,
                        "tensor 0 is {} but tensor {} is {}; needs the same sizes but for dimension {}",
                        first.shape(), i, other.shape(), dim);
}

}  // namespace

Tensor cat(const std::vector<Tensor>& tensors, std::int64_t dim, SourceLocation at) {
  const OpScope scope("cat", at);
  require(!tensors.empty(), "given no tensors; needs at least one");
  const Tensor& first = tensors[0];
  require<ShapeError>(first.rank() > 0, "0-d tensors cannot be joined; use stack");
  const auto d = static_cast<std::int64_t>(wrap_dim(dim, first.rank()));
  Sizes sizes;
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    check_alike(first, tensors[i], i, d);
    sizes.push_back(tensors[i].size(d));
  }
  return record(Cat{d, std::move(sizes)}, at, tensors);
}

Tensor stack(const std::vector<Tensor>& tensors, std::int64_t dim, SourceLocation at) {
  const OpScope scope("stack", at);
  require(!tensors.empty(), "given no tensors; needs at least one");
  const auto d = static_cast<std::int64_t>(wrap_dim(dim, tensors[0].rank() + 1));
  std::vector<Tensor> rows;
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    check_alike(tensors[0], tensors[i], i, -1);
    rows.push_back(unsqueeze(tensors[i], d));
  }
  return cat(rows, d);
}

std::vector<Tensor> split(const Tensor& x, const std::vector<std::int64_t>& sizes, std::int64_t dim,
                          SourceLocation at) {
  const OpScope scope("split", at);
  const std::int64_t whole = x.size(dim);
  std::int64_t rest = whole;
  for (const std::int64_t size : sizes) {
    require<ShapeError>(size >= 0, "a size of {} was given; it must not be negative", size);
    require<ShapeError>(size <= rest, "the sizes add up to more than the {} of dimension {} of {}", whole,
                        dim, x.shape());
    rest -= size;
  }
  require<ShapeError>(rest == 0, "the sizes add up to {}, but dimension {} of {} has {}", whole - rest, dim,
                      x.shape(), whole);
  return record(Split{static_cast<std::int64_t>(wrap_dim(dim, x.rank())), sizes}, at, x);
}

std::vector<Tensor> split(const Tensor& x, std::initializer_list<std::int64_t> sizes, std::int64_t dim,
                          SourceLocation at) {
  return split(x, Sizes(sizes), dim, at);
}

std::vector<Tensor> split(const Tensor& x, std::int64_t size, std::int64_t dim, SourceLocation at) {
  const OpScope scope("split", at);
  const std::int64_t whole = x.size(dim);
  require(size >= 1 || (size == 0 && whole == 0), "a size of {} was given; it must be at least 1", size);
  Sizes sizes;
  for (std::int64_t start = 0; start < whole; start += std::min(size, whole - start))
    sizes.push_back(std::min(size, whole - start));
  if (sizes.empty()) sizes.push_back(0);
  return split(x, sizes, dim, at);
}

std::vector<Tensor> chunk(const Tensor& x, std::int64_t chunks, std::int64_t dim, SourceLocation at) {
  const OpScope scope("chunk", at);
  require(chunks >= 1, "{} chunks were asked for; there must be at least 1", chunks);
  const std::int64_t whole = x.size(dim);
  if (whole == 0) return split(x, Sizes(static_cast<std::size_t>(chunks), 0), dim, at);
  return split(x, whole / chunks + (whole % chunks != 0), dim, at);
}

}  // namespace gradus
