#include <gradus/autograd/ops/convolution.hpp>

#include <memory>

#include <gradus/autograd/kernels/gemm.hpp>
#include <gradus/autograd/kernels/parallel.hpp>
#include <gradus/autograd/ops/create.hpp>
#include <gradus/autograd/ops/reduce.hpp>
#include <gradus/autograd/tape.hpp>

namespace gradus::convolution {

namespace {

using kernels::Image;
using kernels::Matrix;
using kernels::row_major;

/// Sizes of one convolution.
struct Sizes {
  std::int64_t images, groups, in, out;  ///< channels per group
  Pair input, output;
  kernels::Window window;

  std::int64_t places() const { return output.h * output.w; }
  std::int64_t patch() const { return in * window.kernel.h * window.kernel.w; }
  /// Simple operations per image, for the size of parallel chunks.
  std::int64_t cost() const { return std::max<std::int64_t>(groups * out * patch() * places() / 16, 1); }
};

Sizes sizes(const Shape& x, const Shape& w, const Shape& y, const Conv2dOptions& o) {
  return {x[0],
          o.groups,
          w[1],
          w[0] / o.groups,
          {x[2], x[3]},
          {y[2], y[3]},
          {{w[2], w[3]}, o.stride, o.padding, o.dilation}};
}

/// Channels of group g of image n.
template <class T, class X>
Image<T> image(X* data, const Tensor& x, const Sizes& s, std::int64_t n, std::int64_t g) {
  const Strides& st = x.strides();
  return {data + n * st[0] + g * s.in * st[1], s.in, s.input, st[1], st[2], st[3]};
}

template <class T>
Matrix<const T> weight_of(const Tensor& w, const Sizes& s, std::int64_t g) {
  return row_major(w.data<T>() + g * s.out * s.patch(), s.out, s.patch());
}

template <class T>
struct Columns {
  explicit Columns(const Sizes& s)
      : storage(empty({s.patch(), s.places()}, dtype_of<T>)),
        matrix(row_major(storage.template mutable_data<T>(), s.patch(), s.places())) {}
  Matrix<const T> read() const { return {matrix.data, matrix.rows, matrix.cols, matrix.row_stride, 1}; }
  Tensor storage;
  Matrix<T> matrix;
};

/// y[n, g] = w[g] columns(x[n, g])
template <class T>
void run_forward(const Tensor& x, const Tensor& w, const Tensor& bias, const Tensor& y, const Sizes& s) {
  kernels::parallel_for(s.images, kernels::chunk_for(s.cost()), [&](std::int64_t begin, std::int64_t end) {
    const Columns<T> columns(s);
    for (std::int64_t n = begin; n < end; ++n)
      for (std::int64_t g = 0; g < s.groups; ++g) {
        kernels::im2col(image<const T>(x.data<T>(), x, s, n, g), s.window, s.output, columns.matrix.data);
        T* out = y.mutable_data<T>() + (n * s.groups + g) * s.out * s.places();
        if (bias.defined())
          for (std::int64_t c = 0; c < s.out; ++c)
            std::fill_n(out + c * s.places(), s.places(),
                        bias.data<T>()[(g * s.out + c) * bias.strides()[0]]);
        kernels::gemm(weight_of<T>(w, s, g), columns.read(), row_major(out, s.out, s.places()),
                      bias.defined());
      }
  });
}

/// x[n, g] = sum over columns of w[g]' y[n, g]
template <class T>
void run_to_input(const Tensor& y, const Tensor& w, const Tensor& x, const Sizes& s) {
  kernels::parallel_for(s.images, kernels::chunk_for(s.cost()), [&](std::int64_t begin, std::int64_t end) {
    const Columns<T> columns(s);
    for (std::int64_t n = begin; n < end; ++n)
      for (std::int64_t g = 0; g < s.groups; ++g) {
        const T* from = y.data<T>() + (n * s.groups + g) * s.out * s.places();
        kernels::gemm(weight_of<T>(w, s, g).transposed(), row_major(from, s.out, s.places()), columns.matrix);
        kernels::col2im(columns.read().data, s.window, s.output, image<T>(x.mutable_data<T>(), x, s, n, g));
      }
  });
}

/// w[g] = sum over n of y[n, g] columns(x[n, g])', in at most 16 partial sums that are added in order.
template <class T>
Tensor run_to_weight(const Tensor& x, const Tensor& y, const Shape& shape, const Sizes& s) {
  const std::int64_t chunk = std::max(kernels::chunk_for(s.cost()), kernels::chunk_count(s.images, 16));
  const std::int64_t chunks = std::max<std::int64_t>(kernels::chunk_count(s.images, chunk), 1);
  Shape partial_shape = shape;
  partial_shape.insert(0, chunks);
  const Tensor partial = zeros(partial_shape, {.dtype = dtype_of<T>});
  kernels::parallel_for(s.images, chunk, [&](std::int64_t begin, std::int64_t end) {
    const Columns<T> columns(s);
    T* sum = partial.mutable_data<T>() + begin / chunk * s.groups * s.out * s.patch();
    for (std::int64_t n = begin; n < end; ++n)
      for (std::int64_t g = 0; g < s.groups; ++g) {
        kernels::im2col(image<const T>(x.data<T>(), x, s, n, g), s.window, s.output, columns.matrix.data);
        const T* from = y.data<T>() + (n * s.groups + g) * s.out * s.places();
        kernels::gemm(row_major(from, s.out, s.places()), columns.read().transposed(),
                      row_major(sum + g * s.out * s.patch(), s.out, s.patch()), true);
      }
  });
  return sum(partial, 0);
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
  Tensor forward(const Tensor& y, const Tensor& w) const;
  void backward(Backward& d) const;
};

struct ToWeight {
  static constexpr std::string_view name = "conv2d_to_weight";
  static constexpr Keep keep = keep_inputs(0, 1);
  Pair kernel;
  Pair stride, padding, dilation;
  std::int64_t groups;

