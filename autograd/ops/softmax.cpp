#include <gradus/autograd/ops/softmax.hpp>

#include <gradus/autograd/kernels/rows.hpp>
#include <gradus/autograd/ops/arithmetic.hpp>
#include <gradus/autograd/ops/elementwise.hpp>
#include <gradus/autograd/ops/pointwise.hpp>
#include <gradus/autograd/ops/reduce.hpp>
#include <gradus/autograd/ops/reduction.hpp>
#include <gradus/autograd/ops/where.hpp>

namespace gradus {

namespace {

using kernels::Strided;

template <class T>
T largest(const Strided<const T>& x, std::int64_t n) {
  T max = x[0];
  for (std::int64_t i = 1; i < n; ++i) max = std::max(max, x[i]);
  return max;
}

/// y = x with each row along `dim` replaced by `row(out, in, n)`; a row has at least one element.
template <class F>
Tensor map_rows(const Tensor& x, std::int64_t dim, F row) {
  return dispatch_floating(x.dtype(), [&]<class T>() {
    Tensor y = elementwise::result(x.shape(), x.dtype(), x);
    const auto rows = kernels::plan_rows(x.shape(), static_cast<std::size_t>(dim), y.strides(), x.strides());
    T* out = y.mutable_data<T>();
    const T* in = x.data<T>();
    if (rows.length > 0)
      kernels::for_each_row(rows, elementwise::transcendental, [&](const auto& places) {
        row(Strided<T>{out + places[0], rows.steps[0]}, Strided<const T>{in + places[1], rows.steps[1]},
            rows.length);
      });
    return y;
  });
}

/// As above, from rows of two inputs of one shape.
template <class F>
Tensor map_rows(const Tensor& a, const Tensor& b, std::int64_t dim, F row) {
  return dispatch_floating(a.dtype(), [&]<class T>() {
    Tensor y = elementwise::result(a.shape(), a.dtype(), a);
    const auto rows =
        kernels::plan_rows(a.shape(), static_cast<std::size_t>(dim), y.strides(), a.strides(), b.strides());
    T* out = y.mutable_data<T>();
    const T* first = a.data<T>();
    const T* second = b.data<T>();
    kernels::for_each_row(rows, elementwise::transcendental, [&](const auto& places) {
      row(Strided<T>{out + places[0], rows.steps[0]}, Strided<const T>{first + places[1], rows.steps[1]},
          Strided<const T>{second + places[2], rows.steps[2]}, rows.length);
    });
    return y;
  });
}

struct Softmax {
  static constexpr std::string_view name = "softmax";
  static constexpr Keep keep = keep_outputs(0);
  std::int64_t dim;

  Tensor forward(const Tensor& x) const {
    return map_rows(x, dim, []<class T>(Strided<T> out, Strided<const T> in, std::int64_t n) {
      const T max = largest(in, n);
      double sum = 0;
      for (std::int64_t i = 0; i < n; ++i) sum += out[i] = std::exp(in[i] - max);
      for (std::int64_t i = 0; i < n; ++i) out[i] = static_cast<T>(out[i] / sum);
    });
  }
  /// y (g - sum of g y)
  void backward(Backward& d) const {
    d.wrt(0, [&] {
      const Tensor g = d.grad(), y = d.output(0);
      if (is_recording()) return y * (g - sum(g * y, dim, true));
      return map_rows(y, g, dim,
                      []<class T>(Strided<T> out, Strided<const T> p, Strided<const T> up, std::int64_t n) {
                        double mean = 0;
                        for (std::int64_t i = 0; i < n; ++i) mean += double(up[i]) * double(p[i]);
                        for (std::int64_t i = 0; i < n; ++i) out[i] = p[i] * static_cast<T>(up[i] - mean);
                      });
    });
  }
};

struct LogSoftmax {
  static constexpr std::string_view name = "log_softmax";
  static constexpr Keep keep = keep_outputs(0);
  std::int64_t dim;

  Tensor forward(const Tensor& x) const {
    return map_rows(x, dim, []<class T>(Strided<T> out, Strided<const T> in, std::int64_t n) {
      const T max = largest(in, n);
      double sum = 0;
      for (std::int64_t i = 0; i < n; ++i) sum += std::exp(in[i] - max);
      const T log_sum = static_cast<T>(std::log(sum));
      for (std::int64_t i = 0; i < n; ++i) out[i] = (in[i] - max) - log_sum;
    });
  }
  /// g - e^y times the sum of g
  void backward(Backward& d) const {
    d.wrt(0, [&] {
      const Tensor g = d.grad(), y = d.output(0);
      if (is_recording()) return g - exp(y) * sum(g, dim, true);
      return map_rows(
          y, g, dim,
          []<class T>(Strided<T> out, Strided<const T> log_p, Strided<const T> up, std::int64_t n) {
            double sum = 0;
            for (std::int64_t i = 0; i < n; ++i) sum += up[i];
            for (std::int64_t i = 0; i < n; ++i) out[i] = up[i] - std::exp(log_p[i]) * static_cast<T>(sum);
          });
    });
  }
};

/// Finds by how much to shift the exponents.
template <class T>
struct ShiftFold {
  using State = T;
  T* out;

  T start(std::int64_t) const { return -std::numeric_limits<T>::infinity(); }
  void add(T& max, T x, std::int64_t) const { merge(max, x); }
  void merge(T& max, T other) const {
    if (!(other <= max)) max = other;  // a NaN stays
  }
  /// inf - inf would be NaN.
  void finish(std::int64_t kept, T max) const { out[kept] = std::isinf(max) ? T(0) : max; }
};

/// Adds up e^(x - shift), and puts shift + log of it in the place of the shift.
template <class T>
struct LogSumExpFold {
  struct State {
    T shift;
    double sum;
  };
  T* out;

  State start(std::int64_t kept) const { return {out[kept], 0}; }
  void add(State& state, T x, std::int64_t) const { state.sum += std::exp(x - state.shift); }
  void merge(State& state, const State& other) const { state.sum += other.sum; }
  void finish(std::int64_t kept, const State& state) const {
    out[kept] = state.shift + static_cast<T>(std::log(state.sum));
  }
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
      kernels::reduce(ShiftFold<T>{y.mutable_data<T>()}, plan, x.data<T>());
      kernels::reduce(LogSumExpFold<T>{y.mutable_data<T>()}, plan, x.data<T>(), elementwise::transcendental);
      return y;
    });
  }
  /// g times the softmax, e^(x - y); 0 where both are -infinity
  void backward(Backward& d) const {
    d.wrt(0, [&] {
      const Tensor x = d.input(0);
      const auto restore = [&](const Tensor& t) { return reduction::restore_dims(t, x.shape(), dims); };
      const double lowest = x.dtype() == float32 ? double(std::numeric_limits<float>::lowest())
                                                 : std::numeric_limits<double>::lowest();
      return restore(d.grad()) * exp(x - clamp(restore(d.output(0)), lowest));
    });
  }
};

}  // namespace

Tensor softmax(const Tensor& x, std::int64_t dim, SourceLocation at) {
  const OpScope scope("softmax", at);
  return record(Softmax{static_cast<std::int64_t>(wrap_dim(dim, x.rank()))}, at, x);
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
