#pragma once

#include <gradus/autograd/tensor.hpp>

namespace gradus {

/// Layer normalisation (Ba, Kiros and Hinton 2016): y = (x - mean) / sqrt(variance + eps) * weight + bias,
/// with the mean and variance (divided by n) of each slice of x over its last dimensions, which must be
/// `normalized_shape`. Weight and bias have that shape and the dtype of x, and may be undefined. Throws
/// ShapeError for other shapes, DTypeError unless all have one floating dtype, ValueError for a negative eps.
Tensor layer_norm(const Tensor& x, const Shape& normalized_shape, const Tensor& weight = {},
                  const Tensor& bias = {}, double eps = 1e-5, SourceLocation at = SourceLocation::current());

}  // namespace gradus
