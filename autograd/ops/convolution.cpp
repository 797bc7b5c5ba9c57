#include <gradus/autograd/ops/convolution.hpp>

#include <array>

#include <gradus/autograd/kernels/convolution.hpp>
#include <gradus/autograd/ops/planes.hpp>
#include <gradus/autograd/ops/reduce.hpp>
#include <gradus/autograd/tape.hpp>

namespace gradus::convolution {

namespace {

kernels::Convolution sizes(const Shape& x, const Shape& w, const Shape& y, const Conv2dOptions& o) {
  return {x[0],         o.groups,     w[1],     w[0] / o.groups, {x[2], x[3]},
          {y[2], y[3]}, {w[2], w[3]}, o.stride, o.padding,       o.dilation};
}

/// The elements of a bias side by side; null for none.
template <class T>
const T* values(const Tensor& bias) {
  return bias.defined() ? bias.data<T>() : nullptr;
}

struct Forward {
  static constexpr std::string_view name = "conv2d";
  static constexpr Keep keep = keep_inputs(0, 1);
  Pair output_size;
  Pair stride, padding, dilation;
  std::int64_t groups;

  Conv2dOptions options() const { return {stride, padding, dilation, groups}; }
  Tensor forward(const Tensor& x, const Tensor& w, const Tensor& bias) const;
  void backward(Backward& d) const;
};

struct ToInput {
  static constexpr std::string_view name = "conv2d_to_input";
  static constexpr Keep keep = keep_inputs(0, 1);
  Pair input_size;
  Pair stride, padding, dilation;
  std::int64_t groups;

  Conv2dOptions options() const { return {stride, padding, dilation, groups}; }
  Tensor forward(const Tensor& y, const Tensor& w, const Tensor& bias) const;
  void backward(Backward& d) const;
};

/// Whether the gradient of a bias is wanted beside that of the weight.
enum class Bias { no, yes };

struct ToWeight {
  static constexpr std::string_view name = "conv2d_to_weight";
  static constexpr Keep keep = keep_inputs(0, 1);
  Pair kernel;
  Pair stride, padding, dilation;
  std::int64_t groups;
  Bias bias;

  Conv2dOptions options() const { return {stride, padding, dilation, groups}; }
  std::array<Tensor, 2> forward(const Tensor& x, const Tensor& y) const;
  void backward(Backward& d) const;
};

/// [n, channels, h, w] to [channels]
Tensor sum_places(const Tensor& y) { return sum(y, {0, 2, 3}); }
Pair kernel_of(const Tensor& w) { return {w.size(2), w.size(3)}; }
Pair size_of(const Tensor& x) { return {x.size(2), x.size(3)}; }

Tensor Forward::forward(const Tensor& x, const Tensor& w, const Tensor& bias) const {
  const Tensor y =
      planes::empty_channels_last({x.size(0), w.size(0), output_size.h, output_size.w}, x.dtype());
  const Tensor matrix = w.contiguous(), offset = bias.defined() ? bias.contiguous() : bias;
  dispatch_floating(x.dtype(), [&]<class T>() {
    kernels::convolve(sizes(x.shape(), w.shape(), y.shape(), options()), planes::of<const T>(x),
                      matrix.data<T>(), values<T>(offset), planes::of<T>(y));
  });
  return y;
}

void Forward::backward(Backward& d) const {
  d.wrt(0, [&] { return to_input(d.grad(), d.input(1), {}, size_of(d.input(0)), options(), {}); });
  if (!d.wants(1)) return d.wrt(2, [&] { return sum_places(d.grad()); });
  const ToWeight op{
      kernel_of(d.input(1)), stride, padding, dilation, groups, d.wants(2) ? Bias::yes : Bias::no};
  auto [weight, bias] = record(op, {}, d.input(0), d.grad());
  d.set(1, std::move(weight));
  if (d.wants(2)) d.set(2, std::move(bias));
}

Tensor ToInput::forward(const Tensor& y, const Tensor& w, const Tensor& bias) const {
  const Tensor x =
      planes::empty_channels_last({y.size(0), w.size(1) * groups, input_size.h, input_size.w}, y.dtype());
  const Tensor matrix = w.contiguous(), offset = bias.defined() ? bias.contiguous() : bias;
  dispatch_floating(y.dtype(), [&]<class T>() {
    kernels::convolve_to_input(sizes(x.shape(), w.shape(), y.shape(), options()), planes::of<const T>(y),
                               matrix.data<T>(), values<T>(offset), planes::of<T>(x));
  });
  return x;
}

void ToInput::backward(Backward& d) const {
  d.wrt(0,
        [&] { return convolution::forward(d.grad(), d.input(1), {}, size_of(d.input(0)), options(), {}); });
  d.wrt(1, [&] { return to_weight(d.grad(), d.input(0), kernel_of(d.input(1)), options(), {}); });
  d.wrt(2, [&] { return sum_places(d.grad()); });
}

std::array<Tensor, 2> ToWeight::forward(const Tensor& x, const Tensor& y) const {
  const Tensor w = empty({y.size(1), x.size(1) / groups, kernel.h, kernel.w}, x.dtype());
  const kernels::Convolution c = sizes(x.shape(), w.shape(), y.shape(), options());
  const bool together = bias == Bias::yes && kernels::gives_bias(c);
  const Tensor sums = together ? empty({y.size(1)}, y.dtype()) : bias == Bias::yes ? sum_places(y) : Tensor();
  dispatch_floating(x.dtype(), [&]<class T>() {
    kernels::convolve_to_weight(c, planes::of<const T>(x), planes::of<const T>(y), w.mutable_data<T>(),
                                together ? sums.mutable_data<T>() : nullptr);
  });
  return {w, sums};
}

void ToWeight::backward(Backward& d) const {
  const Tensor offset = d.has_grad(1) ? d.grad(1) : Tensor();
  d.wrt(0, [&] { return to_input(d.input(1), d.grad(), {}, size_of(d.input(0)), options(), {}); });
  d.wrt(1, [&] {
    return convolution::forward(d.input(0), d.grad(), offset, size_of(d.input(1)), options(), {});
  });
}

}  // namespace

Tensor forward(const Tensor& x, const Tensor& w, const Tensor& bias, const Pair& output_size,
               const Conv2dOptions& o, const SourceLocation& at) {
  return record(Forward{output_size, o.stride, o.padding, o.dilation, o.groups}, at, x, w, bias);
}
Tensor to_input(const Tensor& y, const Tensor& w, const Tensor& bias, const Pair& input_size,
                const Conv2dOptions& o, const SourceLocation& at) {
  return record(ToInput{input_size, o.stride, o.padding, o.dilation, o.groups}, at, y, w, bias);
}
Tensor to_weight(const Tensor& x, const Tensor& y, const Pair& kernel, const Conv2dOptions& o,
                 const SourceLocation& at) {
  return record(ToWeight{kernel, o.stride, o.padding, o.dilation, o.groups, Bias::no}, at, x, y)[0];
}

void check_options(const Conv2dOptions& o) {
  require(o.stride.h >= 1 && o.stride.w >= 1, "stride is {}; it must be at least 1", to_string(o.stride));
  require(o.dilation.h >= 1 && o.dilation.w >= 1, "dilation is {}; it must be at least 1",
          to_string(o.dilation));
  require(o.padding.h >= 0 && o.padding.w >= 0, "padding is {}; it must not be negative",
          to_string(o.padding));
  require(o.groups >= 1, "groups is {}; it must be at least 1", o.groups);
}

}  // namespace gradus::convolution
