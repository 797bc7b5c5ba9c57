#include <gradus/autograd/ops/softmax.hpp>

#include <gradus/autograd/kernels/rows.hpp>
#include <gradus/autograd/kernels/softmax.hpp>
#include <gradus/autograd/ops/arithmetic.hpp>
#include <gradus/autograd/ops/elementwise.hpp>
#include <gradus/autograd/ops/pointwise.hpp>
#include <gradus/autograd/ops/reduce.hpp>
#include <gradus/autograd/ops/reduction.hpp>
#include <gradus/autograd/ops/where.hpp>

namespace gradus {

namespace {

using elementwise::transcendental;

/// x, and perhaps y of its shape, with each row along `dim` replaced by `row(n, out, x, y)`.
template <class Row, class... Y>
Tensor map_rows(std::int64_t dim, const Row& row, const Tensor& x, const Y&... y) {
  return dispatch_floating(x.dtype(), [&]<class T>() {
    const Tensor out = elementwise::result(x.shape(), x.dtype(), x);
    const auto rows = kernels::plan_rows(x.shape(), static_cast<std::size_t>(dim), out.strides(), x.strides(),
                                         y.strides()...);
    if (rows.length > 0)
      kernels::map_rows(rows, transcendental, row, out.mutable_data<T>(), x.data<T>(),
                        y.template data<T>()...);
    return out;
  });
}

/// Whether rows along `dim` have gaps, the same in both: so they lie side by side, and are better folded and
/// mapped as they are than copied.
bool side_by_side(const Tensor& x, const Tensor& y, std::int64_t dim) {
  return x.rank() > 1 && x.strides() == y.strides() && x.strides()[static_cast<std::size_t>(dim)] != 1;
}

template <class T>
struct RowDotFold : kernels::DotAddition<T> {
  T* out;

  explicit RowDotFold(T* out) : out(out) {}
  void finish(std::int64_t kept, double sum) const { out[kept] = static_cast<T>(sum); }
};

/// The sums of x y along `dim`, which stays with size 1.
template <class T>
Tensor row_dots(std::int64_t dim, const Tensor& x, const Tensor& y) {
  Tensor sums = empty(reduction::reduced_shape(x.shape(), {dim}, true), x.dtype());
  kernels::reduce(RowDotFold<T>(sums.mutable_data<T>()),
                  reduction::plan(x.shape(), {dim}, x.strides(), y.strides()), elementwise::cheap,
                  x.data<T>(), y.data<T>());
  return sums;
}

struct Softmax {
  static constexpr std::string_view name = "softmax";
  static constexpr Keep keep = keep_outputs(0);
  std::int64_t dim;

  Tensor forward(const Tensor& x) const {
    return map_rows(
        dim,
        []<class T>(std::int64_t n, T* out, const T* in) {
          kernels::softmax(n, out, in, kernels::largest(n, in));
        },
        x);
  }
  /// y (g - sum of g y)
  void backward(Backward& d) const {
    d.wrt(0, [&] {
      const Tensor g = d.grad(), y = d.output(0);
      if (is_recording()) return Tensor(y * (g - sum(g * y, dim, true)));
      const auto slope = [](auto p, auto up, auto mean) { return p * (up - mean); };
      if (side_by_side(y, g, dim))
        return dispatch_floating(y.dtype(), [&]<class T>() {
          return elementwise::apply<T, T>(y, g, row_dots<T>(dim, g, y), elementwise::cheap, slope);
        });
      return map_rows(
          dim,
          [=]<class T>(std::int64_t n, T* out, const T* p, const T* up) {
            const T mean = static_cast<T>(kernels::dot(n, up, p));
            for (std::int64_t i = 0; i < n; ++i) out[i] = slope(p[i], up[i], mean);
          },
          y, g);
    });
  }
};

struct LogSoftmax {
  static constexpr std::string_view name = "log_softmax";
  static constexpr Keep keep = keep_outputs(0);
  std::int64_t dim;

