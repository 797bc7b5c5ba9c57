#include <gradus/autograd/ops/max_pool2d.hpp>

#include <array>

#include <gradus/autograd/ops/planes.hpp>
#include <gradus/autograd/tape.hpp>

namespace gradus {

namespace {

Tensor scatter(const Tensor& y, const Tensor& indices, Pair size, const SourceLocation& at);

/// [.., H, W] at flat places [.., h, w] of each plane. The transpose of Scatter.
struct Gather {
  static constexpr std::string_view name = "max_pool2d_gather";
  static constexpr Keep keep = keep_inputs(1);
  Pair size;  ///< of x

  Tensor forward(const Tensor& x, const Tensor& indices) const {
    return dispatch_floating(x.dtype(), [&]<class T>() {
      const Tensor dense = planes::without_gaps(x);
      const Pair results = planes::size(indices);
      const Tensor y = planes::empty(indices, results, x.dtype());
      kernels::gather_planes(planes::count(x), results.h, results.w, planes::of<const T>(dense),
                             planes::of<const std::int64_t>(indices), planes::of<T>(y));
      return y;
    });
  }
  void backward(Backward& d) const {
    d.wrt(0, [&] { return scatter(d.grad(), d.input(1), size, SourceLocation::current()); });
  }
};

/// Adds [.., h, w] to flat places of planes of zeros, [.., H, W]. The derivative of max pooling.
struct Scatter {
  static constexpr std::string_view name = "max_pool2d_backward";
  static constexpr Keep keep = keep_inputs(1);
  Pair size;

  Tensor forward(const Tensor& y, const Tensor& indices) const {
    return dispatch_floating(y.dtype(), [&]<class T>() {
      const Pair results = planes::size(indices);
      const Tensor x = planes::empty(indices, size, y.dtype());
      kernels::scatter_planes(planes::count(x), results.h, results.w, planes::of<const T>(y),
                              planes::of<const std::int64_t>(indices), planes::of<T>(x), size.h * size.w);
      return x;
    });
  }
  void backward(Backward& d) const {
    d.wrt(0, [&] { return record(Gather{size}, SourceLocation::current(), d.grad(), d.input(1)); });
  }
};

Tensor scatter(const Tensor& y, const Tensor& indices, Pair size, const SourceLocation& at) {
  return record(Scatter{size}, at, y, indices);
}

struct MaxPool2d {
  static constexpr std::string_view name = "max_pool2d";
  static constexpr Keep keep = keep_outputs(1);
  Pair kernel, stride, padding, dilation;
  bool ceil_mode;
  Pair input_size;

  std::array<Tensor, 2> forward(const Tensor& x) const {
    const auto rows = kernels::sliding_windows("height", input_size.h,
                                               {kernel.h, stride.h, padding.h, dilation.h, ceil_mode});
    const auto columns = kernels::sliding_windows("width", input_size.w,
                                                  {kernel.w, stride.w, padding.w, dilation.w, ceil_mode});
    const Pair size(rows.count(), columns.count());
    const Tensor y = planes::empty(x, size, x.dtype());
    const Tensor indices = planes::empty(x, size, int64);
    dispatch_numeric(x.dtype(), [&]<class T>() {
      kernels::max_pool(planes::count(x), rows, columns, planes::of<const T>(x), planes::of<T>(y),
                        planes::of<std::int64_t>(indices));
    });
    return {y, indices};
  }
  void backward(Backward& d) const {
    d.wrt(0, [&] { return scatter(d.grad(), d.output(1), input_size, SourceLocation::current()); });
  }
};

}  // namespace

MaxPool2dResult max_pool2d_with_indices(const Tensor& x, Pair kernel, const MaxPool2dOptions& options,
                                        SourceLocation at) {
  const OpScope scope("max_pool2d", at);
  const MaxPool2d op{
      kernel,         options.stride.value_or(kernel), options.padding, options.dilation, options.ceil_mode,
      planes::size(x)};
  auto [values, indices] = record(op, at, x);
  return {values, indices};
}

Tensor max_pool2d(const Tensor& x, Pair kernel, const MaxPool2dOptions& options, SourceLocation at) {
  return max_pool2d_with_indices(x, kernel, options, at).values;
}

}  // namespace gradus
