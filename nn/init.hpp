#pragma once

#include <gradus/autograd/random.hpp>
#include <gradus/autograd/tensor.hpp>

/// Fills parameters with their first values, in place and unrecorded; `tensor` may be of any strides and is
/// returned. Random ones take their numbers from `generator`, or from `default_generator()` if it is null.
namespace gradus::nn::init {

/// Uniform in [low, high).
Tensor uniform_(Tensor tensor, double low = 0, double high = 1, Generator* generator = nullptr,
                SourceLocation at = SourceLocation::current());
/// From the normal distribution.
Tensor normal_(Tensor tensor, double mean = 0, double std = 1, Generator* generator = nullptr,
               SourceLocation at = SourceLocation::current());
Tensor constant_(Tensor tensor, double value, SourceLocation at = SourceLocation::current());
Tensor zeros_(Tensor tensor, SourceLocation at = SourceLocation::current());
Tensor ones_(Tensor tensor, SourceLocation at = SourceLocation::current());

/// How many inputs an output element sees, and how many outputs an input element reaches, of a weight [out,
/// in, ...]: in and out times the product of the rest. Throws ShapeError below two dimensions.
struct Fans {
  std::int64_t in, out;
};
Fans fans(const Tensor& weight);

/// The functions that gains are known for.
enum class Nonlinearity { linear, sigmoid, tanh, relu, leaky_relu, selu };
/// By how much a nonlinearity shrinks its input's standard deviation: 1 for linear and sigmoid, 5/3 for tanh,
/// sqrt(2) for relu, sqrt(2 / (1 + slope^2)) for leaky_relu, 3/4 for selu.
double gain(Nonlinearity nonlinearity, double slope = 0.01);

/// Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural networks" (2010):
/// variance gain^2 * 2 / (fan_in + fan_out).
Tensor xavier_uniform_(Tensor weight, double gain = 1, Generator* generator = nullptr,
                       SourceLocation at = SourceLocation::current());
Tensor xavier_normal_(Tensor weight, double gain = 1, Generator* generator = nullptr,
                      SourceLocation at = SourceLocation::current());

/// Which variance to keep: that of the values going forward, or of the gradients going back.
enum class FanMode { fan_in, fan_out };

/// Options of `kaiming_uniform_` and `kaiming_normal_`.
struct KaimingOptions {
  /// Slope of the leaky ReLU that follows, if that is the nonlinearity.
  double a = 0;
  FanMode mode = FanMode::fan_in;
  Nonlinearity nonlinearity = Nonlinearity::leaky_relu;
};

/// He et al., "Delving deep into rectifiers" (2015): variance gain^2 / fan.
Tensor kaiming_uniform_(Tensor weight, const KaimingOptions& options = {}, Generator* generator = nullptr,
                        SourceLocation at = SourceLocation::current());
Tensor kaiming_normal_(Tensor weight, const KaimingOptions& options = {}, Generator* generator = nullptr,
                       SourceLocation at = SourceLocation::current());

/// gain times a random orthogonal matrix, uniform among all: the rows of the weight as a matrix [out, rest]
/// are orthonormal, or its columns if there are more rows. By Householder's QR of a normal matrix, as in
/// Mezzadri, "How to generate random matrices from the classical compact groups" (2007). Throws ShapeError
/// below two dimensions.
Tensor orthogonal_(Tensor weight, double gain = 1, Generator* generator = nullptr,
                   SourceLocation at = SourceLocation::current());

/// How linear layers and convolutions start, as in PyTorch: both uniform in +-1 / sqrt(fan_in of weight).
/// The bias may be undefined.
void fan_in_uniform_(const Tensor& weight, const Tensor& bias, Generator* generator = nullptr,
                     SourceLocation at = SourceLocation::current());

}  // namespace gradus::nn::init
