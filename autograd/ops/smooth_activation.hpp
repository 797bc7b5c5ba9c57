#pragma once

#include <gradus/autograd/random.hpp>
#include <gradus/autograd/tensor.hpp>

namespace gradus {

/// Further activations, element by element: float32 and float64 (DTypeError).

/// 1.0507.. * (x above 0, else 1.6732.. * (e^x - 1)), which keeps mean 0 and variance 1 (Klambauer et al.
/// 2017). The slope at 0 is that of the curve.
Tensor selu(const Tensor& x, SourceLocation at = SourceLocation::current());
/// x above 0, else alpha * (e^(x / alpha) - 1) (Barron 2017). Throws ValueError unless alpha > 0.
Tensor celu(const Tensor& x, double alpha = 1, SourceLocation at = SourceLocation::current());
/// x * tanh(log(1 + e^x)) (Misra 2019).
Tensor mish(const Tensor& x, SourceLocation at = SourceLocation::current());
/// x / (1 + |x|).
Tensor softsign(const Tensor& x, SourceLocation at = SourceLocation::current());
/// x - tanh(x).
Tensor tanhshrink(const Tensor& x, SourceLocation at = SourceLocation::current());

/// a * sigmoid(b) for the first half a and the second half b of x along `dim` (Dauphin et al. 2017). Throws
/// ShapeError unless the size of `dim` is even.
Tensor glu(const Tensor& x, std::int64_t dim = -1, SourceLocation at = SourceLocation::current());

/// x above 0, else weight * x (He et al. 2015); the slope at 0 is weight. weight is [1], or [c] with one
/// number for each channel of x [n, c, ..] (of a vector: [c]). Throws ShapeError or DTypeError naming the
/// weight.
Tensor prelu(const Tensor& x, const Tensor& weight, SourceLocation at = SourceLocation::current());
/// x above 0, else a * x: in training with a uniform in [lower, upper) for every element, taken from
/// `generator` (null means `default_generator()`), else with their mean (Xu et al. 2015). Throws ValueError
/// unless lower <= upper.
Tensor rrelu(const Tensor& x, double lower = 1.0 / 8, double upper = 1.0 / 3, bool training = false,
             Generator* generator = nullptr, SourceLocation at = SourceLocation::current());

}  // namespace gradus
