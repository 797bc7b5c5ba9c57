#include <gradus/autograd/ops/arithmetic.hpp>

#include <gradus/autograd/ops/copy.hpp>
#include <gradus/autograd/ops/elementwise.hpp>
#include <gradus/autograd/ops/update.hpp>

namespace gradus {

namespace {

using elementwise::apply;
using elementwise::binary;
using elementwise::cheap;
using elementwise::streaming;

/// What T is computed in: int64 wraps around instead of being undefined.
template <class T>
using Wrapping = std::conditional_t<std::is_same_v<T, std::int64_t>, std::uint64_t, T>;

struct Add {
  static constexpr std::string_view name = "add";
  template <class T>
  struct Of {
    T operator()(T x, T y) const { return static_cast<T>(Wrapping<T>(x) + Wrapping<T>(y)); }
  };
  Tensor forward(const Tensor& a, const Tensor& b) const {
    return dispatch_numeric(a.dtype(), [&]<class T>() { return apply<T>(a, b, streaming, Of<T>()); });
  }
  void backward(Backward& d) const {
    d.wrt(0, [&] { return d.grad(); });
    d.wrt(1, [&] { return d.grad(); });
  }
};

struct Sub {
  static constexpr std::string_view name = "sub";
  template <class T>
  struct Of {
    T operator()(T x, T y) const { return static_cast<T>(Wrapping<T>(x) - Wrapping<T>(y)); }
  };
  Tensor forward(const Tensor& a, const Tensor& b) const {
    return dispatch_numeric(a.dtype(), [&]<class T>() { return apply<T>(a, b, streaming, Of<T>()); });
  }
  void backward(Backward& d) const {
    d.wrt(0, [&] { return d.grad(); });
    d.wrt(1, [&] { return neg(d.grad()); });
  }
};

struct Mul {
  static constexpr std::string_view name = "mul";
  template <class T>
  struct Of {
    T operator()(T x, T y) const { return static_cast<T>(Wrapping<T>(x) * Wrapping<T>(y)); }
  };
  static constexpr Keep keep = keep_inputs(0, 1);
  Tensor forward(const Tensor& a, const Tensor& b) const {
    return dispatch_numeric(a.dtype(), [&]<class T>() { return apply<T>(a, b, streaming, Of<T>()); });
  }
  void backward(Backward& d) const {
    d.wrt(0, [&] { return d.grad() * d.input(1); });
    d.wrt(1, [&] { return d.grad() * d.input(0); });
  }
};

struct Div {
  static constexpr std::string_view name = "div";
  template <class T>
  struct Of {
    T operator()(T x, T y) const { return x / y; }
  };
  static constexpr Keep keep = keep_inputs(0, 1);
  Tensor forward(const Tensor& a, const Tensor& b) const {
    return dispatch_floating(a.dtype(), [&]<class T>() { return apply<T>(a, b, streaming, Of<T>()); });
  }
  void backward(Backward& d) const {
    d.wrt(0, [&] { return d.grad() / d.input(1); });
    d.wrt(1, [&] { return -d.grad() * (d.input(0) / d.input(1)) / d.input(1); });
  }
};

struct Neg {
  static constexpr std::string_view name = "neg";
  Tensor forward(const Tensor& x) const {
    return dispatch_numeric(x.dtype(), [&]<class T>() {
      return apply<T>(x, cheap, [](T v) { return static_cast<T>(-Wrapping<T>(v)); });
    });
  }
  void backward(Backward& d) const {
    d.wrt(0, [&] { return neg(d.grad()); });
  }
};

/// Whether writes to x leave the elements of y that are yet to be read as they are: both have one memory for
/// each element, or none in common.
bool keeps_apart(const Tensor& x, const Tensor& y) {
  return !x.shares_storage(y) ||
         (x.shape() == y.shape() && x.strides() == y.strides() && x.offset() == y.offset());
}

/// The function of two elements that `op` stands for, to `f`.
template <class T, class F>
void with_function(Arithmetic op, const F& f) {
  switch (op) {
    case Arithmetic::add:
      return f(Add::Of<T>());
    case Arithmetic::sub:
      return f(Sub::Of<T>());
    case Arithmetic::mul:
      return f(Mul::Of<T>());
    case Arithmetic::div:
      if constexpr (std::is_floating_point_v<T>) f(Div::Of<T>());
  }
}

/// x = x op other, where `other` must not make x grow.
void in_place(const char* name, Tensor& x, Arithmetic op, const Operand& other) {
  const OpScope scope(name, other.at());
  const Tensor y = match(x, other).second;
  require<ShapeError>(broadcastable_to(y.shape(), x.shape()),
                      "{} does not broadcast to {}, which cannot grow in place", y.shape(), x.shape());
  update(name, other.at(), x, op, y);
}

}  // namespace

Tensor add(const Operand& a, const Operand& b) { return binary(Add{}, a, b); }
Tensor sub(const Operand& a, const Operand& b) { return binary(Sub{}, a, b); }
Tensor mul(const Operand& a, const Operand& b) { return binary(Mul{}, a, b); }
Tensor div(const Operand& a, const Operand& b) { return binary(Div{}, a, b); }
Tensor neg(const Tensor& x, SourceLocation at) { return record(Neg{}, at, x); }

void update(const char* name, const SourceLocation& at, const Tensor& x, Arithmetic op, const Tensor& other) {
  const Tensor y = keeps_apart(x, other) ? other : other.detach().clone();
  const auto walk = kernels::plan_walk(x.shape(), x.strides(), x.strides(),
                                       broadcast_strides(y.shape(), y.strides(), x.shape()));
  const auto run = [&]<class T>() {
    x.mark_written(name, at, other);
    T* out = x.mutable_data<T>();
    with_function<T>(
        op, [&](auto f) { kernels::map(walk, cheap, f, out, const_cast<const T*>(out), y.data<T>()); });
  };
  if (op == Arithmetic::div)
    dispatch_floating(x.dtype(), run);
  else
    dispatch_numeric(x.dtype(), run);
}

Tensor taken_sum(Tensor a, Tensor b) {
  const bool alike = a.shape() == b.shape() && a.strides() == b.strides() && a.dtype() == b.dtype();
  if (!alike || a.requires_grad() || b.requires_grad()) return add(a, b);
  const bool takes_a = elementwise::is_disposable(a);
  if (!takes_a && !elementwise::is_disposable(b)) return add(a, b);
  const Tensor& sum = takes_a ? a : b;
  dispatch_numeric(sum.dtype(), [&]<class T>() {
    kernels::map(sum.numel(), cheap, Add::Of<T>(), sum.mutable_data<T>(), a.data<T>(), b.data<T>());
  });
  return sum;
}

Tensor& Tensor::operator+=(const Operand& other) {
  in_place("+=", *this, Arithmetic::add, other);
  return *this;
}
Tensor& Tensor::operator-=(const Operand& other) {
  in_place("-=", *this, Arithmetic::sub, other);
  return *this;
}
Tensor& Tensor::operator*=(const Operand& other) {
  in_place("*=", *this, Arithmetic::mul, other);
  return *this;
}
Tensor& Tensor::operator/=(const Operand& other) {
  in_place("/=", *this, Arithmetic::div, other);
  return *this;
}

}  // namespace gradus
