#pragma once

#include <gradus/autograd/kernels/map.hpp>
#include <gradus/autograd/kernels/real.hpp>
#include <gradus/autograd/operand.hpp>
#include <gradus/autograd/ops/create.hpp>
#include <gradus/autograd/tape.hpp>

/// For writers of elementwise ops: values of broadcast tensors, unrecorded.
namespace gradus::elementwise {

/// Simple operations that one element is reckoned to cost, for the size of parallel chunks. In nanoseconds,
/// as measured with AVX2 on float32: 0.1 to 0.4, as memory allows, and 0.5 to 2.
inline constexpr std::int64_t cheap = 1;
inline constexpr std::int64_t transcendental = 6;
inline constexpr kernels::Streaming streaming{};  ///< cheap, and a single instruction

/// An uninitialised result of `shape`, in the memory layout of the first input that has this shape densely.
template <class... X>
Tensor result(const Shape& shape, DType dtype, const X&... inputs) {
  Tensor out;
  const auto adopt = [&](const Tensor& x) {
    if (out.defined() || x.shape() != shape || x.is_contiguous()) return;
    if (const Tensor like = empty_like(x); like.strides() == x.strides())
      out = dtype == x.dtype() ? like : empty_strided(shape, x.strides(), dtype);
  };
  (adopt(inputs), ...);
  return out.defined() ? out : empty(shape, dtype);
}

/// Whether nobody can tell that x is overwritten but its holder: no other handle, view or tape entry knows
/// its memory, which is the library's own and without gaps.
bool is_disposable(const Tensor& x);

/// Where a tensor's elements are; those of bool as bytes, which compilers load into vectors, as they do not
/// bools.
template <Element T>
const auto* elements(const Tensor& x) {
  if constexpr (std::is_same_v<T, bool>)
    return reinterpret_cast<const unsigned char*>(x.data<bool>());
  else
    return x.data<T>();
}

/// f of the elements of tensors that broadcast to `shape`, of element types T, which f takes. For loops to be
/// vectorised f should be free of branches and of calls that are not inlined; it is copied.
template <Element... T, class F, class... In>
Tensor apply_to(const Shape& shape, auto cost, F f, const In&... in) {
  using R = std::remove_cvref_t<decltype(f(T()...))>;
  const Tensor y = result(shape, dtype_of<R>, in...);
  R* out = y.mutable_data<R>();
  if (((in.shape() == shape && in.strides() == y.strides()) && ...))
    kernels::map(y.numel(), cost, f, out, elements<T>(in)...);
  else
    kernels::map(
        kernels::plan_walk(shape, y.strides(), broadcast_strides(in.shape(), in.strides(), shape)...), cost,
        f, out, elements<T>(in)...);
  return y;
}

/// The shape that both broadcast to.
inline Shape common_shape(const Tensor& a, const Tensor& b) {
  return a.shape() == b.shape() ? a.shape() : broadcast(a.shape(), b.shape());
}

/// f(x) for every element; f takes T and returns T or another element type.
template <Element T, class F>
Tensor apply(const Tensor& x, auto cost, F f) {
  return apply_to<T>(x.shape(), cost, f, x);
}

/// f(a, b), broadcast; both of element type T.
template <Element T, class F>
Tensor apply(const Tensor& a, const Tensor& b, auto cost, F f) {
  return apply_to<T, T>(common_shape(a, b), cost, f, a, b);
}

/// f(a, b, c), broadcast; of element types A, B and C.
template <Element A, Element B, Element C = B, class F>
Tensor apply(const Tensor& a, const Tensor& b, const Tensor& c, auto cost, F f) {
  const Shape shape = common_shape(b, c);
  return apply_to<A, B, C>(a.shape() == shape ? shape : broadcast(a.shape(), shape), cost, f, a, b, c);
}

/// Records an op of two operands, once they have one dtype.
template <class F>
Tensor binary(F op, const Operand& a, const Operand& b) {
  const OpScope scope(F::name, a.at());
  const auto [x, y] = match(a, b);
  return record(std::move(op), a.at(), x, y);
}

/// ---- Ops of one input whose derivative is the incoming gradient times a slope

/// What a rule computes its slope from, and so what the tape keeps. A rule from `nothing` has slope 0.
enum class From { input, output, nothing };

/// What a rule says of its cost.
template <class R>
constexpr std::int64_t cost_of() {
  if constexpr (requires { R::cost; })
    return R::cost;
  else
    return transcendental;
}

/// What `make(Real<T>())` returns, a function of elements whose last is the argument of rule R; for angles
/// also what it returns for moderate ones.
template <class R, class T, class Make>
auto of_reals(const Make& make) {
  using kernels::Real;
  if constexpr (requires { R::takes_angles; } && std::is_same_v<T, float>) {
    const auto few_turns = [](auto... x) {
      return std::abs(std::get<sizeof...(x) - 1>(std::tuple(x...))) < 0x1p22F;
    };
    return kernels::Cases{make(Real<T>(0)), make(Real<T, kernels::math::Range::moderate>(0)), few_turns};
  } else {
    return make(Real<T>(0));
  }
}

/// A rule is a struct with a `name`, a `value` and a `slope`, each written once for elements and for tensors.
/// Its members, if any, are the op's attributes:
///
///     struct Elu {
///       static constexpr std::string_view name = "elu";
///       static constexpr From from = From::output;
///       double alpha;
///       auto value(auto x) const { return where(x > 0, x, alpha * expm1(x)); }
///       auto slope(const auto& y) const { return where(y > 0, like(y, 1), y + alpha); }
///     };
///
/// `value` sees kernels::Real<T>; `slope` sees that, or a Tensor when the derivative itself is recorded.
/// There the slope is differentiated in turn: a branch of `where` that is not taken must be finite all the
/// same, for 0 times infinity is NaN. Instead of `slope` there may be `gradient(g, kept)`, for a derivative
/// that is not to be infinity times 0. Further constants:
/// - `cost`: simple operations an element; transcendental if not given;
/// - `takes_integers`: true if the value makes sense for every numeric dtype, not only for floating ones;
/// - `takes_angles`: true if the value or slope asks for sine, cosine or tangent of the input, or of at most
///   four times as much.
template <class R>
struct Pointwise {
  static constexpr std::string_view name = R::name;
  static constexpr Keep keep = R::from == From::input    ? keep_inputs(0)
                               : R::from == From::output ? keep_outputs(0)
                                                         : Keep{};
  R rule;
  bool given_up = false;  ///< whether the caller needs the input no longer

