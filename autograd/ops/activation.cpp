#include <gradus/autograd/ops/activation.hpp>

#include <numbers>

#include <gradus/autograd/ops/arithmetic.hpp>
#include <gradus/autograd/ops/compare.hpp>
#include <gradus/autograd/ops/elementwise.hpp>
#include <gradus/autograd/ops/normal_distribution.hpp>
#include <gradus/autograd/ops/pointwise.hpp>
#include <gradus/autograd/ops/take_relu.hpp>
#include <gradus/autograd/ops/where.hpp>

namespace gradus {

namespace {

using elementwise::cheap;
using elementwise::From;
using elementwise::like;
using elementwise::pointwise;

struct Tanh {
  static constexpr std::string_view name = "tanh";
  static constexpr From from = From::output;
  auto value(auto x) const { return tanh(x); }
  auto slope(const auto& y) const { return 1 - y * y; }
};

struct Sigmoid {
  static constexpr std::string_view name = "sigmoid";
  static constexpr From from = From::output;
  auto value(auto x) const { return sigmoid(x); }
  auto slope(const auto& y) const { return y * (1 - y); }
};

struct Relu {
  static constexpr std::string_view name = "relu";
  static constexpr From from = From::output;
  static constexpr std::int64_t cost = cheap;
  auto value(auto x) const { return where(x < 0, 0, x); }
  auto gradient(const auto& g, const auto& y) const { return where(y <= 0, 0, g); }
};

struct LeakyRelu {
  static constexpr std::string_view name = "leaky_relu";
  static constexpr From from = From::input;
  static constexpr std::int64_t cost = cheap;
  double negative_slope;
  auto value(auto x) const { return where(x > 0, x, negative_slope * x); }
  auto gradient(const auto& g, const auto& x) const { return where(x > 0, g, negative_slope * g); }
};

struct Elu {
  static constexpr std::string_view name = "elu";
  static constexpr From from = From::output;
  double alpha;
  auto value(auto x) const { return where(x > 0, x, alpha * expm1(x)); }
  auto slope(const auto& y) const { return where(y > 0, like(y, 1), y + alpha); }  // alpha e^x = y + alpha
};

struct Silu {
  static constexpr std::string_view name = "silu";
  static constexpr From from = From::input;
  auto value(auto x) const { return x * sigmoid(x); }
  auto slope(const auto& x) const {
    const auto s = sigmoid(x);
    return s * (1 + x * (1 - s));
  }
};

struct Softplus {
  static constexpr std::string_view name = "softplus";
  static constexpr From from = From::input;
  static constexpr std::int64_t cost = 2 * elementwise::transcendental;
  double beta, threshold;
  auto value(auto x) const {
    const auto z = beta * x;
    const auto smooth = where(z > 0, z, 0) + log1p(exp(-abs(z)));
    return where(z > threshold, x, smooth / beta);
  }
  auto slope(const auto& x) const {
    const auto z = beta * x;
    return where(z > threshold, like(x, 1), sigmoid(z));
  }
};

struct LogSigmoid {
  static constexpr std::string_view name = "logsigmoid";
  static constexpr From from = From::output;
  static constexpr std::int64_t cost = 2 * elementwise::transcendental;
  auto value(auto x) const { return where(x < 0, x, 0) - log1p(exp(-abs(x))); }
  auto slope(const auto& y) const { return -expm1(y); }  // 1 - sigmoid(x)
};

Tensor normal_density(const Tensor& x) {
  return (std::numbers::inv_sqrtpi / std::numbers::sqrt2) * exp(-0.5 * (x * x));
}

/// x times the normal distribution function.
struct GeluExact {
  static constexpr std::string_view name = "gelu";
  static constexpr From from = From::input;
  std::string_view approximate = "none";
  auto value(auto x) const { return x * ndtr(x); }
  auto slope(const auto& x) const { return ndtr(x) + x * normal_density(x); }
};

struct GeluTanh {
  static constexpr std::string_view name = "gelu";
  static constexpr From from = From::input;
  static constexpr double scale = std::numbers::sqrt2 * std::numbers::inv_sqrtpi;
  static constexpr double cubic = 0.044715;
  std::string_view approximate = "tanh";
  // (1 + tanh z) / 2 is sigmoid(2z), which does not cancel.
  auto value(auto x) const { return x * sigmoid(2 * scale * x * (1 + cubic * (x * x))); }
  auto slope(const auto& x) const {
    const auto t = tanh(scale * x * (1 + cubic * (x * x)));
    const auto inner = scale * (1 + (3 * cubic) * (x * x));
    return 0.5 * (1 + t) + 0.5 * x * (1 - t * t) * inner;
  }
};

}  // namespace

Tensor tanh(const Tensor& x, SourceLocation at) { return pointwise(Tanh{}, x, at); }
Tensor sigmoid(const Tensor& x, SourceLocation at) { return pointwise(Sigmoid{}, x, at); }
Tensor relu(const Tensor& x, SourceLocation at) { return pointwise(Relu{}, x, at); }
Tensor relu(Tensor&& x, SourceLocation at) { return pointwise(Relu{}, std::move(x), at); }

bool take_relu(Tensor& x) {
  if (!is_recording() || !x.requires_grad() || x.impl()->references != 1 || DetectAnomaly::is_on())
    return false;
  const Node* const node = x.impl()->node.get();
  if (dynamic_cast<const detail::OpNode<elementwise::Pointwise<Relu>>*>(node) == nullptr) return false;
  const bool unseen = node->use_count() == 1 && node->outputs[0].hooks == nullptr && !node->freed &&
                      node->saved[0].version == x.version();
  if (!unseen) return false;
  const Edge input = node->inputs[0];
  x.impl()->node = input.node;
  x.impl()->output = input.output;
  return true;
}

Tensor leaky_relu(const Tensor& x, double negative_slope, SourceLocation at) {
  return pointwise(LeakyRelu{negative_slope}, x, at);
}
Tensor elu(const Tensor& x, double alpha, SourceLocation at) {
  const OpScope scope("elu", at);
  require(alpha >= 0, "alpha is {}; it must not be negative", alpha);
  return pointwise(Elu{alpha}, x, at);
}
Tensor silu(const Tensor& x, SourceLocation at) { return pointwise(Silu{}, x, at); }
Tensor softplus(const Tensor& x, double beta, double threshold, SourceLocation at) {
  const OpScope scope("softplus", at);
  require(beta > 0, "beta is {}; it must be above 0", beta);
  return pointwise(Softplus{beta, threshold}, x, at);
}
Tensor logsigmoid(const Tensor& x, SourceLocation at) { return pointwise(LogSigmoid{}, x, at); }
Tensor gelu(const Tensor& x, const GeluOptions& options, SourceLocation at) {
  return options.approximate == Gelu::tanh ? pointwise(GeluTanh{}, x, at) : pointwise(GeluExact{}, x, at);
}

}  // namespace gradus
