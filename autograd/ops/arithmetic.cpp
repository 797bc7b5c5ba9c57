#include <gradus/autograd/ops/arithmetic.hpp>

#include <gradus/autograd/ops/copy.hpp>
#include <gradus/autograd/ops/elementwise.hpp>

namespace gradus {

namespace {

using elementwise::apply;
using elementwise::binary;
using elementwise::cheap;

/// What T is computed in: int64 wraps around instead of being undefined.
template <class T>
using Wrapping = std::conditional_t<std::is_same_v<T, std::int64_t>, std::uint64_t, T>;

struct Add {
  static constexpr std::string_view name = "add";
  Tensor forward(const Tensor& a, const Tensor& b) const {
    return dispatch_numeric(a.dtype(), [&]<class T>() {
      return apply<T>(a, b, cheap, [](T x, T y) { return static_cast<T>(Wrapping<T>(x) + Wrapping<T>(y)); });
    });
  }
  void backward(Backward& d) const {
    d.wrt(0, [&] { return d.grad(); });
    d.wrt(1, [&] { return d.grad(); });
  }
};

struct Sub {
  static constexpr std::string_view name = "sub";
  Tensor forward(const Tensor& a, const Tensor& b) const {
    return dispatch_numeric(a.dtype(), [&]<class T>() {
      return apply<T>(a, b, cheap, [](T x, T y) { return static_cast<T>(Wrapping<T>(x) - Wrapping<T>(y)); });
    });
  }
  void backward(Backward& d) const {
    d.wrt(0, [&] { return d.grad(); });
    d.wrt(1, [&] { return neg(d.grad()); });
  }
};

struct Mul {
  static constexpr std::string_view name = "mul";
  static constexpr Keep keep = keep_inputs(0, 1);
  Tensor forward(const Tensor& a, const Tensor& b) const {
    return dispatch_numeric(a.dtype(), [&]<class T>() {
      return apply<T>(a, b, cheap, [](T x, T y) { return static_cast<T>(Wrapping<T>(x) * Wrapping<T>(y)); });
    });
  }
  void backward(Backward& d) const {
    d.wrt(0, [&] { return d.grad() * d.input(1); });
    d.wrt(1, [&] { return d.grad() * d.input(0); });
  }
};

struct Div {
  static constexpr std::string_view name = "div";
  static constexpr Keep keep = keep_inputs(0, 1);
  Tensor forward(const Tensor& a, const Tensor& b) const {
    return dispatch_floating(
        a.dtype(), [&]<class T>() { return apply<T>(a, b, cheap, [](T x, T y) { return x / y; }); });
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

/// x = f(x, other), in place.
template <class F>
void in_place(const char* name, Tensor& x, const Operand& other, F op) {
  const OpScope scope(name, other.at());
  const Tensor y = match(x, other).second;
  require<ShapeError>(broadcastable_to(y.shape(), x.shape()),
                      "{} does not broadcast to {}, which cannot grow in place", y.shape(), x.shape());
  const Tensor value = op.forward(x, y);
  x.mark_written(name, other.at(), y);
  copy_values(value, x);
}

}  // namespace

Tensor add(const Operand& a, const Operand& b) { return binary(Add{}, a, b); }
Tensor sub(const Operand& a, const Operand& b) { return binary(Sub{}, a, b); }
Tensor mul(const Operand& a, const Operand& b) { return binary(Mul{}, a, b); }
Tensor div(const Operand& a, const Operand& b) { return binary(Div{}, a, b); }
Tensor neg(const Tensor& x, SourceLocation at) { return record(Neg{}, at, x); }

Tensor& Tensor::operator+=(const Operand& other) {
  in_place("+=", *this, other, Add{});
  return *this;
}
Tensor& Tensor::operator-=(const Operand& other) {
  in_place("-=", *this, other, Sub{});
  return *this;
}
Tensor& Tensor::operator*=(const Operand& other) {
  in_place("*=", *this, other, Mul{});
  return *this;
}
Tensor& Tensor::operator/=(const Operand& other) {
  in_place("/=", *this, other, Div{});
  return *this;
}

}  // namespace gradus
