#include <gradus/autograd/ops/softmax_cross_entropy.hpp>

#include <cmath>

#include <gradus/autograd/kernels/rows.hpp>
#include <gradus/autograd/kernels/softmax.hpp>
#include <gradus/autograd/ops/arithmetic.hpp>
#include <gradus/autograd/ops/create.hpp>
#include <gradus/autograd/ops/elementwise.hpp>
#include <gradus/autograd/ops/reduce.hpp>
#include <gradus/autograd/ops/view.hpp>
#include <gradus/autograd/tape.hpp>

namespace gradus {

namespace {

/// Rows of classes of `out` and `in` [n, classes, ..], and beside each one element of the others, [n, ..].
template <class... X>
auto plan_rows(const Tensor& out, const Tensor& in, const X&... others) {
  const auto with_class = [](const Tensor& x) {
    Strides strides = x.strides();
    strides.insert(1, 0);
    return strides;
  };
  return kernels::plan_rows(in.shape(), 1, out.strides(), in.strides(), with_class(others)...);
}

/// softmax(logits), and the losses, [n, ..], each times its factor.
template <class T>
std::array<Tensor, 2> losses(const Tensor& logits, const Tensor& target, const Tensor& factors,
                             std::int64_t ignore_index) {
  const Tensor p = elementwise::result(logits.shape(), logits.dtype(), logits),
               loss = empty(target.shape(), logits.dtype());
  const auto row = [ignore_index, to = loss.mutable_data<T>(), t = target.data<std::int64_t>(),
                    w = factors.data<T>()](std::int64_t n, T* out, const T* in, const auto& places) {
    const T max = kernels::largest(n, in);
    const double sum = kernels::softmax(n, out, in, max);
    const std::int64_t c = t[places[1]];
    to[places[0]] = c == ignore_index ? T(0) : w[places[2]] * (static_cast<T>(std::log(sum)) - (in[c] - max));
  };
  kernels::map_rows(plan_rows(p, logits, loss, target, factors), elementwise::transcendental, row,
                    p.mutable_data<T>(), logits.data<T>());
  return {p, loss};
}

/// g (p - onehot(target)) for g [n, ..], 0 where ignored.
template <class T>
Tensor gradient(const Tensor& g, const Tensor& p, const Tensor& target, std::int64_t ignore_index) {
  const Tensor dx = elementwise::result(p.shape(), p.dtype(), p);
  const auto row = [ignore_index, up = g.data<T>(), t = target.data<std::int64_t>()](
                       std::int64_t n, T* out, const T* in, const auto& places) {
    const T scale = up[places[0]];
    for (std::int64_t i = 0; i < n; ++i) out[i] = scale * in[i];
    const std::int64_t c = t[places[1]];
    if (c != ignore_index) out[c] = scale * (in[c] - 1);
  };
  kernels::map_rows(plan_rows(dx, p, g, target), 2, row, dx.mutable_data<T>(), p.data<T>());
  return dx;
}

/// onehot(target) as a constant of the shape and dtype of p.
Tensor one_hot(const Tensor& p, const Tensor& target, std::int64_t ignore_index) {
  const NoGrad guard;
  return dispatch_floating(p.dtype(), [&]<class T>() {
    const Tensor none = zeros_like(p.detach());
    return gradient<T>(full(target.shape(), -1, {.dtype = p.dtype()}), none, target, ignore_index);
  });
}

struct SoftmaxCrossEntropy {
  static constexpr std::string_view name = "cross_entropy";
  static constexpr Keep keep = keep_inputs(1) | keep_outputs(1);
  Tensor factors;
  std::int64_t ignore_index;
  Reduction reduction;
  double divisor = 1;

  /// The loss or losses, and softmax(logits).
  std::array<Tensor, 2> forward(const Tensor& logits, const Tensor& target) {
    return dispatch_floating(logits.dtype(), [&]<class T>() -> std::array<Tensor, 2> {
      const auto [p, loss] = losses<T>(logits, target, factors, ignore_index);
      if (reduction != Reduction::mean) return {reduce_losses(loss, reduction), p};
      divisor = sum(factors).item<double>();
      return {sum(loss) / divisor, p};
    });
  }
  /// By the loss g (p - onehot); by the softmax, which only second derivatives ask for, p (g - sum of g p).
  void backward(Backward& d) const {
    d.wrt(0, [&] {
      const Tensor target = d.input(1), p = d.output(1);
      Tensor dx;
      if (d.has_grad(0)) {
        const Tensor g = d.grad(0) / divisor * factors;
        dx = is_recording() ? unsqueeze(g, 1) * (p - one_hot(p, target, ignore_index))
                            : dispatch_floating(p.dtype(), [&]<class T>() {
                                return gradient<T>(g, p, target, ignore_index);
                              });
      }
      if (!d.has_grad(1)) return dx;
      const Tensor g = d.grad(1), by_softmax = p * (g - sum(g * p, 1, true));
      return dx.defined() ? Tensor(dx + by_softmax) : by_softmax;
    });
  }
};

}  // namespace

Tensor softmax_cross_entropy(const Tensor& logits, const Tensor& target, const Tensor& factors,
                             std::int64_t ignore_index, Reduction reduction, const SourceLocation& at) {
  return record(SoftmaxCrossEntropy{factors, ignore_index, reduction}, at, logits, target)[0];
}

}  // namespace gradus