  Tensor forward(const Tensor& x) const {
    return map_rows(
        dim,
        []<class T>(std::int64_t n, T* out, const T* in) {
          const T max = kernels::largest(n, in);
          for (std::int64_t i = 0; i < n; ++i) out[i] = kernels::math::exp(in[i] - max);
          const T log_sum = static_cast<T>(std::log(kernels::total(n, out)));
          for (std::int64_t i = 0; i < n; ++i) out[i] = (in[i] - max) - log_sum;
        },
        x);
  }
  /// g - e^y times the sum of g
  void backward(Backward& d) const {
    d.wrt(0, [&] {
      const Tensor g = d.grad(), y = d.output(0);
      if (is_recording()) return Tensor(g - exp(y) * sum(g, dim, true));
      const auto slope = [](auto log_p, auto up, auto sum) { return up - kernels::math::exp(log_p) * sum; };
      if (side_by_side(y, g, dim))
        return dispatch_floating(y.dtype(), [&]<class T>() {
          return elementwise::apply<T, T>(y, g, sum(g, dim, true), transcendental, slope);
        });
      return map_rows(
          dim,
          [=]<class T>(std::int64_t n, T* out, const T* log_p, const T* up) {
            const T sum = static_cast<T>(kernels::total(n, up));
            for (std::int64_t i = 0; i < n; ++i) out[i] = slope(log_p[i], up[i], sum);
          },
          y, g);
    });
  }
};

/// Finds by how much to shift the exponents.
template <class T>
struct ShiftFold : kernels::LargestFold<T> {
  T* out;

  explicit ShiftFold(T* out) : out(out) {}
  /// inf - inf would be NaN.
  void finish(std::int64_t kept, T max) const { out[kept] = std::isinf(max) ? T(0) : max; }
};

/// Adds up e^(x - shift), and puts shift + log of it in the place of the shift.
template <class T>
struct LogSumExpFold {
  using State = double;
  static constexpr bool maps_first = true;
  T* out;

  State start() const { return 0; }
  T map(std::int64_t kept, std::int64_t, T x) const { return kernels::math::exp(x - out[kept]); }
  State merge(State a, State b) const { return a + b; }
  void finish(std::int64_t kept, State sum) const { out[kept] += static_cast<T>(std::log(sum)); }
};

struct LogSumExp {
  static constexpr std::string_view name = "logsumexp";
  static constexpr Keep keep = keep_inputs(0) | keep_outputs(0);
  Dims dims;
  bool keepdim;

  Tensor forward(const Tensor& x) const {
    return dispatch_floating(x.dtype(), [&]<class T>() {
      Tensor y = empty(reduction::reduced_shape(x.shape(), dims, keepdim), x.dtype());
      const auto plan = reduction::plan(x, dims);
      kernels::reduce(ShiftFold<T>(y.mutable_data<T>()), plan, x.data<T>());
      kernels::reduce(LogSumExpFold<T>{y.mutable_data<T>()}, plan, elementwise::transcendental, x.data<T>());
      return y;
    });
  }
  /// g times the softmax, e^(x - y); 0 where both are -infinity
  void backward(Backward& d) const {
    d.wrt(0, [&]() -> Tensor {
      const Tensor x = d.input(0);
      const auto restore = [&](const Tensor& t) { return reduction::restore_dims(t, x.shape(), dims); };
      const double lowest = x.dtype() == float32 ? double(std::numeric_limits<float>::lowest())
                                                 : std::numeric_limits<double>::lowest();
      const Tensor g = restore(d.grad()), y = clamp(restore(d.output(0)), lowest);
      if (is_recording()) return g * exp(x - y);
      return dispatch_floating(x.dtype(), [&]<class T>() {
        return elementwise::apply<T, T>(x, y, g, elementwise::transcendental,
                                        [](T v, T w, T up) { return up * kernels::math::exp(v - w); });
      });
    });
  }
};

}  // namespace

Tensor softmax(const Tensor& x, std::int64_t dim, SourceLocation at) {
  const OpScope scope("softmax", at);
  return record(Softmax{static_cast<std::int64_t>(wrap_dim(dim, x.rank()))}, at, x);
}

Tensor softmin(const Tensor& x, std::int64_t dim, SourceLocation at) {
  const OpScope scope("softmin", at);
  return softmax(-x, dim);
}

Tensor log_softmax(const Tensor& x, std::int64_t dim, SourceLocation at) {
  const OpScope scope("log_softmax", at);
  return record(LogSoftmax{static_cast<std::int64_t>(wrap_dim(dim, x.rank()))}, at, x);
}

Tensor logsumexp(const Tensor& x, const Dims& dims, bool keepdim, SourceLocation at) {
  const OpScope scope("logsumexp", at);
  return record(LogSumExp{wrap_dims(dims, x.rank()), keepdim}, at, x);
}

}  // namespace gradus
