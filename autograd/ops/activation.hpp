#pragma once

#include <gradus/autograd/tensor.hpp>

namespace gradus {

/// Activations: functions of each element by itself, for float32 and float64 (DTypeError otherwise). They
/// keep the shape and the memory layout.

/// The hyperbolic tangent.
Tensor tanh(const Tensor& x, SourceLocation at = SourceLocation::current());
/// 1 / (1 + e^-x), without overflow.
Tensor sigmoid(const Tensor& x, SourceLocation at = SourceLocation::current());
/// max(x, 0). The slope at 0 is 0; NaN stays NaN.
Tensor relu(const Tensor& x, SourceLocation at = SourceLocation::current());
/// As above for a temporary, as in relu(conv(x)), which needs no memory of its own: the result takes its
/// place unless somebody else, the tape perhaps, still knows the values.
Tensor relu(Tensor&& x, SourceLocation at = SourceLocation::current());
/// x above 0, else negative_slope * x. The slope at 0 is negative_slope.
Tensor leaky_relu(const Tensor& x, double negative_slope = 0.01,
                  SourceLocation at = SourceLocation::current());
/// x above 0, else alpha * (e^x - 1) (Clevert, Unterthiner and Hochreiter 2016). The slope at 0 is alpha.
/// Throws ValueError for a negative alpha.
Tensor elu(const Tensor& x, double alpha = 1, SourceLocation at = SourceLocation::current());
/// x * sigmoid(x), also called swish (Elfwing, Uchibe and Doya 2018).
Tensor silu(const Tensor& x, SourceLocation at = SourceLocation::current());
/// log(1 + e^(beta x)) / beta, without overflow; x itself where beta x > threshold. Throws ValueError unless
/// beta > 0. An infinite threshold makes it exact everywhere.
Tensor softplus(const Tensor& x, double beta = 1, double threshold = 20,
                SourceLocation at = SourceLocation::current());
/// log(sigmoid(x)), without overflow or cancellation.
Tensor logsigmoid(const Tensor& x, SourceLocation at = SourceLocation::current());

/// How `gelu` is computed: exactly, or by the approximation with tanh.
enum class Gelu { none, tanh };
struct GeluOptions {
  Gelu approximate = Gelu::none;
};
/// x times the probability that a standard normal variable is below x (Hendrycks and Gimpel 2016):
/// x (1 + erf(x / sqrt 2)) / 2, or with `.approximate = Gelu::tanh`
/// x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2.
Tensor gelu(const Tensor& x, const GeluOptions& options = {}, SourceLocation at = SourceLocation::current());

}  // namespace gradus
