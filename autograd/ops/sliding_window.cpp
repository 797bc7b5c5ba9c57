#include <gradus/autograd/ops/sliding_window.hpp>

#include <gradus/autograd/ops/arithmetic.hpp>
#include <gradus/autograd/ops/create.hpp>
#include <gradus/autograd/ops/index.hpp>
#include <gradus/autograd/ops/overlap.hpp>
#include <gradus/autograd/ops/rearrange.hpp>
#include <gradus/autograd/ops/view.hpp>
#include <gradus/autograd/tape.hpp>

namespace gradus {

namespace {

struct SlidingWindow {
  static constexpr std::string_view name = "sliding_window";
  std::int64_t dim, size, step, length;
  Tensor forward(const Tensor& x) const {
    const auto d = static_cast<std::size_t>(dim);
    Shape shape = x.shape();
    Strides strides = x.strides();
    shape[d] = (shape[d] - size) / step + 1;
    shape.push_back(size);
    strides.push_back(strides[d]);
    if (shape[d] > 1) strides[d] *= step;
    return x.alias(shape, strides, x.offset());
  }
  void backward(Backward& d) const {
    d.wrt(0, [&] { return sliding::added_up(movedim(d.grad(), -1, dim + 1), dim, step, length); });
  }
};

}  // namespace

Tensor sliding_window(const Tensor& x, std::int64_t dim, std::int64_t size, std::int64_t step,
                      SourceLocation at) {
  const OpScope scope("sliding_window", at);
  const auto d = static_cast<std::int64_t>(wrap_dim(dim, x.rank()));
  const std::int64_t length = x.rank() == 0 ? 0 : x.size(d);
  require(x.rank() > 0 && size >= 0 && size <= length,
          "a size of {} was given; it must lie in [0, {}], for {}", size, length, x.shape());
  require(step >= 1, "a step of {} was given; it must be at least 1", step);
  return record(SlidingWindow{d, size, step, length}, at, x);
}

Tensor sliding::added_up(const Tensor& windows, std::int64_t dim, std::int64_t step, std::int64_t length) {
  const auto d = static_cast<std::size_t>(dim);
  Shape shape = windows.shape();
  const std::int64_t count = shape[d], size = shape[d + 1];
  shape.erase(d + 1);
  shape[d] = length;
  const Tensor place = unsqueeze(arange(count) * step, 1) + arange(size);  // [count, size]
  return index_add(zeros(shape, {.dtype = windows.dtype()}), dim, flatten(place),
                   flatten(windows, dim, dim + 1));
}

}  // namespace gradus
