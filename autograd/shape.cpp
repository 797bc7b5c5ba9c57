#include <gradus/autograd/shape.hpp>

#include <fmt/format.h>

namespace gradus {

void Dims::too_long() { fail<ShapeError>("a tensor has at most {} dimensions", max_rank); }

std::int64_t numel(const Shape& shape) {
  std::int64_t n = 1;
  bool empty = false, overflow = false;
  for (const std::int64_t size : shape) {
    require<ShapeError>(size >= 0, "shape {} has a negative size", shape);
    if (size == 0) empty = true;
    if (!empty && __builtin_mul_overflow(n, size, &n)) overflow = true;
  }
  if (empty) return 0;
  require<ShapeError>(!overflow, "shape {} has more elements than an int64 can count", shape);
  return n;
}

Strides contiguous_strides(const Shape& shape) {
  Strides strides = shape;
  std::int64_t stride = 1;
  for (std::size_t i = shape.size(); i-- > 0;) {
    strides[i] = stride;
    // Only an empty shape can overflow, and its strides do not matter.
    if (__builtin_mul_overflow(stride, std::max<std::int64_t>(shape[i], 1), &stride)) stride = 1;
  }
  return strides;
}

Shape broadcast(const Shape& a, const Shape& b) {
  const bool a_longer = a.size() >= b.size();
  const Shape& longer = a_longer ? a : b;
  const Shape& shorter = a_longer ? b : a;
  Shape out = longer;
  const std::size_t shift = longer.size() - shorter.size();
  for (std::size_t i = 0; i < shorter.size(); ++i) {
    std::int64_t& size = out[i + shift];
    if (size == shorter[i] || shorter[i] == 1) continue;
    require<ShapeError>(
        size == 1,
        "shapes {} and {} do not broadcast: sizes {} and {} at dimension {} differ and neither is 1", a, b,
        size, shorter[i], i + shift);
    size = shorter[i];
  }
  return out;
}

bool broadcastable_to(const Shape& from, const Shape& to) {
  if (from.size() > to.size()) return false;
  const std::size_t shift = to.size() - from.size();
  for (std::size_t i = 0; i < from.size(); ++i)
    if (from[i] != to[i + shift] && from[i] != 1) return false;
  return true;
}

Strides broadcast_strides(const Shape& shape, const Strides& strides, const Shape& to) {
  Strides out = Dims::filled(to.size(), 0);
  const std::size_t shift = to.size() - shape.size();
  for (std::size_t i = 0; i < shape.size(); ++i)
    out[i + shift] = shape[i] == 1 && to[i + shift] != 1 ? 0 : strides[i];
  return out;
}

std::size_t wrap_dim(std::int64_t dim, std::size_t rank) {
  const auto limit = static_cast<std::int64_t>(std::max<std::size_t>(rank, 1));
  require<IndexError>(dim >= -limit && dim < limit,
                      "dimension {} is out of range for a tensor of {} dimensions", dim, rank);
  return static_cast<std::size_t>(dim < 0 ? dim + limit : dim);
}

Dims wrap_dims(const Dims& dims, std::size_t rank) {
  Dims out;
  if (dims.empty()) {
    for (std::size_t i = 0; i < rank; ++i) out.push_back(static_cast<std::int64_t>(i));
    return out;
  }
  for (const std::int64_t dim : dims) {
    const auto wrapped = static_cast<std::int64_t>(wrap_dim(dim, rank));
    if (rank == 0) continue;
    require(!out.contains(wrapped), "dimension {} is given twice in {}", wrapped, dims);
    out.push_back(wrapped);
  }
  std::sort(out.begin(), out.end());
  return out;
}

std::string to_string(const Dims& dims) {
  std::string text = "[";
  for (std::size_t i = 0; i < dims.size(); ++i) text += (i ? ", " : "") + std::to_string(dims[i]);
  return text + "]";
}

}  // namespace gradus

fmt::appender fmt::formatter<gradus::Dims>::format(const gradus::Dims& dims,
                                                   fmt::format_context& context) const {
  return fmt::format_to(context.out(), "{}", gradus::to_string(dims));
}
