#include <gradus/autograd/ops/reduce.hpp>

#include <bit>
#include <cmath>
#include <limits>

#include <gradus/autograd/ops/arithmetic.hpp>
#include <gradus/autograd/ops/create.hpp>
#include <gradus/autograd/ops/elementwise.hpp>
#include <gradus/autograd/ops/join.hpp>
#include <gradus/autograd/ops/pad.hpp>
#include <gradus/autograd/ops/reduction.hpp>
#include <gradus/autograd/ops/view.hpp>
#include <gradus/autograd/tape.hpp>

namespace gradus {

namespace {

using reduction::reduced_count;
using reduction::reduced_shape;
using reduction::restore_dims;

/// What sums of T are returned as.
template <class T>
using SumOf = std::conditional_t<std::is_floating_point_v<T>, T, std::int64_t>;

/// Sums, or means if there is a divisor.
template <class T>
struct SumFold : kernels::Addition<T> {
  using typename kernels::Addition<T>::State;
  SumOf<T>* out;
  State divisor;

  explicit SumFold(SumOf<T>* out, State divisor = 1) : out(out), divisor(divisor) {}
  void finish(std::int64_t kept, State sum) const {
    out[kept] = static_cast<SumOf<T>>(divisor == 1 ? sum : sum / divisor);
  }
};

struct Sum {
  static constexpr std::string_view name = "sum";
  Dims dims;
  bool keepdim;
  Shape from;

  Tensor forward(const Tensor& x) const {
    return dispatch(x.dtype(), [&]<class T>() {
      Tensor y = empty(reduced_shape(from, dims, keepdim), dtype_of<SumOf<T>>);
      kernels::reduce(SumFold<T>(y.mutable_data<SumOf<T>>()), reduction::plan(x, dims), x.data<T>());
      return y;
    });
  }
  void backward(Backward& d) const {
    d.wrt(0, [&] { return expand(restore_dims(d.grad(), from, dims), from); });
  }
};

struct Mean {
  static constexpr std::string_view name = "mean";
  Dims dims;
  bool keepdim;
  Shape from;

  double count() const { return static_cast<double>(reduced_count(from, dims)); }
  Tensor forward(const Tensor& x) const {
    return dispatch_floating(x.dtype(), [&]<class T>() {
      Tensor y = empty(reduced_shape(from, dims, keepdim), x.dtype());
      kernels::reduce(SumFold<T>(y.mutable_data<T>(), count()), reduction::plan(x, dims), x.data<T>());
      return y;
    });
  }
  void backward(Backward& d) const {
    d.wrt(0, [&] { return expand(restore_dims(d.grad() / count(), from, dims), from); });
  }
};

/// The factors with a 1 at the end if they are an odd number.
Tensor paired(const Tensor& factors) { return factors.size(-1) % 2 == 0 ? factors : pad(factors, {0, 1}, 1); }
/// Every second factor, from the first or the second on.
Tensor every_second(const Tensor& factors, std::int64_t first) {
  return slice(factors, -1, first, factors.size(-1), 2);
}

/// For every factor the product of all others along the last dimension: a tree of products of neighbours, and
/// back down it. Nothing is divided, so factors may be 0.
Tensor product_of_others(const Tensor& factors) {
  if (factors.size(-1) == 1) return ones_like(factors);
  const Tensor pairs = paired(factors), left = every_second(pairs, 0), right = every_second(pairs, 1);
  const Tensor above = product_of_others(left * right);
  return narrow(reshape(stack({above * right, above * left}, -1), pairs.shape()), -1, 0, factors.size(-1));
}

/// Multiplies in double or int64, which wraps around.
template <class T>
struct ProductFold {
  using State = std::conditional_t<std::is_floating_point_v<T>, double, std::uint64_t>;
  static constexpr bool takes_registers = true;
  SumOf<T>* out;

