#include <gradus/autograd/ops/where.hpp>

#include <bit>
#include <cmath>

#include <gradus/autograd/kernels/extremum.hpp>
#include <gradus/autograd/ops/arithmetic.hpp>
#include <gradus/autograd/ops/compare.hpp>
#include <gradus/autograd/ops/elementwise.hpp>
#include <gradus/autograd/trace.hpp>

namespace gradus {

namespace {

using elementwise::apply;
using elementwise::binary;
using elementwise::cheap;
using elementwise::From;

/// c ? x : y by bits: compilers do not vectorise the choice by a byte, and a branch that goes either way by
/// chance costs more than ten choices.
template <class T>
T choose(bool c, T x, T y) {
  if constexpr (!std::is_floating_point_v<T>) {
    return c ? x : y;
  } else {
    using Bits = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;
    const Bits mask = Bits(0) - static_cast<Bits>(c);
    return std::bit_cast<T>((std::bit_cast<Bits>(x) & mask) | (std::bit_cast<Bits>(y) & ~mask));
  }
}

struct Where {
  static constexpr std::string_view name = "where";
  static constexpr Keep keep = keep_inputs(0);
  Tensor forward(const Tensor& condition, const Tensor& a, const Tensor& b) const {
    return dispatch(a.dtype(), [&]<class T>() {
      return apply<bool, T>(condition, a, b, cheap, [](bool c, T x, T y) { return choose(c, x, y); });
    });
  }
  void backward(Backward& d) const {
    d.wrt(1, [&] { return where(d.input(0), d.grad(), 0); });
    d.wrt(2, [&] { return where(d.input(0), 0, d.grad()); });
  }
};

/// The larger of two for sign = 1, the smaller for sign = -1.
template <int sign>
struct LargerOrSmaller {
  static constexpr std::string_view name = sign > 0 ? "maximum" : "minimum";
  static constexpr Keep keep = keep_inputs(0, 1);
  Tensor forward(const Tensor& a, const Tensor& b) const {
    return dispatch(a.dtype(), [&]<class T>() {
      return apply<T>(a, b, cheap, [](T x, T y) -> T {
        return sign > 0 ? kernels::larger(y, x) : kernels::smaller(y, x);
      });
    });
  }
  void backward(Backward& d) const {
    d.wrt(0, [&] { return share(d.grad(), d.input(0), d.input(1)); });
    d.wrt(1, [&] { return share(d.grad(), d.input(1), d.input(0)); });
  }

 private:
  static bool beats(const auto& x, const auto& y) { return sign > 0 ? x > y : x < y; }
  /// What of the gradient belongs to `mine`: all, half, or nothing.
  static Tensor share(const Tensor& g, const Tensor& mine, const Tensor& other) {
    if (!is_recording())
      return dispatch_floating(g.dtype(), [&]<class T>() {
        return apply<T, T>(g, mine, other, cheap, [](T up, T x, T y) -> T {
          return beats(y, x) ? T(0) : x == y ? up / 2 : up;
        });
      });
    const Tensor lost = sign > 0 ? mine < other : mine > other;
    return where(lost, 0, where(mine == other, g / 2, g));
  }
};

/// x, not below (sign = 1) or not above (sign = -1) a bound. At the bound the gradient is all for x.
template <int sign>
struct Bound {
  static constexpr std::string_view name = sign > 0 ? "clamp_min" : "clamp_max";
  static constexpr Keep keep = keep_inputs(0, 1);
  Tensor forward(const Tensor& x, const Tensor& bound) const {
    return dispatch_numeric(x.dtype(), [&]<class T>() {
      return apply<T>(x, bound, cheap, [](T v, T b) -> T {
        return sign > 0 ? kernels::larger(v, b) : kernels::smaller(v, b);
      });
    });
  }
  void backward(Backward& d) const {
    const auto inside = [&] { return sign > 0 ? d.input(0) >= d.input(1) : d.input(0) <= d.input(1); };
    const auto outside = [&] { return sign > 0 ? d.input(0) < d.input(1) : d.input(0) > d.input(1); };
    d.wrt(0, [&] { return where(inside(), d.grad(), 0); });
    d.wrt(1, [&] { return where(outside(), d.grad(), 0); });
  }
};

/// Bounds that are numbers: one pass.
struct Clamp {
  static constexpr std::string_view name = "clamp";
  static constexpr From from = From::input;
  static constexpr std::int64_t cost = cheap;
  static constexpr bool takes_integers = true;
  std::optional<double> min, max;
  auto value(auto x) const {
    if (min) x = where(x < *min, *min, x);
    if (max) x = where(x > *max, *max, x);
    return x;
  }
  auto gradient(auto g, const auto& x) const {
    if (min) g = where(x >= *min, g, 0);
    if (max) g = where(x <= *max, g, 0);
    return g;
  }
};

std::optional<double> number(const std::optional<Operand>& bound, const Tensor& x) {
  if (!bound) return {};
  require(!std::isnan(bound->number()), "a bound is NaN");
  bound->as(x.dtype());  // throws for 0.5 on an integer tensor
  return bound->number();
}

}  // namespace

Tensor where(const Tensor& condition, const Operand& a, const Operand& b) {
  const OpScope scope("where", a.at());
  require<DTypeError>(condition.dtype() == boolean, "the condition is {}; needs bool", condition.dtype());
  const auto [x, y] = match(a, b);
  const Tensor result = record(Where{}, a.at(), condition, x, y);
  if (!x.requires_grad() && !y.requires_grad())
    Trace::note_plain(Where::name, a.at(), {&condition, &x, &y}, result);
  return result;
}

Tensor masked_fill(const Tensor& x, const Tensor& mask, const Operand& value) {
  const OpScope scope("masked_fill", value.at());
  require<DTypeError>(mask.dtype() == boolean, "the mask is {}; needs bool", mask.dtype());
  return where(mask, value, x);
}

Tensor maximum(const Operand& a, const Operand& b) { return binary(LargerOrSmaller<1>{}, a, b); }
Tensor minimum(const Operand& a, const Operand& b) { return binary(LargerOrSmaller<-1>{}, a, b); }

Tensor clamp(const Tensor& x, const std::optional<Operand>& min, const std::optional<Operand>& max,
             SourceLocation at) {
  const OpScope scope("clamp", at);
  require(min || max, "neither min nor max is given");
  if ((!min || min->is_number()) && (!max || max->is_number()))
    return elementwise::pointwise(Clamp{number(min, x), number(max, x)}, x, at);
  Tensor y = x;
  if (min) y = binary(Bound<1>{}, y, *min);
  if (max) y = binary(Bound<-1>{}, y, *max);
  return y;
}

}  // namespace gradus
