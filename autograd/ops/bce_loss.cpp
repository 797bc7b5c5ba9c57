#include <gradus/autograd/ops/bce_loss.hpp>

#include <cmath>

#include <gradus/autograd/ops/activation.hpp>
#include <gradus/autograd/ops/arithmetic.hpp>
#include <gradus/autograd/ops/elementwise.hpp>
#include <gradus/autograd/ops/pointwise.hpp>
#include <gradus/autograd/ops/probabilities.hpp>
#include <gradus/autograd/ops/where.hpp>

namespace gradus {

namespace {

constexpr double log_floor = -100;
constexpr double denominator_floor = 1e-12;

struct BinaryCrossEntropy {
  static constexpr std::string_view name = "bce_loss";
  static constexpr Keep keep = keep_inputs(0, 1);

  Tensor forward(const Tensor& a, const Tensor& y) const {
    return dispatch_floating(a.dtype(), [&]<class T>() {
      return elementwise::apply<T>(a, y, 2 * elementwise::transcendental, [](T p, T t) {
        const T floor = static_cast<T>(log_floor);
        return (t - 1) * std::max(kernels::math::log1p(-p), floor) -
               t * std::max(kernels::math::log(p), floor);
      });
    });
  }
  void backward(Backward& d) const {
    const Tensor a = d.input(0), y = d.input(1);
    d.wrt(0, [&]() -> Tensor {
      if (is_recording()) return d.grad() * (a - y) / clamp(a * (1 - a), denominator_floor);
      return dispatch_floating(a.dtype(), [&]<class T>() {
        return elementwise::apply<T, T>(a, y, d.grad(), elementwise::cheap, [](T p, T t, T g) {
          const T floor = static_cast<T>(denominator_floor), variance = p * (1 - p);
          return g * (p - t) / (variance < floor ? floor : variance);
        });
      });
    });
    d.wrt(1, [&] { return d.grad() * (clamp(log1p(-a), log_floor) - clamp(log(a), log_floor)); });
  }
};

struct BinaryCrossEntropyWithLogits {
  static constexpr std::string_view name = "bce_with_logits";
  static constexpr Keep keep = keep_inputs(0, 1);

  Tensor forward(const Tensor& x, const Tensor& y) const {
    return dispatch_floating(x.dtype(), [&]<class T>() {
      return elementwise::apply<T>(x, y, 2 * elementwise::transcendental, [](T v, T t) {
        const T log_sigmoid = (v < 0 ? v : T(0)) - kernels::math::log1p(kernels::math::exp(-std::abs(v)));
        return (1 - t) * v - log_sigmoid;
      });
    });
  }
  void backward(Backward& d) const {
    const Tensor x = d.input(0), y = d.input(1);
    d.wrt(0, [&]() -> Tensor {
      if (is_recording()) return d.grad() * (sigmoid(x) - y);
      return dispatch_floating(x.dtype(), [&]<class T>() {
        return elementwise::apply<T, T>(x, y, d.grad(), elementwise::transcendental,
                                        [](T v, T t, T g) { return g * (kernels::math::sigmoid(v) - t); });
      });
    });
    d.wrt(1, [&] { return -(d.grad() * x); });
  }
};

Tensor weighted(const Tensor& losses, const Tensor& weight, Reduction reduction) {
  if (!weight.defined()) return reduce_losses(losses, reduction);
  require<ShapeError>(broadcastable_to(weight.shape(), losses.shape()),
                      "weight is {}, which does not broadcast to {}", weight.shape(), losses.shape());
  return reduce_losses(losses * weight, reduction);
}

}  // namespace

Tensor bce_loss(const Tensor& input, const Tensor& target, const BCELossOptions& options, SourceLocation at) {
  const OpScope scope("bce_loss", at);
  require_same(input, target);
  require_probabilities(input, "input");
  require_probabilities(target, "target");
  return weighted(record(BinaryCrossEntropy{}, at, input, target), options.weight, options.reduction);
}

Tensor bce_with_logits(const Tensor& input, const Tensor& target, const BCEWithLogitsOptions& options,
                       SourceLocation at) {
  const OpScope scope("bce_with_logits", at);
  require_same(input, target);
  Tensor losses;
  if (options.pos_weight.defined()) {
    require<ShapeError>(broadcastable_to(options.pos_weight.shape(), input.shape()),
                        "pos_weight is {}, which does not broadcast to {}", options.pos_weight.shape(),
                        input.shape());
    losses = (1 - target) * input - (1 + (options.pos_weight - 1) * target) * logsigmoid(input);
  } else {
    losses = record(BinaryCrossEntropyWithLogits{}, at, input, target);
  }
  return weighted(losses, options.weight, options.reduction);
}

}  // namespace gradus
