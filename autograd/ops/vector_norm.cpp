#include <gradus/autograd/ops/vector_norm.hpp>

#include <gradus/autograd/ops/abs_power.hpp>
#include <gradus/autograd/ops/arithmetic.hpp>
#include <gradus/autograd/ops/compare.hpp>
#include <gradus/autograd/ops/create.hpp>
#include <gradus/autograd/ops/elementwise.hpp>
#include <gradus/autograd/ops/extrema.hpp>
#include <gradus/autograd/ops/pointwise.hpp>
#include <gradus/autograd/ops/reduction.hpp>
#include <gradus/autograd/ops/where.hpp>

namespace gradus {

namespace {

/// Adds up `power(x)`.
template <class T, class Power>
struct PowerFold {
  using State = double;
  T* out;
  double p;
  Power power;

  State start() const { return 0; }
  State map(std::int64_t, std::int64_t, T x) const { return power(static_cast<double>(x)); }
  State merge(State a, State b) const { return a + b; }
  void finish(std::int64_t kept, State sum) const {
    out[kept] = static_cast<T>(p == 2 ? std::sqrt(sum) : p == 0 || p == 1 ? sum : std::pow(sum, 1 / p));
  }
};

struct Norm {
  static constexpr std::string_view name = "norm";
  static constexpr Keep keep = keep_inputs(0) | keep_outputs(0);
  double p;
  Dims dims;
  bool keepdim;

  Tensor forward(const Tensor& x) const {
    return dispatch_floating(x.dtype(), [&]<class T>() {
      Tensor y = empty(reduction::reduced_shape(x.shape(), dims, keepdim), x.dtype());
      const auto fold = [&](auto power, std::int64_t cost) {
        kernels::reduce(PowerFold<T, decltype(power)>{y.mutable_data<T>(), p, power},
                        reduction::plan(x, dims), cost, x.data<T>());
      };
      if (p == 2)
        fold([](double v) { return v * v; }, elementwise::cheap);
      else if (p == 1)
        fold([](double v) { return std::abs(v); }, elementwise::cheap);
      else if (p == 0)
        fold([](double v) { return v != 0 ? 1.0 : 0.0; }, elementwise::cheap);
      else
        fold([p = p](double v) { return std::pow(std::abs(v), p); }, elementwise::transcendental);
      return y;
    });
  }
  /// g sign(x) |x / y|^(p - 1)
  void backward(Backward& d) const {
    d.wrt(0, [&]() -> Tensor {
      const Tensor x = d.input(0);
      if (p == 0) return zeros_like(x);
      const auto restore = [&](const Tensor& t) { return reduction::restore_dims(t, x.shape(), dims); };
      const Tensor inverse = abs_power(restore(d.output(0)), -1), g = restore(d.grad());
      if (is_recording() || p != 2) return g * signed_power(x * inverse, p - 1);
      return dispatch_floating(x.dtype(), [&]<class T>() {
        return elementwise::apply<T, T>(x, inverse, g, elementwise::cheap,
                                        [](T v, T r, T up) { return up * (v * r); });
      });
    });
  }
};

}  // namespace

Tensor norm(const Tensor& x, double p, const Dims& dims, bool keepdim, SourceLocation at) {
  const OpScope scope("norm", at);
  require(!std::isnan(p), "p is NaN; needs a number or an infinity");
  if (std::isinf(p)) return p > 0 ? amax(abs(x), dims, keepdim) : amin(abs(x), dims, keepdim);
  return record(Norm{p, wrap_dims(dims, x.rank()), keepdim}, at, x);
}

Tensor normalize(const Tensor& x, const NormalizeOptions& options, SourceLocation at) {
  const OpScope scope("normalize", at);
  return x / clamp(norm(x, options.p, options.dim, true), options.eps);
}

Tensor renorm(const Tensor& x, double p, std::int64_t dim, double maxnorm, SourceLocation at) {
  const OpScope scope("renorm", at);
  require<ShapeError>(x.rank() >= 2, "input is {}; needs two dimensions or more", x.shape());
  require(p > 0, "p is {}; it must be above 0", p);
  require(maxnorm >= 0, "maxnorm is {}; it must not be negative", maxnorm);
  Dims rest;
  for (std::size_t d = 0; d < x.rank(); ++d)
    if (d != wrap_dim(dim, x.rank())) rest.push_back(static_cast<std::int64_t>(d));
  const Tensor length = norm(x, p, rest, true);
  return x * where(length > maxnorm, maxnorm / (length + 1e-7), 1);
}

}  // namespace gradus
