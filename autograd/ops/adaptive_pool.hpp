#pragma once

#include <gradus/autograd/pair.hpp>
#include <gradus/autograd/tensor.hpp>
#include <gradus/autograd/triple.hpp>

namespace gradus {

/// Pooling to a given size, with windows that cover each axis as evenly as can be: window i of n spans
/// floor(i size / n) to ceil((i + 1) size / n). Leading dimensions are [N, C] or [C]. Throws ShapeError for
/// another rank or an empty axis, ValueError unless every size asked for is at least 1. `adaptive_avg_pool2d`
/// stands by itself.

/// The mean of each window of [.., L], and of [.., D, H, W]; DTypeError unless floating.
Tensor adaptive_avg_pool1d(const Tensor& x, std::int64_t output_size,
                           SourceLocation at = SourceLocation::current());
Tensor adaptive_avg_pool3d(const Tensor& x, Triple output_size,
                           SourceLocation at = SourceLocation::current());

/// The largest element of each window of [.., L], [.., H, W] and [.., D, H, W]. Along each axis in turn, the
/// last one first, the first of equal elements takes the gradient. NaN wins.
Tensor adaptive_max_pool1d(const Tensor& x, std::int64_t output_size,
                           SourceLocation at = SourceLocation::current());
Tensor adaptive_max_pool2d(const Tensor& x, Pair output_size, SourceLocation at = SourceLocation::current());
Tensor adaptive_max_pool3d(const Tensor& x, Triple output_size,
                           SourceLocation at = SourceLocation::current());

}  // namespace gradus
