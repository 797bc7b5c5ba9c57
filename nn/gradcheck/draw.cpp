#include <algorithm>
#include <cmath>

#include <gradus/autograd/ops/create.hpp>
#include <gradus/autograd/ops/view.hpp>
#include <gradus/autograd/tape.hpp>
#include <gradus/nn/gradcheck/case.hpp>

namespace gradus {

namespace {

/// The elements of `x` in one of several layouts; repeated along a dimension in the last.
Tensor laid_out(const Tensor& x, std::int64_t layout) {
  const NoGrad guard;
  if (layout == 1) {  // the first dimension the fastest
    Dims order;
    for (std::size_t d = x.rank(); d-- > 0;) order.push_back(static_cast<std::int64_t>(d));
    return permute(permute(x, order).contiguous(), order).detach();
  }
  if (layout == 2 && x.rank() > 0) {  // every second element
    Shape larger = x.shape();
    larger.back() *= 2;
    Tensor y = slice(full(larger, 99, {.dtype = x.dtype()}), -1, 0, larger.back(), 2).detach();
    y.copy_(x);
    return y;
  }
  if (layout == 3 && x.rank() > 0 && x.shape()[0] > 1) {
    Shape one = x.shape();
    one[0] = 1;
    return expand(narrow(x, 0, 0, 1).contiguous(), x.shape()).detach();
  }
  return x;
}

}  // namespace

std::int64_t Draw::integer(std::int64_t low, std::int64_t high) {
  const auto range = static_cast<std::uint64_t>(high - low) + 1;
  std::uint64_t choice = 0;
  if (fresh_)
    choice = random_() % range;
  else if (made_.size() < choices_.size())
    choice = std::min(choices_[made_.size()], range - 1);
  made_.push_back(choice);
  return low + static_cast<std::int64_t>(choice);
}

std::int64_t Draw::size(std::int64_t most, bool or_empty) {
  if (or_empty && integer(0, 19) == 19) return 0;
  return integer(1, most);
}

Shape Draw::shape(std::int64_t min_rank, std::int64_t max_rank) {
  Shape shape;
  const std::int64_t rank = integer(min_rank, max_rank);
  std::int64_t room = 24;
  for (std::int64_t d = 0; d < rank; ++d) {
    shape.push_back(size(std::max<std::int64_t>(1, std::min<std::int64_t>(5, room)), true));
    room /= std::max<std::int64_t>(1, shape.back());
  }
  return shape;
}

Tensor Draw::input(std::string name, const Shape& shape, const DrawOptions& options) {
  enum Kind { simple, unrounded, tied };
  const auto kind = static_cast<Kind>(integer(0, options.ties ? 2 : 1));
  std::mt19937_64 random(seed_ + 7919 * (inputs_.size() + 1));  // apart from the choices, which may shrink
  std::vector<double> values;
  for (std::int64_t i = 0; i < numel(shape); ++i) {
    const double u = static_cast<double>(random() >> 11) * 0x1p-53;
    double value = options.low + (options.high - options.low) * u;
    const double grain = kind == simple ? 64 : 1;
    if (kind != unrounded) value = std::round(value * grain) / grain;
    if (kind == simple && !options.ties) value += 0x1p-8;  // off whole numbers
    values.push_back(std::clamp(value, options.low, options.high));
  }
  Tensor x = laid_out(from_vector(values, shape).to(dtype_), integer(0, 3));
  if (options.requires_grad) x.requires_grad_();
  return given(std::move(name), std::move(x));
}

Tensor Draw::indices(std::string name, const Shape& shape, std::int64_t below) {
  std::vector<std::int64_t> values;
  for (std::int64_t i = 0; i < numel(shape); ++i) values.push_back(integer(0, below - 1));
  return given(std::move(name), from_vector(values, shape));
}

Tensor Draw::given(std::string name, Tensor x) {
  x.set_name(std::move(name));
  inputs_.push_back(x);
  return x;
}

}  // namespace gradus
