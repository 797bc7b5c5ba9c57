#include <gradus/autograd/ops/dropout.hpp>

#include <gradus/autograd/ops/arithmetic.hpp>
#include <gradus/autograd/ops/random.hpp>
#include <gradus/autograd/tape.hpp>

namespace gradus {

namespace {

/// y = x * mask.
struct Dropout {
  static constexpr std::string_view name = "dropout";
  static constexpr Keep keep = keep_inputs(1);
  double p;

  Tensor forward(const Tensor& x, const Tensor& mask) const { return x * mask; }
  void backward(Backward& d) const {
    d.wrt(0, [&] { return d.grad() * d.input(1); });
  }
};

}  // namespace

Tensor dropout(const Tensor& x, double p, bool training, Generator* generator, SourceLocation at) {
  const OpScope scope("dropout", at);
  require(p >= 0 && p <= 1, "a probability of {} was given; it must lie in [0, 1]", p);
  check_floating(x.dtype());
  if (!training || p == 0) return x;
  const Tensor mask = bernoulli_(empty_like(x), 1 - p, generator, at);
  if (p < 1) {
    const NoGrad guard;
    Tensor(mask) *= 1 / (1 - p);
  }
  return record(Dropout{p}, at, x, mask);
}

}  // namespace gradus
