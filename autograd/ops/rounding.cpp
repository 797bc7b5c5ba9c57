#include <gradus/autograd/ops/rounding.hpp>

#include <cmath>
#include <limits>

#include <gradus/autograd/ops/arithmetic.hpp>
#include <gradus/autograd/ops/compare.hpp>
#include <gradus/autograd/ops/elementwise.hpp>
#include <gradus/autograd/ops/pointwise.hpp>
#include <gradus/autograd/ops/reduce.hpp>
#include <gradus/autograd/ops/where.hpp>

namespace gradus {

namespace {

using elementwise::apply;
using elementwise::cheap;
using elementwise::From;

struct Trunc {
  static constexpr std::string_view name = "trunc";
  static constexpr From from = From::nothing;
  static constexpr std::int64_t cost = cheap;
  static constexpr bool takes_integers = true;
  auto value(auto x) const { return trunc(x); }
};

enum class Sign { of_dividend, of_divisor };

/// a modulo b for b != 0 if T is an integer.
template <Sign sign, class T>
T modulo(T a, T b) {
  T rest;
  if constexpr (std::is_floating_point_v<T>)
    rest = std::fmod(a, b);
  else
    rest = std::is_signed_v<T> && b == static_cast<T>(-1) ? T(0) : static_cast<T>(a % b);  // no overflow
  if constexpr (sign == Sign::of_divisor && std::is_signed_v<T>)
    if (rest != T(0) && (rest < T(0)) != (b < T(0))) return static_cast<T>(rest + b);
  return rest;
}

template <Sign sign>
struct Modulo {
  static constexpr std::string_view name = sign == Sign::of_dividend ? "fmod" : "remainder";
  static constexpr Keep keep = keep_inputs(0, 1) | keep_outputs(0);
  Tensor forward(const Tensor& a, const Tensor& b) const {
    require(is_floating(b.dtype()) || b.dtype() == boolean || all(b).item<bool>(), "an integer modulo 0");
    return dispatch_numeric(a.dtype(), [&]<class T>() {
      return apply<T>(a, b, 16 * cheap, [](T x, T y) { return modulo<sign>(x, y); });
    });
  }
  void backward(Backward& d) const {
    d.wrt(0, [&] { return d.grad(); });
    d.wrt(1, [&] { return -d.grad() * round((d.input(0) - d.output()) / d.input(1)); });
  }
};

/// floor(a / b) without the rounding of the quotient, for b != 0 if T is an integer.
template <class T>
T quotient(T a, T b) {
  if constexpr (std::is_floating_point_v<T>) {
    const T ratio = a / b;
    if (b == T(0)) return ratio;
    return std::isfinite(ratio) ? std::round((a - modulo<Sign::of_divisor>(a, b)) / b) : ratio;
  } else if constexpr (std::is_signed_v<T>) {
    if (b == T(-1)) return static_cast<T>(std::uint64_t{0} - static_cast<std::uint64_t>(a));  // no overflow
    return static_cast<T>(a / b - (a % b != 0 && (a < 0) != (b < 0)));
  } else {
    return static_cast<T>(a / b);
  }
}

struct FloorDivide {
  static constexpr std::string_view name = "floor_divide";
  Tensor forward(const Tensor& a, const Tensor& b) const {
    require(is_floating(b.dtype()) || b.dtype() == boolean || all(b).item<bool>(), "an integer divided by 0");
    return dispatch_numeric(a.dtype(), [&]<class T>() {
      return apply<T>(a, b, 16 * cheap, [](T x, T y) { return quotient(x, y); });
    });
  }
  void backward(Backward& d) const {
    d.wrt(0, [&] { return zeros_like(d.grad()); });
    d.wrt(1, [&] { return zeros_like(d.grad()); });
  }
};

struct NanToNum {
  static constexpr std::string_view name = "nan_to_num";
  static constexpr Keep keep = keep_inputs(0);
  double nan;
  std::optional<double> posinf, neginf;
  Tensor forward(const Tensor& x) const {
    if (!is_floating(x.dtype())) return x;
    return dispatch_floating(x.dtype(), [&]<class T>() {
      using Limits = std::numeric_limits<T>;
      const T number = static_cast<T>(nan);
      const T high = static_cast<T>(posinf.value_or(Limits::max()));
      const T low = static_cast<T>(neginf.value_or(Limits::lowest()));
      return apply<T>(x, cheap, [=](T v) -> T {
        if (std::isnan(v)) return number;
        return std::isinf(v) ? (v > 0 ? high : low) : v;
      });
    });
  }
  void backward(Backward& d) const {
    d.wrt(0, [&] { return where(isfinite(d.input(0)), d.grad(), 0); });
  }
};

}  // namespace

Tensor trunc(const Tensor& x, SourceLocation at) { return elementwise::pointwise(Trunc{}, x, at); }

Tensor frac(const Tensor& x, SourceLocation at) {
  const OpScope scope("frac", at);
  return x - trunc(x);
}

Tensor fmod(const Operand& a, const Operand& b) {
  return elementwise::binary(Modulo<Sign::of_dividend>{}, a, b);
}
Tensor remainder(const Operand& a, const Operand& b) {
  return elementwise::binary(Modulo<Sign::of_divisor>{}, a, b);
}

Tensor floor_divide(const Operand& a, const Operand& b) { return elementwise::binary(FloorDivide{}, a, b); }

Tensor nan_to_num(const Tensor& x, const NanToNumOptions& options, SourceLocation at) {
  const OpScope scope("nan_to_num", at);
  return record(NanToNum{options.nan, options.posinf, options.neginf}, at, x);
}

}  // namespace gradus
