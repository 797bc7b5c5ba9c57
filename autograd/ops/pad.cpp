#include <gradus/autograd/ops/pad.hpp>

#include <algorithm>

#include <gradus/autograd/operand.hpp>
#include <gradus/autograd/ops/copy.hpp>
#include <gradus/autograd/ops/create.hpp>
#include <gradus/autograd/ops/index.hpp>
#include <gradus/autograd/ops/view.hpp>
#include <gradus/autograd/tape.hpp>

namespace gradus {

namespace {

/// Adds before[d] and after[d], not negative, to each dimension d.
struct Pad {
  static constexpr std::string_view name = "pad";
  Dims before, after;
  double value;

  Tensor forward(const Tensor& x) const {
    Shape shape = x.shape();
    for (std::size_t d = 0; d < shape.size(); ++d) shape[d] += before[d] + after[d];
    Tensor y = empty(shape, x.dtype());
    const Tensor number = Operand(value).as(x.dtype());
    // Borders of one dimension after the other, each around what the next ones leave.
    std::int64_t start = 0;
    for (std::size_t d = 0; d < shape.size(); ++d) {
      const auto border = [&](std::int64_t first, std::int64_t length) {
        shape[d] = length;
        if (length > 0) copy_values(number, y.alias(shape, y.strides(), start + first * y.strides()[d]));
      };
      border(0, before[d]);
      border(before[d] + x.shape()[d], after[d]);
      shape[d] = x.shape()[d];
      start += before[d] * y.strides()[d];
    }
    copy_values(x, y.alias(shape, y.strides(), start));
    return y;
  }
  void backward(Backward& d) const {
    d.wrt(0, [&] {
      Tensor g = d.grad();
      for (std::size_t i = 0; i < before.size(); ++i)
        if (before[i] + after[i] > 0)
          g = narrow(g, static_cast<std::int64_t>(i), before[i], d.input_shape(0)[i]);
      return g;
    });
  }
};

struct Flip {
  static constexpr std::string_view name = "flip";
  Dims dims;

  Tensor forward(const Tensor& x) const {
    Tensor y = empty_like(x);
    if (x.numel() == 0) return y;
    Strides strides = x.strides();
    std::int64_t last = x.offset();
    for (const std::int64_t dim : dims) {
      const auto d = static_cast<std::size_t>(dim);
      last += (x.shape()[d] - 1) * strides[d];
      strides[d] = -strides[d];
    }
    copy_values(x.alias(x.shape(), strides, last), y);
    return y;
  }
  void backward(Backward& d) const {
    d.wrt(0, [&] { return flip(d.grad(), dims); });
  }
};

/// Throws unless there are pairs of amounts, for no more dimensions than x has.
void check_pairs(const Tensor& x, const std::vector<std::int64_t>& amounts) {
  require<ShapeError>(amounts.size() % 2 == 0, "{} amounts were given; they come in pairs, before and after",
                      amounts.size());
  require<ShapeError>(amounts.size() / 2 <= x.rank(), "{} pairs of amounts were given for a tensor {}",
                      amounts.size() / 2, x.shape());
}

/// The element, of `size`, that stands at place i of the continued tensor.
std::int64_t continued(std::int64_t i, std::int64_t size, PadMode mode) {
  switch (mode) {
    case PadMode::reflect:
      return i < 0 ? -i : i < size ? i : 2 * (size - 1) - i;
    case PadMode::replicate:
      return std::clamp<std::int64_t>(i, 0, size - 1);
    case PadMode::circular:
      break;
  }
  return i < 0 ? i + size : i < size ? i : i - size;
}

}  // namespace

Tensor pad(const Tensor& x, const std::vector<std::int64_t>& amounts, PadMode mode, SourceLocation at) {
  const OpScope scope("pad", at);
  check_pairs(x, amounts);
  Tensor y = x;
  for (std::size_t k = 0; k < amounts.size() / 2; ++k) {
    const auto d = static_cast<std::int64_t>(x.rank() - 1 - k);
    const std::int64_t size = x.size(d), before = amounts[2 * k], after = amounts[2 * k + 1];
    if (before == 0 && after == 0) continue;
    const std::int64_t most = mode == PadMode::reflect    ? size - 1
                              : mode == PadMode::circular ? size
                              : size > 0                  ? std::max({before, after, std::int64_t{0}})
                                                          : 0;
    require<ShapeError>(before <= most && after <= most && size + before + after >= 0,
                        "amounts {} and {} do not suit the {} elements of dimension {} of {}", before, after,
                        size, d, x.shape());
    std::vector<std::int64_t> places;
    for (std::int64_t i = -before; i < size + after; ++i) places.push_back(continued(i, size, mode));
    y = index_select(y, d, from_vector(places, Shape(size + before + after)));
  }
  return y;
}

Tensor pad(const Tensor& x, const std::vector<std::int64_t>& amounts, double value, SourceLocation at) {
  const OpScope scope("pad", at);
  const std::size_t pairs = amounts.size() / 2;
  check_pairs(x, amounts);
  Tensor cropped = x;
  Pad op{Dims::filled(x.rank(), 0), Dims::filled(x.rank(), 0), value};
  for (std::size_t i = 0; i < pairs; ++i) {
    const std::size_t d = x.rank() - 1 - i;
    const std::int64_t size = x.shape()[d], before = amounts[2 * i], after = amounts[2 * i + 1];
    const std::int64_t start = std::max<std::int64_t>(-before, 0), end = std::max<std::int64_t>(-after, 0);
    require<ShapeError>(start <= size && end <= size - start,
                        "amounts {} and {} crop more than the {} of dimension {} of {}", before, after, size,
                        d, x.shape());
    if (start + end > 0) cropped = narrow(cropped, static_cast<std::int64_t>(d), start, size - start - end);
    op.before[d] = std::max<std::int64_t>(before, 0);
    op.after[d] = std::max<std::int64_t>(after, 0);
  }
  return record(op, at, cropped);
}

Tensor flip(const Tensor& x, const Dims& dims, SourceLocation at) {
  const OpScope scope("flip", at);
  return record(Flip{dims.empty() ? Dims() : wrap_dims(dims, x.rank())}, at, x);
}

}  // namespace gradus
