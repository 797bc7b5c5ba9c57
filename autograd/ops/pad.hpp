#pragma once

#include <vector>

#include <gradus/autograd/tensor.hpp>

namespace gradus {

/// A copy of `x` with `value` around it. The amounts come in pairs, before and after, for the last dimension
/// first: {left, right, top, bottom}. Negative ones crop. Throws ShapeError for an odd number of amounts, for
/// more pairs than dimensions, or if more is cropped than there is; DTypeError for a value that the dtype of
/// `x` cannot hold.
Tensor pad(const Tensor& x, const std::vector<std::int64_t>& amounts, double value = 0,
           SourceLocation at = SourceLocation::current());

/// What `pad` continues a tensor with.
enum class PadMode {
  reflect,    ///< its mirror image, without the edge itself: c b | a b c | b a
  replicate,  ///< its edge: a a | a b c | c c
  circular,   ///< itself: b c | a b c | a b
};
/// As above, with the tensor continued. Negative amounts crop. Throws ShapeError, too, where more is asked
/// for than the mode has: size - 1 for reflect, size for circular, anything but of an empty dimension.
Tensor pad(const Tensor& x, const std::vector<std::int64_t>& amounts, PadMode mode,
           SourceLocation at = SourceLocation::current());

/// A copy with the order of elements along each of `dims` reversed.
Tensor flip(const Tensor& x, const Dims& dims, SourceLocation at = SourceLocation::current());

}  // namespace gradus
