#include <gradus/autograd/ops/max_pool2d.hpp>

#include <array>

#include <gradus/autograd/kernels/max_pool.hpp>
#include <gradus/autograd/ops/planes.hpp>
#include <gradus/autograd/ops/take_relu.hpp>
#include <gradus/autograd/tape.hpp>

namespace gradus {

namespace {

/// The plane windows of one pooling, and what numbers their elements.
struct Pooling {
  Pair kernel, stride, padding, dilation;
  bool ceil_mode;
  Pair input_size;

  kernels::PlaneWindows windows() const {
    return {kernels::sliding_windows("height", input_size.h,
                                     {kernel.h, stride.h, padding.h, dilation.h, ceil_mode}),
            kernels::sliding_windows("width", input_size.w,
                                     {kernel.w, stride.w, padding.w, dilation.w, ceil_mode})};
  }
  DType number() const { return kernel.h * kernel.w <= kernels::nobody<std::uint8_t> ? uint8 : int64; }
};

/// Calls f<I>() for the element type of `winners`.
template <class F>
void dispatch_number(DType number, F&& f) {
  if (number == uint8)
    f.template operator()<std::uint8_t>();
  else
    f.template operator()<std::int64_t>();
}

Tensor scatter(const Tensor& y, const Tensor& winners, const Pooling& pooling);

/// [.., H, W] at the winners of windows. The transpose of Scatter.
struct Gather {
  static constexpr std::string_view name = "max_pool2d_gather";
  static constexpr Keep keep = keep_inputs(1);
  Pooling pooling;

  Tensor forward(const Tensor& x, const Tensor& winners) const {
    const Tensor y = planes::empty(winners, planes::size(winners), x.dtype());
    dispatch_floating(x.dtype(), [&]<class T>() {
      dispatch_number(winners.dtype(), [&]<class I>() {
        const auto [images, channels] = planes::count(x);
        kernels::gather_winners(images, channels, pooling.windows(), planes::of<const T>(x),
                                planes::of<const I>(winners), planes::of<T>(y));
      });
    });
    return y;
  }
  void backward(Backward& d) const {
    d.wrt(0, [&] { return scatter(d.grad(), d.input(1), pooling); });
  }
};

/// Adds [.., h, w] to the winners of windows in planes of zeros, [.., H, W]. The derivative of max pooling.
struct Scatter {
  static constexpr std::string_view name = "max_pool2d_backward";
  static constexpr Keep keep = keep_inputs(1);
  Pooling pooling;

  Tensor forward(const Tensor& y, const Tensor& winners) const {
    const Tensor x = planes::empty(winners, pooling.input_size, y.dtype());
    dispatch_floating(y.dtype(), [&]<class T>() {
      dispatch_number(winners.dtype(), [&]<class I>() {
        const auto [images, channels] = planes::count(x);
        kernels::scatter_winners(images, channels, pooling.windows(), planes::of<const T>(y),
                                 planes::of<const I>(winners), planes::of<T>(x));
      });
    });
    return x;
  }
  void backward(Backward& d) const {
    d.wrt(0, [&] { return record(Gather{pooling}, SourceLocation::current(), d.grad(), d.input(1)); });
  }
};

Tensor scatter(const Tensor& y, const Tensor& winners, const Pooling& pooling) {
  return record(Scatter{pooling}, SourceLocation::current(), y, winners);
}

/// Whether a pooling says who won: no, when nobody will ask; or only who is above 0.
enum class Winners { no, yes, positive };

/// The values, and who won. Winners that are above 0 are those that a ReLU before the pooling lets through.
template <Winners winners>
struct MaxPool2d {
  static constexpr std::string_view name = winners == Winners::positive ? "relu_max_pool2d" : "max_pool2d";
  static constexpr Keep keep = keep_outputs(1);
  Pair kernel, stride, padding, dilation;
  bool ceil_mode;
  Pair input_size;

  Pooling pooling() const { return {kernel, stride, padding, dilation, ceil_mode, input_size}; }
  std::array<Tensor, 2> forward(const Tensor& x) const {
    const kernels::PlaneWindows windows = pooling().windows();
    const Pair size(windows.rows.count(), windows.columns.count());
    const Tensor y = planes::empty(x, size, x.dtype());
    const DType number = pooling().number();
    const Tensor won = winners != Winners::no ? planes::empty(x, size, number) : Tensor();
    dispatch_numeric(x.dtype(), [&]<class T>() {
      dispatch_number(number, [&]<class I>() {
        const auto [images, channels] = planes::count(x);
        kernels::max_pool(images, channels, windows, planes::of<const T>(x), planes::of<T>(y),
                          won.defined() ? planes::of<I>(won) : kernels::Planes<I>{},
                          winners == Winners::positive);
      });
    });
    return {y, won};
  }
  void backward(Backward& d) const {
    d.wrt(0, [&] { return scatter(d.grad(), d.output(1), pooling()); });
  }
};

template <Winners winners>
MaxPool2d<winners> op_of(const Tensor& x, Pair kernel, const MaxPool2dOptions& options) {
  return {
      kernel,         options.stride.value_or(kernel), options.padding, options.dilation, options.ceil_mode,
      planes::size(x)};
}

/// Numbers within windows as places in the plane.
Tensor flat_places(const Tensor& winners, const Pooling& pooling) {
  const Tensor indices = planes::empty(winners, planes::size(winners), int64);
  const kernels::PlaneWindows windows = pooling.windows();
  dispatch_number(winners.dtype(), [&]<class I>() {
    const auto from = planes::of<const I>(winners);
    const auto to = planes::of<std::int64_t>(indices);
    const auto [images, channels] = planes::count(winners);
    for (std::int64_t n = 0; n < images; ++n)
      for (std::int64_t c = 0; c < channels; ++c)
        for (std::int64_t i = 0; i < windows.rows.count(); ++i)
          for (std::int64_t j = 0; j < windows.columns.count(); ++j) {
            const std::int64_t k = from.at(n, c)[i * from.row + j * from.column];
            to.at(n, c)[i * to.row + j * to.column] =
                windows.row(i, j, k) * windows.columns.size + windows.column(j, k);
          }
  });
  return indices;
}

}  // namespace

MaxPool2dResult max_pool2d_with_indices(const Tensor& x, Pair kernel, const MaxPool2dOptions& options,
                                        SourceLocation at) {
  const OpScope scope("max_pool2d", at);
  const auto op = op_of<Winners::yes>(x, kernel, options);
  auto [values, winners] = record(op, at, x);
  return {values, flat_places(winners, op.pooling())};
}

Tensor max_pool2d(const Tensor& x, Pair kernel, const MaxPool2dOptions& options, SourceLocation at) {
  const OpScope scope("max_pool2d", at);
  return is_recording() && x.requires_grad() ? record(op_of<Winners::yes>(x, kernel, options), at, x)[0]
                                             : record(op_of<Winners::no>(x, kernel, options), at, x)[0];
}

Tensor max_pool2d(Tensor&& x, Pair kernel, const MaxPool2dOptions& options, SourceLocation at) {
  const OpScope scope("max_pool2d", at);
  Tensor taken = std::move(x);
  if (!take_relu(taken)) return max_pool2d(std::as_const(taken), kernel, options, at);
  return record(op_of<Winners::positive>(taken, kernel, options), at, taken)[0];
}

}  // namespace gradus
