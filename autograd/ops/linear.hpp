#pragma once

#include <gradus/autograd/tensor.hpp>

namespace gradus {

/// y = x weight' + bias: x is [.., in], weight [out, in], bias [out] or undefined; y is [.., out]. Throws
/// ShapeError or DTypeError naming the parameter.
Tensor linear(const Tensor& x, const Tensor& weight, const Tensor& bias = {},
              SourceLocation at = SourceLocation::current());

}  // namespace gradus
