#pragma once

#include <gradus/autograd/kernels/loops.hpp>
#include <gradus/autograd/kernels/real.hpp>
#include <gradus/autograd/operand.hpp>
#include <gradus/autograd/tape.hpp>

/// For writers of elementwise ops: values of broadcast tensors, unrecorded.
namespace gradus::elementwise {

/// Simple operations that one element is reckoned to cost, for the size of parallel chunks.
inline constexpr std::int64_t cheap = 1;
inline constexpr std::int64_t transcendental = 16;

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

/// f(x) for every element; f takes and returns T or another element type.
template <Element T, class F>
Tensor apply(const Tensor& x, std::int64_t cost, F f) {
  using R = std::remove_cvref_t<decltype(f(T()))>;
  Tensor y = result(x.shape(), dtype_of<R>, x);
  kernels::map(kernels::plan_walk(x.shape(), y.strides(), x.strides()), y.mutable_data<R>(), x.data<T>(),
               cost, f);
  return y;
}

/// f(a, b), broadcast; both of element type T.
template <Element T, class F>
Tensor apply(const Tensor& a, const Tensor& b, std::int64_t cost, F f) {
  using R = std::remove_cvref_t<decltype(f(T(), T()))>;
  const Shape shape = broadcast(a.shape(), b.shape());
  Tensor y = result(shape, dtype_of<R>, a, b);
  const auto walk = kernels::plan_walk(shape, y.strides(), broadcast_strides(a.shape(), a.strides(), shape),
                                       broadcast_strides(b.shape(), b.strides(), shape));
  kernels::map(walk, y.mutable_data<R>(), a.data<T>(), b.data<T>(), cost, f);
  return y;
}

/// ---- Ops of one input whose derivative is the incoming gradient times a slope

/// What a rule computes its slope from, and so what the tape keeps.
enum class From { input, output };

/// A rule is a struct with a `name`, a `value` and a `slope`, each written once for elements and for tensors:
///
///     struct Tanh {
///       static constexpr std::string_view name = "tanh";
///       static constexpr From from = From::output;
///       auto value(auto x) const { return tanh(x); }
///       auto slope(const auto& y) const { return 1 - y * y; }
///     };
///
/// `value` sees kernels::Real<T>; `slope` sees that, or a Tensor when the derivative itself is recorded.
template <class R>
struct Pointwise {
  static constexpr std::string_view name = R::name;
  static constexpr Keep keep = R::from == From::input ? keep_inputs(0) : keep_outputs(0);
  R rule;

  Tensor forward(const Tensor& x) const {
    return dispatch_floating(x.dtype(), [&]<class T>() {
      return apply<T>(x, transcendental,
                      [rule = rule](T v) { return rule.value(kernels::Real<T>(v)).value; });
    });
  }

  void backward(Backward& d) const {
    d.wrt(0, [&]() -> Tensor {
      const Tensor kept = R::from == From::input ? d.input(0) : d.output(0);
      if (is_recording()) return d.grad() * rule.slope(kept);
      return dispatch_floating(kept.dtype(), [&]<class T>() {
        using kernels::Real;
        return apply<T>(d.grad(), kept, transcendental,
                        [rule = rule](T g, T v) { return g * Real<T>(rule.slope(Real<T>(v))).value; });
      });
    });
  }
};

/// Records the rule's op on a floating tensor of any shape and strides.
template <class R>
Tensor pointwise(R rule, const Tensor& x, const SourceLocation& at) {
  return record(Pointwise<R>{std::move(rule)}, at, x);
}

}  // namespace gradus::elementwise
