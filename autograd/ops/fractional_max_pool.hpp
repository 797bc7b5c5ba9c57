#pragma once

#include <gradus/autograd/ops/max_pool2d.hpp>
#include <gradus/autograd/random.hpp>
#include <gradus/autograd/triple.hpp>

namespace gradus {

/// Options of `fractional_max_pool2d` and `fractional_max_pool3d`.
struct FractionalMaxPoolOptions {
  /// Numbers in [0, 1), float64, that the places of the windows come from: [N, C, 2], rows and columns, or
  /// [N, C, 3] with the depth first; without N as the input. Drawn when undefined.
  Tensor samples = {};
  Generator* generator = nullptr;  ///< what draws them; `default_generator()` if null
};

/// The largest element of each window of `kernel`, for windows at random places, a little more or less than
/// size / output_size apart (Graham 2014, pseudorandom and overlapping): [N, C, H, W] or [C, H, W] to the
/// same with planes of `output_size`. Along a dimension of `size` elements, of which a window takes k and
/// there are n, window i < n - 1 begins at floor(a (i + u)) - floor(a u) with a = (size - k) / (n - 1) and a
/// random u, other for each plane; the last one ends at the end. Among equals the first in row-major order
/// wins, and takes the gradient; a NaN wins over all. Throws ShapeError for another rank or for samples that
/// do not fit, ValueError unless 1 <= k, 1 <= n and n + k - 1 <= size.
Tensor fractional_max_pool2d(const Tensor& x, Pair kernel, Pair output_size,
                             const FractionalMaxPoolOptions& options = {},
                             SourceLocation at = SourceLocation::current());
/// The same of volumes, [N, C, D, H, W] or [C, D, H, W].
Tensor fractional_max_pool3d(const Tensor& x, Triple kernel, Triple output_size,
                             const FractionalMaxPoolOptions& options = {},
                             SourceLocation at = SourceLocation::current());

/// The same, and the place of each value in its plane or volume, counted in row-major order.
MaxPool2dResult fractional_max_pool2d_with_indices(const Tensor& x, Pair kernel, Pair output_size,
                                                   const FractionalMaxPoolOptions& options = {},
                                                   SourceLocation at = SourceLocation::current());
MaxPool2dResult fractional_max_pool3d_with_indices(const Tensor& x, Triple kernel, Triple output_size,
                                                   const FractionalMaxPoolOptions& options = {},
                                                   SourceLocation at = SourceLocation::current());

}  // namespace gradus
