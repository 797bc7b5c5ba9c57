#include <gradus/autograd/ops/reduce.hpp>

#include <cmath>

#include <gradus/autograd/ops/arithmetic.hpp>
#include <gradus/autograd/ops/create.hpp>
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
  SumOf<T>* out;

  State start() const { return 1; }
  State map(std::int64_t, std::int64_t, T x) const { return static_cast<State>(x); }
  State merge(State a, State b) const { return a * b; }
  void finish(std::int64_t kept, State product) const { out[kept] = static_cast<SumOf<T>>(product); }
};

struct Prod {
  static constexpr std::string_view name = "prod";
  static constexpr Keep keep = keep_inputs(0) | keep_outputs(0);
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
      if (!is_recording() && holds_its_factors(d.output(0)))
        return g * (restore_dims(d.output(0), x.shape(), dims) / x);
      if (x.numel() == 0) return zeros_like(x);
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

 private:
  /// Whether each product divided by a factor is that of the others: none is 0, too small, infinite or NaN.
  static bool holds_its_factors(const Tensor& products) {
    return dispatch_floating(products.dtype(), [&]<class T>() {
      const Tensor dense = products.contiguous();
      for (const T product : dense.span<T>())
        if (!std::isnormal(product)) return false;
      return true;
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
