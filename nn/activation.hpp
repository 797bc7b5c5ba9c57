#pragma once

#include <string>

#include <gradus/autograd/ops/activation.hpp>
#include <gradus/autograd/tensor.hpp>

/// The activations as layers; each is the function of the same name applied to every element.
namespace gradus::nn {

/// `relu`: max(x, 0).
struct ReLU {
  Tensor operator()(const Tensor& x, SourceLocation at = SourceLocation::current()) const;
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

}  // namespace gradus::nn
