#pragma once

#include <gradus/nn/batch_norm.hpp>
#include <gradus/nn/conv1d.hpp>
#include <gradus/nn/conv2d.hpp>
#include <gradus/nn/conv3d.hpp>
#include <gradus/nn/linear.hpp>

namespace gradus::nn {

/// One layer in the place of a convolution and the batch norm behind it, for evaluation, where the norm is a
/// factor and a shift for each channel:
///
///     weight = weight * scale, bias = (bias - running_mean) * scale + shift
///     scale = norm.weight / sqrt(running_var + eps), shift = norm.bias
///
/// The new layer shares no memory with the two, has a bias, and asks for gradients if the weight did. Throws
/// ValueError for a norm in training (call `eval` first) or without running statistics, ShapeError for
/// another number of channels, DTypeError for another dtype.
Conv1d fuse(const Conv1d& conv, const BatchNorm1d& norm, SourceLocation at = SourceLocation::current());
Conv2d fuse(const Conv2d& conv, const BatchNorm2d& norm, SourceLocation at = SourceLocation::current());
Conv3d fuse(const Conv3d& conv, const BatchNorm3d& norm, SourceLocation at = SourceLocation::current());
/// Likewise, for inputs [n, in].
Linear fuse(const Linear& linear, const BatchNorm1d& norm, SourceLocation at = SourceLocation::current());

}  // namespace gradus::nn
