#include <gradus/autograd/ops/reduce.hpp>

#include <gradus/autograd/ops/arithmetic.hpp>
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

/// Adds up in double or int64. `divisor` is 1 for a sum.
template <class T>
struct SumFold {
  using State = std::conditional_t<std::is_floating_point_v<T>, double, std::int64_t>;
  SumOf<T>* out;
  State divisor = 1;

  State start() const { return 0; }
  State map(std::int64_t, std::int64_t, T x) const { return static_cast<State>(x); }
  State merge(State a, State b) const { return a + b; }
  void finish(std::int64_t kept, State sum) const { out[kept] = static_cast<SumOf<T>>(sum / divisor); }
};

struct Sum {
  static constexpr std::string_view name = "sum";
  Dims dims;
  bool keepdim;
  Shape from;

  Tensor forward(const Tensor& x) const {
    return dispatch(x.dtype(), [&]<class T>() {
      Tensor y = empty(reduced_shape(from, dims, keepdim), dtype_of<SumOf<T>>);
      kernels::reduce(SumFold<T>{y.mutable_data<SumOf<T>>()}, reduction::plan(x, dims), x.data<T>());
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
      kernels::reduce(SumFold<T>{y.mutable_data<T>(), count()}, reduction::plan(x, dims), x.data<T>());
      return y;
    });
  }
  void backward(Backward& d) const {
    d.wrt(0, [&] { return expand(restore_dims(d.grad() / count(), from, dims), from); });
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

/// x with the dims that are not reduced first, and the reduced ones (wrapped) joined into a last one.
Tensor reduced_last(const Tensor& x, const Dims& dims) {
  Dims order;
  for (std::int64_t d = 0; d < static_cast<std::int64_t>(x.rank()); ++d)
    if (!dims.contains(d)) order.push_back(d);
  Shape shape = reduced_shape(x.shape(), dims, false);
  shape.push_back(reduced_count(x.shape(), dims));
  for (const std::int64_t d : dims) order.push_back(d);
  return reshape(permute(x, order), shape);
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
  const Dims wrapped = wrap_dims(dims, x.rank());
  Tensor factors = reduced_last(is_floating(x.dtype()) ? x : x.to(int64), wrapped);  // [kept..., n]
  if (factors.size(-1) == 0) return sum(x, dims, keepdim) + 1;
  // Halving multiplies what stands beside each other; an odd one at the end waits until the last.
  Tensor rest;
  for (std::int64_t n = factors.size(-1); n > 1; n /= 2) {
    if (n % 2 == 1) {
      const Tensor odd = narrow(factors, -1, n - 1, 1);
      rest = rest.defined() ? odd * rest : odd;
    }
    factors = slice(factors, -1, 0, n - n % 2, 2) * slice(factors, -1, 1, n, 2);
  }
  return reshape(rest.defined() ? factors * rest : factors, reduced_shape(x.shape(), wrapped, keepdim));
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
