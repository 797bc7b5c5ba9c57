#pragma once

#include <cstdint>
#include <string>

#include <gradus/autograd/ops/activation.hpp>
#include <gradus/nn/parameter.hpp>

/// The activations as layers; each is the function of the same name applied to every element.
namespace gradus::nn {

/// `relu`: max(x, 0).
struct ReLU {
  Tensor operator()(const Tensor& x, SourceLocation at = SourceLocation::current()) const;
  Tensor operator()(Tensor&& x, SourceLocation at = SourceLocation::current()) const;
};

/// `leaky_relu`: x above 0, else negative_slope * x.
struct LeakyReLU {
  double negative_slope = 0.01;
  Tensor operator()(const Tensor& x, SourceLocation at = SourceLocation::current()) const;
};

/// `elu`: x above 0, else alpha * (e^x - 1).
struct ELU {
  double alpha = 1;
  Tensor operator()(const Tensor& x, SourceLocation at = SourceLocation::current()) const;
};

/// `gelu`: x times the probability that a standard normal variable is below x.
struct GELU {
  Gelu approximate = Gelu::none;
  Tensor operator()(const Tensor& x, SourceLocation at = SourceLocation::current()) const;
  std::string describe() const { return approximate == Gelu::tanh ? "approximate=tanh" : ""; }
};

/// `silu`: x * sigmoid(x).
struct SiLU {
  Tensor operator()(const Tensor& x, SourceLocation at = SourceLocation::current()) const;
};

/// `softplus`: log(1 + e^(beta x)) / beta; x itself where beta x > threshold.
struct Softplus {
  double beta = 1;
  double threshold = 20;
  Tensor operator()(const Tensor& x, SourceLocation at = SourceLocation::current()) const;
};

/// `tanh`.
struct Tanh {
  Tensor operator()(const Tensor& x, SourceLocation at = SourceLocation::current()) const;
};

/// `sigmoid`: 1 / (1 + e^-x).
struct Sigmoid {
  Tensor operator()(const Tensor& x, SourceLocation at = SourceLocation::current()) const;
};

/// `hardtanh`: x between min_val and max_val.
struct Hardtanh {
  double min_val = -1;
  double max_val = 1;
  Tensor operator()(const Tensor& x, SourceLocation at = SourceLocation::current()) const;
};

/// `relu6`: x between 0 and 6.
struct ReLU6 {
  Tensor operator()(const Tensor& x, SourceLocation at = SourceLocation::current()) const;
};

/// `hardsigmoid`: (x + 3) / 6 between 0 and 1.
struct Hardsigmoid {
  Tensor operator()(const Tensor& x, SourceLocation at = SourceLocation::current()) const;
};

/// `hardswish`: x * hardsigmoid(x).
struct Hardswish {
  Tensor operator()(const Tensor& x, SourceLocation at = SourceLocation::current()) const;
};

/// `hardshrink`: x, but 0 where |x| <= lambd.
struct Hardshrink {
  double lambd = 0.5;
  Tensor operator()(const Tensor& x, SourceLocation at = SourceLocation::current()) const;
};

/// `softshrink`: x moved towards 0 by lambd.
struct Softshrink {
  double lambd = 0.5;
  Tensor operator()(const Tensor& x, SourceLocation at = SourceLocation::current()) const;
};

/// `threshold`: x where it is above the threshold, else value.
struct Threshold {
  double threshold;
  double value;
  Tensor operator()(const Tensor& x, SourceLocation at = SourceLocation::current()) const;
};

/// `selu`: an ELU that keeps mean 0 and variance 1.
struct SELU {
  Tensor operator()(const Tensor& x, SourceLocation at = SourceLocation::current()) const;
};

/// `celu`: x above 0, else alpha * (e^(x / alpha) - 1).
struct CELU {
  double alpha = 1;
  Tensor operator()(const Tensor& x, SourceLocation at = SourceLocation::current()) const;
};

/// `mish`: x * tanh(softplus(x)).
struct Mish {
  Tensor operator()(const Tensor& x, SourceLocation at = SourceLocation::current()) const;
};

/// `softsign`: x / (1 + |x|).
struct Softsign {
  Tensor operator()(const Tensor& x, SourceLocation at = SourceLocation::current()) const;
};

/// `tanhshrink`: x - tanh(x).
struct Tanhshrink {
  Tensor operator()(const Tensor& x, SourceLocation at = SourceLocation::current()) const;
};

/// `logsigmoid`: log(1 / (1 + e^-x)).
struct LogSigmoid {
  Tensor operator()(const Tensor& x, SourceLocation at = SourceLocation::current()) const;
};

/// `glu`: the first half along dim, times the sigmoid of the second.
struct GLU {
  std::int64_t dim = -1;
  Tensor operator()(const Tensor& x, SourceLocation at = SourceLocation::current()) const;
};

/// `rrelu`: x above 0, else x times a random slope in training, and the mean slope in evaluation.
struct RReLU {
  double lower = 1.0 / 8;
  double upper = 1.0 / 3;
  Training training = {};
  Tensor operator()(const Tensor& x, SourceLocation at = SourceLocation::current()) const;
};

/// Options of `PReLU`.
struct PReLUOptions {
  double init = 0.25;
  DType dtype = float32;
};

/// `prelu` with a weight of its own, [num_parameters]: one slope for all, or one for each channel.
class PReLU {
 public:
  /// Throws ValueError unless num_parameters >= 1.
  explicit PReLU(std::int64_t num_parameters = 1, const PReLUOptions& options = {});

  Tensor operator()(const Tensor& x, SourceLocation at = SourceLocation::current()) const;

  void visit(auto& v) { v("weight", weight); }
  std::string describe() const;

  Parameter weight;
};

}  // namespace gradus::nn
