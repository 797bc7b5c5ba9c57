#pragma once

#include <gradus/autograd/pair.hpp>
#include <gradus/autograd/tensor.hpp>

namespace gradus {

/// The opposite of max pooling: x [.., l], [.., h, w] or [.., d, h, w] at the places `indices` (int64, of the
/// shape of x, as `max_pool2d_with_indices` and the others give them) of lines, planes or volumes of zeros of
/// `output_size`. One or two dimensions lie in front. Where several meet the last stays, and alone gets a
/// gradient. Throws ShapeError for what does not fit, IndexError for a place outside.
Tensor max_unpool1d(const Tensor& x, const Tensor& indices, std::int64_t output_size,
                    SourceLocation at = SourceLocation::current());
Tensor max_unpool2d(const Tensor& x, const Tensor& indices, Pair output_size,
                    SourceLocation at = SourceLocation::current());
Tensor max_unpool3d(const Tensor& x, const Tensor& indices, const Shape& output_size,
                    SourceLocation at = SourceLocation::current());

/// Options of `lp_pool1d` and `lp_pool2d`.
struct LpPoolOptions {
  OptionalPair stride = {};  ///< the kernel's size unless given
  bool ceil_mode = false;    ///< as of `avg_pool2d`
};
/// (sum of x^p)^(1/p) of each window, for x >= 0 or an even p; a window of zeros has gradient 0. For floating
/// dtypes (DTypeError). Throws ValueError for p = 0, and as `avg_pool2d` does.
Tensor lp_pool1d(const Tensor& x, double p, std::int64_t kernel, const LpPoolOptions& options = {},
                 SourceLocation at = SourceLocation::current());
Tensor lp_pool2d(const Tensor& x, double p, Pair kernel, const LpPoolOptions& options = {},
                 SourceLocation at = SourceLocation::current());

}  // namespace gradus