  /// In the place of the input, if that is given up, nobody else knows of it, and the derivative does not
  /// ask.
  Tensor forward(const Tensor& x) const {
    const auto run = [&]<class T>() {
      const auto value = of_reals<R, T>(
          [this]<class X>(X) { return [rule = rule](T v) -> T { return X(rule.value(X(v))).value; }; });
      if (!given_up || R::from == From::input || !is_disposable(x)) return apply<T>(x, cost_of<R>(), value);
      kernels::map(x.numel(), cost_of<R>(), value, x.mutable_data<T>(), x.data<T>());
      return x;
    };
    if constexpr (requires { R::takes_integers; })
      return dispatch_numeric(x.dtype(), run);
    else
      return dispatch_floating(x.dtype(), run);
  }

  void backward(Backward& d) const {
    d.wrt(0, [&]() -> Tensor {
      if constexpr (R::from == From::nothing) {
        return zeros_like(d.grad());
      } else {
        const Tensor kept = R::from == From::input ? d.input(0) : d.output(0);
        if (is_recording()) return through(rule, d.grad(), kept);
        return dispatch_floating(kept.dtype(), [&]<class T>() {
          const auto product = of_reals<R, T>([this]<class X>(X) {
            return [rule = rule](T g, T v) -> T { return X(through(rule, X(g), X(v))).value; };
          });
          const Tensor& g = d.grad();
          if (g.strides() != kept.strides() || !is_disposable(g))
            return apply<T>(g, kept, cost_of<R>(), product);
          kernels::map(g.numel(), cost_of<R>(), product, g.mutable_data<T>(), g.data<T>(), kept.data<T>());
          return g;
        });
      }
    });
  }

 private:
  template <class X>
  static auto through(const R& rule, const X& g, const X& kept) {
    if constexpr (requires { rule.gradient(g, kept); })
      return rule.gradient(g, kept);
    else
      return g * rule.slope(kept);
  }
};

/// `number` as a 0-d tensor of the dtype of x, as kernels::Real has it for elements.
inline Tensor like(const Tensor& x, double number) { return full({}, number, {.dtype = x.dtype()}); }

/// Records the rule's op on a tensor of any shape and strides.
template <class R>
Tensor pointwise(R rule, const Tensor& x, const SourceLocation& at) {
  return record(Pointwise<R>{std::move(rule)}, at, x);
}

/// As above for a tensor that the caller gives up: its memory becomes the result's, if nobody else knows it.
template <class R>
Tensor pointwise(R rule, Tensor&& x, const SourceLocation& at) {
  const Tensor taken = std::move(x);
  return record(Pointwise<R>{std::move(rule), true}, at, taken);
}

}  // namespace gradus::elementwise
