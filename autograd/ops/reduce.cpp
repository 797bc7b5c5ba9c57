#include <gradus/autograd/ops/reduce.hpp>

#include <gradus/autograd/ops/arithmetic.hpp>
#include <gradus/autograd/ops/reduction.hpp>
#include <gradus/autograd/ops/view.hpp>
#include <gradus/autograd/tape.hpp>

namespace gradus {

namespace {

/// What sums of T are added up in.
template <class T>
using Accumulator = std::conditional_t<std::is_floating_point_v<T>, double, std::int64_t>;
/// What they are returned as.
template <class T>
using SumOf = std::conditional_t<std::is_floating_point_v<T>, T, std::int64_t>;

struct Sum {
  static constexpr std::string_view name = "sum";
  Dims dims;
  bool keepdim;
  Shape from;

  Tensor forward(const Tensor& x) const {
    return dispatch(x.dtype(), [&]<class T>() {
      Tensor y = empty(reduction::reduced_shape(x.shape(), dims, keepdim), dtype_of<SumOf<T>>);
      using A = Accumulator<T>;
      kernels::reduce(
          reduction::plan(x, dims), x.data<T>(), y.mutable_data<SumOf<T>>(), A(0),
          [](A& sum, T v) { sum += static_cast<A>(v); }, [](A& sum, A next) { sum += next; },
          [](A sum) { return static_cast<SumOf<T>>(sum); });
      return y;
    });
  }
  void backward(Backward& d) const {
    d.wrt(0, [&] { return expand(reshape(d.grad(), reduction::reduced_shape(from, dims, true)), from); });
  }
};

}  // namespace

Tensor sum(const Tensor& x, const Dims& dims, bool keepdim, SourceLocation at) {
  const OpScope scope("sum", at);
  return record(Sum{wrap_dims(dims, x.rank()), keepdim, x.shape()}, at, x);
}

Tensor mean(const Tensor& x, const Dims& dims, bool keepdim, SourceLocation at) {
  const OpScope scope("mean", at);
  require<DTypeError>(is_floating(x.dtype()), "given {}; needs float32 or float64 (use to(float32))",
                      x.dtype());
  const Tensor total = sum(x, dims, keepdim, at);
  const auto count = static_cast<double>(numel(x.shape()));
  const auto results = static_cast<double>(total.numel());
  if (results == 0) return total;
  return total / (count / results);
}

Tensor sum_to(const Tensor& x, const Shape& shape, SourceLocation at) {
  const OpScope scope("sum_to", at);
  require<ShapeError>(broadcastable_to(shape, x.shape()), "{} does not broadcast to {}", shape, x.shape());
  const std::size_t extra = x.rank() - shape.size();
  Dims dims;
  for (std::size_t d = 0; d < x.rank(); ++d)
    if (d < extra || (shape[d - extra] == 1 && x.shape()[d] != 1))
      dims.push_back(static_cast<std::int64_t>(d));
  const Tensor summed = dims.empty() ? x : sum(x, dims, true, at);
  return reshape(summed, shape);
}

}  // namespace gradus
