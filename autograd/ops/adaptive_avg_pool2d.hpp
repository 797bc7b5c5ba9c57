#pragma once

#include <gradus/autograd/pair.hpp>
#include <gradus/autograd/tensor.hpp>

namespace gradus {

/// The mean of each of `output_size` windows that cover the image as evenly as can be: window i of n spans
/// rows floor(i H / n) to ceil((i + 1) H / n), columns likewise. [N, C, H, W] or [C, H, W]; keeps a
/// channels-last layout. Throws ShapeError for another rank or an empty image, ValueError unless the output
/// has at least one row and column, DTypeError unless floating.
Tensor adaptive_avg_pool2d(const Tensor& x, Pair output_size, SourceLocation at = SourceLocation::current());

}  // namespace gradus
