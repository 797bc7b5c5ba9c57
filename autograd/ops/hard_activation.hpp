#pragma once

#include <gradus/autograd/tensor.hpp>

namespace gradus {

/// Activations made of straight lines, element by element: float32 and float64 (DTypeError). What they do at
/// their kinks is PyTorch's convention.

/// x, but not below `min` and not above `max`. The slope at both is 0. Throws ValueError unless min <= max.
Tensor hardtanh(const Tensor& x, double min = -1, double max = 1,
                SourceLocation at = SourceLocation::current());
/// x between 0 and 6: hardtanh(x, 0, 6).
Tensor relu6(const Tensor& x, SourceLocation at = SourceLocation::current());
/// relu6(x + 3) / 6. The slope at -3 and 3 is 0.
Tensor hardsigmoid(const Tensor& x, SourceLocation at = SourceLocation::current());
/// x * relu6(x + 3) / 6 (Howard et al. 2019). The slope at -3 is 0, at 3 it is 1.
Tensor hardswish(const Tensor& x, SourceLocation at = SourceLocation::current());
/// x, but 0 where |x| <= lambd, where the slope is 0 too. Throws ValueError for a negative lambd.
Tensor hardshrink(const Tensor& x, double lambd = 0.5, SourceLocation at = SourceLocation::current());
/// x moved towards 0 by lambd, and 0 where |x| <= lambd, where the slope is 0 too. Throws ValueError for a
/// negative lambd.
Tensor softshrink(const Tensor& x, double lambd = 0.5, SourceLocation at = SourceLocation::current());
/// x where it is above `threshold`, else `value`, with slope 0.
Tensor threshold(const Tensor& x, double threshold, double value,
                 SourceLocation at = SourceLocation::current());

}  // namespace gradus
