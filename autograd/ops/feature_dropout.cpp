#include <gradus/autograd/ops/feature_dropout.hpp>

#include <cmath>

#include <gradus/autograd/ops/arithmetic.hpp>
#include <gradus/autograd/ops/create.hpp>
#include <gradus/autograd/ops/random.hpp>
#include <gradus/autograd/tape.hpp>

namespace gradus {

namespace {

void check(const Tensor& x, double p) {
  require(p >= 0 && p <= 1, "a probability of {} was given; it must lie in [0, 1]", p);
  check_floating(x.dtype());
}

/// [n, c, 1, ..]
Shape channels(const Tensor& x) {
  require<ShapeError>(x.rank() >= 2, "input is {}; needs [n, c, ..]", x.shape());
  Shape shape = Dims::filled(x.rank(), 1);
  shape[0] = x.size(0);
  shape[1] = x.size(1);
  return shape;
}

/// 1 with probability 1 - p.
Tensor kept(const Tensor& x, const Shape& shape, double p, Generator* generator) {
  return bernoulli(1 - p, shape, {.dtype = x.dtype()}, generator);
}

Tensor drop_alpha(const Tensor& x, const Shape& shape, double p, Generator* generator) {
  if (p == 1) return x * 0;
  constexpr double low = -1.7580993408473766;  // -alpha * scale of selu
  const double scale = 1 / std::sqrt((1 - p) * (1 + p * low * low));
  const Tensor keep = kept(x, shape, p, generator);
  return x * (scale * keep) + (scale * low * (1 - keep) - scale * low * p);
}

}  // namespace

Tensor feature_dropout(const Tensor& x, double p, bool training, Generator* generator, SourceLocation at) {
  const OpScope scope("feature_dropout", at);
  check(x, p);
  const Shape shape = channels(x);
  if (!training || p == 0) return x;
  const Tensor keep = kept(x, shape, p, generator);
  return x * (p < 1 ? keep * (1 / (1 - p)) : keep);
}

Tensor alpha_dropout(const Tensor& x, double p, bool training, Generator* generator, SourceLocation at) {
  const OpScope scope("alpha_dropout", at);
  check(x, p);
  return training && p > 0 ? drop_alpha(x, x.shape(), p, generator) : x;
}

Tensor feature_alpha_dropout(const Tensor& x, double p, bool training, Generator* generator,
                             SourceLocation at) {
  const OpScope scope("feature_alpha_dropout", at);
  check(x, p);
  const Shape shape = channels(x);
  return training && p > 0 ? drop_alpha(x, shape, p, generator) : x;
}

}  // namespace gradus
