#include <gradus/autograd/ops/variance.hpp>

#include <cmath>

#include <gradus/autograd/ops/abs_power.hpp>
#include <gradus/autograd/ops/arithmetic.hpp>
#include <gradus/autograd/ops/reduce.hpp>
#include <gradus/autograd/ops/reduction.hpp>
#include <gradus/autograd/tape.hpp>

namespace gradus {

namespace {

/// Means in double.
template <class T>
struct MeanFold {
  using State = double;
  double* out;
  double count;

  State start(std::int64_t) const { return 0; }
  void add(State& sum, T x, std::int64_t) const { sum += static_cast<double>(x); }
  void merge(State& sum, State other) const { sum += other; }
  void finish(std::int64_t kept, State sum) const { out[kept] = sum / count; }
};

/// Sums of squared deviations from the means, divided.
template <class T>
struct DeviationFold {
  struct State {
    double mean;
    double sum;
  };
  const double* means;
  T* out;
  double divisor;
  bool root;

  State start(std::int64_t kept) const { return {means[kept], 0}; }
  void add(State& state, T x, std::int64_t) const {
    const double deviation = static_cast<double>(x) - state.mean;
    state.sum += deviation * deviation;
  }
  void merge(State& state, const State& other) const { state.sum += other.sum; }
  void finish(std::int64_t kept, const State& state) const {
    const double variance = state.sum / divisor;
    out[kept] = static_cast<T>(root ? std::sqrt(variance) : variance);
  }
};

/// var, or std with the root.
template <bool root>
struct Spread {
  static constexpr std::string_view name = root ? "std" : "var";
  static constexpr Keep keep = root ? keep_inputs(0) | keep_outputs(0) : keep_inputs(0);
  Dims dims;
  std::int64_t correction;
  bool keepdim;

  double divisor(std::int64_t count) const {
    return static_cast<double>(std::max<std::int64_t>(count - correction, 0));
  }
  Tensor forward(const Tensor& x) const {
    return dispatch_floating(x.dtype(), [&]<class T>() {
      const Shape shape = reduction::reduced_shape(x.shape(), dims, keepdim);
      const std::int64_t count = reduction::reduced_count(x.shape(), dims);
      const Tensor means = empty(shape, float64);
      Tensor y = empty(shape, x.dtype());
      const auto plan = reduction::plan(x, dims);
      kernels::reduce(MeanFold<T>{means.mutable_data<double>(), static_cast<double>(count)}, plan,
                      x.data<T>());
      kernels::reduce(DeviationFold<T>{means.data<double>(), y.mutable_data<T>(), divisor(count), root}, plan,
                      x.data<T>());
      return y;
    });
  }
  /// var: g 2 (x - mean) / divisor; std: half of that over std.
  void backward(Backward& d) const {
    d.wrt(0, [&] {
      const Tensor x = d.input(0);
      Tensor scale = d.grad();
      if constexpr (root)
        scale = scale * abs_power(d.output(0), -1);
      else
        scale = scale * 2;
      scale = scale / divisor(reduction::reduced_count(x.shape(), dims));
      return reduction::restore_dims(scale, x.shape(), dims) * (x - mean(x, dims, true));
    });
  }
};

}  // namespace

Tensor var(const Tensor& x, const Dims& dims, const VarianceOptions& options, SourceLocation at) {
  const OpScope scope("var", at);
  return record(Spread<false>{wrap_dims(dims, x.rank()), options.correction, options.keepdim}, at, x);
}

Tensor std(const Tensor& x, const Dims& dims, const VarianceOptions& options, SourceLocation at) {
  const OpScope scope("std", at);
  return record(Spread<true>{wrap_dims(dims, x.rank()), options.correction, options.keepdim}, at, x);
}

}  // namespace gradus