  State start() const { return 1; }
  State map(std::int64_t, std::int64_t, T x) const { return static_cast<State>(x); }
  void load(auto& to, const auto& x) const { to = x; }
  void join(auto& product, const auto& x) const { product *= x; }
  State merge(State a, State b) const { return a * b; }
  void finish(std::int64_t kept, State product) const { out[kept] = static_cast<SumOf<T>>(product); }
};

/// A product as mantissa times 2^exponent, so that it does not leave the range of double. Factors of 0 are
/// left out and counted. All are doubles, which vectors hold together.
struct ScaledProduct {
  double mantissa;  ///< of size 1 to 2^500; NaN if a factor is not finite
  double exponent, zeros;
};

/// Of one factor.
template <class T>
ScaledProduct scaled_factor(T x) {
  constexpr std::uint64_t bits = 52, bias = 1023, special = 0x7ff, whole = 0x433;  // 2^52: bits are units
  const auto v = static_cast<double>(x);
  const bool is_zero = v == 0;
  const bool is_small = std::is_same_v<T, double> && std::abs(v) < std::numeric_limits<double>::min();
  const double normal = is_zero ? 1 : is_small ? v * 0x1p64 : v;
  const auto all = std::bit_cast<std::uint64_t>(normal), field = (all >> bits) & special;
  const auto mantissa = std::bit_cast<double>((all & ~(special << bits)) | (bias << bits));
  const double biased = std::bit_cast<double>(field | (whole << bits)) - 0x1p52;
  return {field == special ? std::numeric_limits<double>::quiet_NaN() : mantissa,
          biased - static_cast<double>(bias) - (is_small && !is_zero ? 64.0 : 0.0), is_zero ? 1.0 : 0.0};
}

/// For each product what the others of a factor x are computed from, which is numerator / x * power, or,
/// where x is 0, of_zero * power. The power is half of the product's, so that nothing leaves the range on the
/// way.
template <class T>
struct OthersFold {
  using State = ScaledProduct;
  double *numerator, *of_zero, *power;

  State start() const { return {1, 0, 0}; }
  State map(std::int64_t, std::int64_t, T x) const { return scaled_factor(x); }
  State merge(State a, State b) const {
    const double product = a.mantissa * b.mantissa;
    const bool large = std::abs(product) >= 0x1p500;
    return {product * (large ? 0x1p-500 : 1.0), a.exponent + b.exponent + (large ? 500.0 : 0.0),
            a.zeros + b.zeros};
  }
  void finish(std::int64_t kept, State product) const {
    int own = 0;
    const double mantissa = std::frexp(product.mantissa, &own);
    const int e = static_cast<int>(std::clamp<double>(product.exponent + own, -2040, 2040)), half = e / 2;
    const double value = std::ldexp(mantissa, half);
    const bool odd = std::isnan(value);
    power[kept] = std::ldexp(1.0, e - half);
    numerator[kept] = product.zeros > 0 && !odd ? 0 : value;
    of_zero[kept] = product.zeros > 1 && !odd ? 0 : value;
  }
};

/// g times the product of all other factors over `dims`, which is that of all divided by x, or, where one is
/// 0, that of those that are not. Undefined if a factor is not finite.
template <class T>
Tensor times_others(const Tensor& g, const Tensor& x, const Dims& dims) {
  const Shape shape = reduced_shape(x.shape(), dims, true);
  Tensor numerator = empty(shape, float64), of_zero = empty(shape, float64), power = empty(shape, float64);
  kernels::reduce(OthersFold<T>{numerator.mutable_data<double>(), of_zero.mutable_data<double>(),
                                power.mutable_data<double>()},
                  reduction::plan(x, dims), 4, x.data<T>());
  for (const double value : numerator.span<double>())
    if (std::isnan(value)) return {};
  return elementwise::apply_to<T, T, double, double, double>(
      x.shape(), 4,
      [](T v, T up, double product, double zeros_product, double scale) -> T {
        const double others = (v == 0 ? zeros_product : product) / (v == 0 ? 1.0 : static_cast<double>(v));
        return up * static_cast<T>(others * scale);
      },
      x, g, numerator, of_zero, power);
}

struct Prod {
  static constexpr std::string_view name = "prod";
  static constexpr Keep keep = keep_inputs(0);
  Dims dims;
  bool keepdim;

