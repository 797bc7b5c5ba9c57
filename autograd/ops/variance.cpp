#include <gradus/autograd/ops/variance.hpp>

#include <gradus/autograd/ops/abs_power.hpp>
#include <gradus/autograd/ops/arithmetic.hpp>
#include <gradus/autograd/ops/elementwise.hpp>
#include <gradus/autograd/ops/moments.hpp>
#include <gradus/autograd/ops/reduce.hpp>
#include <gradus/autograd/ops/reduction.hpp>
#include <gradus/autograd/tape.hpp>

namespace gradus {

namespace {

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
    const std::int64_t count = reduction::reduced_count(x.shape(), dims);
    return reduction::moments(x, dims, keepdim, divisor(count), root).variance;
  }
  /// var: g 2 (x - mean) / divisor; std: half of that over std.
  void backward(Backward& d) const {
    d.wrt(0, [&]() -> Tensor {
      const Tensor x = d.input(0);
      Tensor scale = d.grad();
      if constexpr (root)
        scale = scale * abs_power(d.output(0), -1);
      else
        scale = scale * 2;
      scale = scale / divisor(reduction::reduced_count(x.shape(), dims));
      scale = reduction::restore_dims(scale, x.shape(), dims);
      const Tensor centre = mean(x, dims, true);
      if (is_recording()) return scale * (x - centre);
      return dispatch_floating(x.dtype(), [&]<class T>() {
        return elementwise::apply<T, T>(x, centre, scale, elementwise::cheap,
                                        [](T v, T m, T s) { return s * (v - m); });
      });
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
