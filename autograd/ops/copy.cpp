#include <gradus/autograd/ops/copy.hpp>

#include <algorithm>

#include <gradus/autograd/kernels/convert.hpp>
#include <gradus/autograd/kernels/layout.hpp>
#include <gradus/autograd/kernels/layout_copies.hpp>
#include <gradus/autograd/ops/copy_parts.hpp>
#include <gradus/autograd/ops/create.hpp>
#include <gradus/autograd/ops/elementwise.hpp>
#include <gradus/autograd/ops/fill.hpp>
#include <gradus/autograd/trace.hpp>

namespace gradus {

namespace {

/// A copy of its own memory: row-major, or in the source's layout.
struct Clone {
  static constexpr std::string_view name = "clone";
  bool row_major = false;
  Tensor forward(const Tensor& x) const {
    Tensor y = row_major ? empty(x.shape(), x.dtype()) : empty_like(x);
    copy_values(x, y);
    return y;
  }
  void backward(Backward& d) const {
    d.wrt(0, [&] { return d.grad(); });
  }
};

struct To {
  static constexpr std::string_view name = "to";
  DType dtype;
  DType from;
  Tensor forward(const Tensor& x) const {
    Tensor y = elementwise::result(x.shape(), dtype, x);
    copy_values(x, y);
    return y;
  }
  void backward(Backward& d) const {
    d.wrt(0, [&] { return d.grad().to(from); });
  }
};

/// Whether elements follow each other otherwise in memory; both have the same shape.
bool differs_in_layout(const Tensor& a, const Tensor& b) {
  for (std::size_t d = 0; d < a.rank(); ++d)
    if (a.shape()[d] > 1 && a.strides()[d] != b.strides()[d]) return true;
  return false;
}

}  // namespace

void copy_values(const Tensor& source, const Tensor& target) {
  require<ShapeError>(broadcastable_to(source.shape(), target.shape()), "{} does not broadcast to {}",
                      source.shape(), target.shape());
  if (source.shape() == target.shape() && differs_in_layout(source, target)) ++kernels::layout_copies;
  const auto walk = kernels::plan_walk(target.shape(), target.strides(),
                                       broadcast_strides(source.shape(), source.strides(), target.shape()));
  dispatch(source.dtype(), [&]<class S>() {
    dispatch(target.dtype(), [&]<class T>() {
      if constexpr (std::is_same_v<S, T>)
        if (kernels::is_turned<T>(walk) || kernels::is_reversed(walk) || source.numel() == 1)
          return kernels::copy_walk(walk, target.mutable_data<T>(), source.data<S>());
      kernels::map(
          walk, elementwise::cheap, [](S v) { return kernels::convert<T>(v); }, target.mutable_data<T>(),
          source.data<S>());
    });
  });
}

void copy_parts(std::int64_t rows, const std::vector<Part>& parts) {
  std::int64_t row = 0;  // elements
  for (const Part& part : parts) row += part.target.numel() / std::max<std::int64_t>(rows, 1);
  constexpr std::int64_t fewest = 16, size = kernels::chunk_for(elementwise::cheap);
  if (rows * row <= size || row > size || rows < 2 * fewest) {
    for (const auto& [source, target] : parts) copy_values(source, target);
    return;
  }
  std::vector<kernels::Walk<2>> walks;
  for (const auto& [source, target] : parts)
    walks.push_back(kernels::plan_walk(target.shape(), target.strides(),
                                       broadcast_strides(source.shape(), source.strides(), target.shape())));
  const std::int64_t band = kernels::chunk_count(size, fewest * row) * fewest;
  kernels::parallel_for(rows, band, [&](std::int64_t begin, std::int64_t end) {
    for (std::size_t i = 0; i < parts.size(); ++i) {
      const std::int64_t count = walks[i].count / rows;
      dispatch(parts[i].source.dtype(), [&]<class T>() {
        kernels::copy_range(walks[i], begin * count, end * count, parts[i].target.mutable_data<T>(),
                            parts[i].source.data<T>());
      });
    }
  });
}

void fill_values(const Tensor& x, double value) {
  dispatch(x.dtype(), [&]<class T>() {
    const T element = exactly<T>(value);
    const auto walk = kernels::plan_walk(x.shape(), x.strides());
    if (kernels::detail::is_dense(walk, 0)) {
      kernels::map(
          walk.count, elementwise::cheap, [=] { return element; }, x.mutable_data<T>());
    } else {
      const Tensor single = empty({}, x.dtype());
      *single.mutable_data<T>() = element;
      copy_values(single, x);
    }
  });
}

Tensor Tensor::row_major_clone(const SourceLocation& at) const {
  return record(Clone{.row_major = true}, at, *this);
}
Tensor Tensor::clone(SourceLocation at) const { return record(Clone{}, at, *this); }
Tensor Tensor::to(DType wanted, SourceLocation at) const {
  if (dtype() == wanted) return *this;
  const Tensor result = record(To{wanted, dtype()}, at, *this);
  if (!requires_grad()) Trace::note_plain(To::name, at, {this}, result);
  return result;
}

Tensor& Tensor::copy_(const Tensor& source, SourceLocation at) {
  const OpScope scope("copy_", at);
  require<ShapeError>(broadcastable_to(source.shape(), shape()), "{} does not broadcast to {}",
                      source.shape(), shape());
  mark_written("copy_", at, source);
  copy_values(shares_storage(source) ? source.detach().clone() : source, *this);
  return *this;
}
Tensor& Tensor::fill_(double value, SourceLocation at) {
  mark_written("fill_", at);
  fill_values(*this, value);
  return *this;
}
Tensor& Tensor::zero_(SourceLocation at) { return fill_(0, at); }

}  // namespace gradus
