#include <gradus/autograd/ops/smooth_activation.hpp>

#include <gradus/autograd/ops/activation.hpp>
#include <gradus/autograd/ops/arithmetic.hpp>
#include <gradus/autograd/ops/compare.hpp>
#include <gradus/autograd/ops/elementwise.hpp>
#include <gradus/autograd/ops/join.hpp>
#include <gradus/autograd/ops/named.hpp>
#include <gradus/autograd/ops/pointwise.hpp>
#include <gradus/autograd/ops/random.hpp>
#include <gradus/autograd/ops/view.hpp>
#include <gradus/autograd/ops/where.hpp>

namespace gradus {

namespace {

using elementwise::cheap;
using elementwise::From;
using elementwise::like;
using elementwise::pointwise;
using elementwise::transcendental;

struct Selu {
  static constexpr std::string_view name = "selu";
  static constexpr From from = From::output;
  static constexpr double alpha = 1.6732632423543772848170429916717;
  static constexpr double scale = 1.0507009873554804934193349852946;
  auto value(auto x) const { return scale * where(x > 0, x, alpha * expm1(x)); }
  auto slope(const auto& y) const { return where(y > 0, like(y, scale), y + scale * alpha); }
};

struct Celu {
  static constexpr std::string_view name = "celu";
  static constexpr From from = From::output;
  double alpha;
  auto value(auto x) const { return where(x > 0, x, alpha * expm1(x / alpha)); }
  auto slope(const auto& y) const { return where(y > 0, like(y, 1), y / alpha + 1); }
};

struct Mish {
  static constexpr std::string_view name = "mish";
  static constexpr From from = From::input;
  static constexpr std::int64_t cost = 3 * transcendental;
  static auto squashed(const auto& x) { return tanh(where(x > 0, x, 0) + log1p(exp(-abs(x)))); }
  auto value(auto x) const { return x * squashed(x); }
  auto slope(const auto& x) const {
    const auto t = squashed(x);
    return t + x * (1 - t * t) * sigmoid(x);
  }
};

struct Softsign {
  static constexpr std::string_view name = "softsign";
  static constexpr From from = From::input;
  static constexpr std::int64_t cost = cheap;
  auto value(auto x) const { return x / (1 + abs(x)); }
  auto slope(const auto& x) const { return square(1 / (1 + abs(x))); }
};

struct Tanhshrink {
  static constexpr std::string_view name = "tanhshrink";
  static constexpr From from = From::input;
  auto value(auto x) const { return x - tanh(x); }
  auto slope(const auto& x) const { return square(tanh(x)); }
};

/// Inputs x and slope, broadcast.
struct Leaky {
  static constexpr std::string_view name = "prelu";
  static constexpr Keep keep = keep_inputs(0, 1);

  Tensor forward(const Tensor& x, const Tensor& slope) const {
    return dispatch_floating(x.dtype(), [&]<class T>() {
      return elementwise::apply<T>(x, slope, cheap, [](T v, T a) { return v > 0 ? v : a * v; });
    });
  }
  void backward(Backward& d) const {
    const Tensor open = d.input(0).detach() > 0;
    d.wrt(0, [&] { return where(open, d.grad(), d.grad() * d.input(1)); });
    d.wrt(1, [&] { return where(open, 0, d.grad() * d.input(0)); });
  }
};

}  // namespace

Tensor selu(const Tensor& x, SourceLocation at) { return pointwise(Selu{}, x, at); }
Tensor celu(const Tensor& x, double alpha, SourceLocation at) {
  const OpScope scope("celu", at);
  require(alpha > 0, "alpha is {}; it must be above 0", alpha);
  return pointwise(Celu{alpha}, x, at);
}
Tensor mish(const Tensor& x, SourceLocation at) { return pointwise(Mish{}, x, at); }
Tensor softsign(const Tensor& x, SourceLocation at) { return pointwise(Softsign{}, x, at); }
Tensor tanhshrink(const Tensor& x, SourceLocation at) { return pointwise(Tanhshrink{}, x, at); }

Tensor glu(const Tensor& x, std::int64_t dim, SourceLocation at) {
  const OpScope scope("glu", at);
  const std::int64_t size = x.rank() == 0 ? 1 : x.size(dim);
  require<ShapeError>(size % 2 == 0, "the size of dimension {} of {} is odd; it is to be cut in half", dim,
                      x.shape());
  return narrow(x, dim, 0, size / 2) * sigmoid(narrow(x, dim, size / 2, size / 2));
}

Tensor prelu(const Tensor& x, const Tensor& weight, SourceLocation at) {
  const OpScope scope("prelu", at);
  const std::size_t channel = x.rank() < 2 ? 0 : 1;
  const std::int64_t channels = x.rank() == 0 ? 1 : x.shape()[channel];
  require<ShapeError>(weight.shape() == Shape(1) || weight.shape() == Shape(channels),
                      "{} is {} but input is {}; needs [1] or [{}]", named(weight, "weight"), weight.shape(),
                      x.shape(), channels);
  require_same_dtype(x, weight, named(weight, "weight"));
  Shape shape = Dims::filled(x.rank(), 1);
  if (x.rank() > 0) shape[channel] = weight.size(0);
  return record(Leaky{}, at, x, reshape(weight, shape));
}

Tensor rrelu(const Tensor& x, double lower, double upper, bool training, Generator* generator,
             SourceLocation at) {
  const OpScope scope("rrelu", at);
  require(lower <= upper, "lower is {} and upper is {}; lower must not be the larger", lower, upper);
  if (!training) return leaky_relu(x, (lower + upper) / 2);
  return record(Leaky{}, at, x, uniform_(empty_like(x), lower, upper, generator, at));
}

}  // namespace gradus
