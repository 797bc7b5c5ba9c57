#include <gradus/autograd/ops/gumbel_softmax.hpp>

#include <limits>

#include <gradus/autograd/ops/arithmetic.hpp>
#include <gradus/autograd/ops/extrema.hpp>
#include <gradus/autograd/ops/index.hpp>
#include <gradus/autograd/ops/pointwise.hpp>
#include <gradus/autograd/ops/random.hpp>
#include <gradus/autograd/ops/softmax.hpp>
#include <gradus/autograd/ops/where.hpp>
#include <gradus/autograd/tape.hpp>

namespace gradus {

namespace {

/// One value with another's gradient (Bengio, Leonard and Courville 2013, the straight-through estimator).
struct StraightThrough {
  static constexpr std::string_view name = "straight_through";
  Tensor forward(const Tensor& value, const Tensor&) const { return value; }
  void backward(Backward& d) const {
    d.wrt(1, [&] { return d.grad(); });
  }
};

}  // namespace

Tensor gumbel_softmax(const Tensor& logits, const GumbelSoftmaxOptions& options, Generator* generator,
                      SourceLocation at) {
  const OpScope scope("gumbel_softmax", at);
  require<DTypeError>(is_floating(logits.dtype()), "logits is {}; needs float32 or float64", logits.dtype());
  require(options.tau > 0, "tau is {}; it must be above 0", options.tau);
  constexpr double least = std::numeric_limits<float>::min();  // a draw of 0 would be infinite
  const Tensor uniform = clamp(rand(logits.shape(), {.dtype = logits.dtype()}, generator), least);
  const Tensor y = softmax((logits - log(-log(uniform))) / options.tau, options.dim);
  if (!options.hard) return y;
  const Tensor zero = zeros_like(y.detach()), place = argmax(y.detach(), options.dim, true);
  return record(StraightThrough{}, at, scatter(zero, options.dim, place, ones_like(zero)), y);
}

}  // namespace gradus