  Conv2dOptions options() const { return {stride, padding, dilation, groups}; }
  Tensor forward(const Tensor& x, const Tensor& y) const;
  void backward(Backward& d) const;
};

Pair kernel_of(const Tensor& w) { return {w.size(2), w.size(3)}; }
Pair size_of(const Tensor& x) { return {x.size(2), x.size(3)}; }

Tensor Forward::forward(const Tensor& x, const Tensor& w, const Tensor& bias) const {
  Tensor y = empty({x.size(0), w.size(0), output_size.h, output_size.w}, x.dtype());
  const Sizes s = sizes(x.shape(), w.shape(), y.shape(), options());
  dispatch_floating(x.dtype(), [&]<class T>() { run_forward<T>(x, w.contiguous(), bias, y, s); });
  return y;
}

void Forward::backward(Backward& d) const {
  d.wrt(0, [&] { return to_input(d.grad(), d.input(1), size_of(d.input(0)), options(), {}); });
  d.wrt(1, [&] { return to_weight(d.input(0), d.grad(), kernel_of(d.input(1)), options(), {}); });
  d.wrt(2, [&] { return sum(d.grad(), {0, 2, 3}); });
}

Tensor ToInput::forward(const Tensor& y, const Tensor& w) const {
  Tensor x = zeros({y.size(0), w.size(1) * groups, input_size.h, input_size.w}, {.dtype = y.dtype()});
  const Sizes s = sizes(x.shape(), w.shape(), y.shape(), options());
  dispatch_floating(y.dtype(), [&]<class T>() { run_to_input<T>(y.contiguous(), w.contiguous(), x, s); });
  return x;
}

void ToInput::backward(Backward& d) const {
  d.wrt(0,
        [&] { return convolution::forward(d.grad(), d.input(1), {}, size_of(d.input(0)), options(), {}); });
  d.wrt(1, [&] { return to_weight(d.grad(), d.input(0), kernel_of(d.input(1)), options(), {}); });
}

Tensor ToWeight::forward(const Tensor& x, const Tensor& y) const {
  const Shape shape{y.size(1), x.size(1) / groups, kernel.h, kernel.w};
  const Sizes s = sizes(x.shape(), shape, y.shape(), options());
  return dispatch_floating(x.dtype(),
                           [&]<class T>() { return run_to_weight<T>(x, y.contiguous(), shape, s); });
}

void ToWeight::backward(Backward& d) const {
  d.wrt(0, [&] { return to_input(d.input(1), d.grad(), size_of(d.input(0)), options(), {}); });
  d.wrt(1,
        [&] { return convolution::forward(d.input(0), d.grad(), {}, size_of(d.input(1)), options(), {}); });
}

}  // namespace

Tensor forward(const Tensor& x, const Tensor& w, const Tensor& bias, const Pair& output_size,
               const Conv2dOptions& o, const SourceLocation& at) {
  return record(Forward{output_size, o.stride, o.padding, o.dilation, o.groups}, at, x, w, bias);
}
Tensor to_input(const Tensor& y, const Tensor& w, const Pair& input_size, const Conv2dOptions& o,
                const SourceLocation& at) {
  return record(ToInput{input_size, o.stride, o.padding, o.dilation, o.groups}, at, y, w);
}
Tensor to_weight(const Tensor& x, const Tensor& y, const Pair& kernel, const Conv2dOptions& o,
                 const SourceLocation& at) {
  return record(ToWeight{kernel, o.stride, o.padding, o.dilation, o.groups}, at, x, y);
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
