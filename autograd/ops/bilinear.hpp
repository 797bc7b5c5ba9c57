#pragma once

#include <gradus/autograd/tensor.hpp>

namespace gradus {

/// y_k = x1' weight_k x2 + bias_k: x1 [.., in1] and x2 [.., in2], which agree in all other dimensions, weight
/// [out, in1, in2], bias [out] or undefined. The result is [.., out]. Throws ShapeError or DTypeError naming
/// what does not fit.
Tensor bilinear(const Tensor& x1, const Tensor& x2, const Tensor& weight, const Tensor& bias = {},
                SourceLocation at = SourceLocation::current());

}  // namespace gradus
