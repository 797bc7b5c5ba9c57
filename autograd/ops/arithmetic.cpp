#include <gradus/autograd/ops/arithmetic.hpp>

#include <gradus/autograd/ops/copy.hpp>
#include <gradus/autograd/ops/elementwise.hpp>

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

/// x = f(x, other), in place.
template <class Op>
void in_place(const char* name, Tensor& x, const Operand& other) {
  const OpScope scope(name, other.at());
  const Tensor given = match(x, other).second;
  require<ShapeError>(broadcastable_to(given.shape(), x.shape()),
                      "{} does not broadcast to {}, which cannot grow in place", given.shape(), x.shape());
  const Tensor y = keeps_apart(x, given) ? given : given.detach().clone();
  const auto walk = kernels::plan_walk(x.shape(), x.strides(), x.strides(),
                                       broadcast_strides(y.shape(), y.strides(), x.shape()));
  const auto run = [&]<class T>() {
    x.mark_written(name, other.at(), given);
    T* out = x.mutable_data<T>();
    kernels::map(walk, cheap, typename Op::template Of<T>(), out, const_cast<const T*>(out), y.data<T>());
  };
  if constexpr (std::is_same_v<Op, Div>)
    dispatch_floating(x.dtype(), run);
  else
    dispatch_numeric(x.dtype(), run);
}

}  // namespace

Tensor add(const Operand& a, const Operand& b) { return binary(Add{}, a, b); }
Tensor sub(const Operand& a, const Operand& b) { return binary(Sub{}, a, b); }
Tensor mul(const Operand& a, const Operand& b) { return binary(Mul{}, a, b); }
Tensor div(const Operand& a, const Operand& b) { return binary(Div{}, a, b); }
Tensor neg(const Tensor& x, SourceLocation at) { return record(Neg{}, at, x); }

Tensor& Tensor::operator+=(const Operand& other) {
  in_place<Add>("+=", *this, other);
  return *this;
}
Tensor& Tensor::operator-=(const Operand& other) {
  in_place<Sub>("-=", *this, other);
  return *this;
}
Tensor& Tensor::operator*=(const Operand& other) {
  in_place<Mul>("*=", *this, other);
  return *this;
}
Tensor& Tensor::operator/=(const Operand& other) {
  in_place<Div>("/=", *this, other);
  return *this;
}

}  // namespace gradus