  Tensor forward(const Tensor& x) const {
    return dispatch(x.dtype(), [&]<class T>() {
      Tensor y = empty(reduced_shape(x.shape(), dims, keepdim), dtype_of<SumOf<T>>);
      kernels::reduce(ProductFold<T>{y.mutable_data<SumOf<T>>()}, reduction::plan(x, dims), x.data<T>());
      return y;
    });
  }
  void backward(Backward& d) const {
    d.wrt(0, [&] {
      const Tensor x = d.input(0), g = restore_dims(d.grad(), x.shape(), dims);
      if (x.numel() == 0) return zeros_like(x);
      if (!is_recording()) {
        const Tensor dx =
            dispatch_floating(x.dtype(), [&]<class T>() { return times_others<T>(g, x, dims); });
        if (dx.defined()) return dx;
      }
      Dims order = reduction::others(x.rank(), dims), back = Dims::filled(x.rank(), 0);
      for (const std::int64_t dim : dims) order.push_back(dim);
      for (std::size_t i = 0; i < order.size(); ++i)
        back[static_cast<std::size_t>(order[i])] = static_cast<std::int64_t>(i);
      const Tensor last = permute(x, order);  // [kept..., reduced...]
      Shape joined = reduced_shape(x.shape(), dims, false);
      joined.push_back(reduced_count(x.shape(), dims));
      return g * permute(reshape(product_of_others(reshape(last, joined)), last.shape()), back);
    });
  }
};

/// Whether any element is not 0, or not any is 0.
template <class T>
struct TruthFold {
  using State = bool;
  static constexpr bool any_order = true;
  bool* out;
  bool of_all;

  State start() const { return of_all; }
  State map(std::int64_t, std::int64_t, T x) const { return x != T(0); }
  State merge(State a, State b) const { return of_all ? (a & b) != 0 : (a | b) != 0; }
  void finish(std::int64_t kept, State truth) const { out[kept] = truth; }
};

Tensor reduce_truth(const Tensor& x, const Dims& dims, bool keepdim, bool of_all) {
  const Dims wrapped = wrap_dims(dims, x.rank());
  Tensor y = empty(reduced_shape(x.shape(), wrapped, keepdim), boolean);
  dispatch(x.dtype(), [&]<class T>() {
    kernels::reduce(TruthFold<T>{y.mutable_data<bool>(), of_all}, reduction::plan(x, wrapped), x.data<T>());
  });
  return y;
}

}  // namespace

Tensor sum(const Tensor& x, const Dims& dims, bool keepdim, SourceLocation at) {
  const OpScope scope("sum", at);
  return record(Sum{wrap_dims(dims, x.rank()), keepdim, x.shape()}, at, x);
}

Tensor mean(const Tensor& x, const Dims& dims, bool keepdim, SourceLocation at) {
  const OpScope scope("mean", at);
  return record(Mean{wrap_dims(dims, x.rank()), keepdim, x.shape()}, at, x);
}

Tensor prod(const Tensor& x, const Dims& dims, bool keepdim, SourceLocation at) {
  const OpScope scope("prod", at);
  return record(Prod{wrap_dims(dims, x.rank()), keepdim}, at, x);
}

Tensor all(const Tensor& x, const Dims& dims, bool keepdim, SourceLocation at) {
  const OpScope scope("all", at);
  return reduce_truth(x, dims, keepdim, true);
}

Tensor any(const Tensor& x, const Dims& dims, bool keepdim, SourceLocation at) {
  const OpScope scope("any", at);
  return reduce_truth(x, dims, keepdim, false);
}

Tensor sum_to(const Tensor& x, const Shape& shape, SourceLocation at) {
  const OpScope scope("sum_to", at);
  require<ShapeError>(broadcastable_to(shape, x.shape()), "{} does not broadcast to {}", shape, x.shape());
  const std::size_t extra = x.rank() - shape.size();
  Dims dims;
  for (std::size_t d = 0; d < x.rank(); ++d)
    if (d < extra || (shape[d - extra] == 1 && x.shape()[d] != 1))
      dims.push_back(static_cast<std::int64_t>(d));
  const Tensor summed = dims.empty() ? x : sum(x, dims, true);
  return reshape(summed, shape);
}

}  // namespace gradus
