#pragma once

#include <gradus/autograd/tensor.hpp>

namespace gradus {

/// Largest and smallest elements, for every dtype. NaN counts as larger than anything for the largest and as
/// smaller than anything for the smallest, so it always comes through. Throws ShapeError when there is
/// nothing to choose from.

/// The largest and the smallest element over `dims`, all if none are given. Equal ones share the gradient
/// evenly.
Tensor amax(const Tensor& x, const Dims& dims = {}, bool keepdim = false,
            SourceLocation at = SourceLocation::current());
Tensor amin(const Tensor& x, const Dims& dims = {}, bool keepdim = false,
            SourceLocation at = SourceLocation::current());

/// Of all elements, as `amax` and `amin`.
Tensor max(const Tensor& x, SourceLocation at = SourceLocation::current());
Tensor min(const Tensor& x, SourceLocation at = SourceLocation::current());

/// An element for each row along a dimension, and where it stands there (int64).
struct Extremum {
  Tensor values;
  Tensor indices;
};
/// The largest and the smallest element along `dim`. The first of equal ones is taken, and gets the gradient.
Extremum max(const Tensor& x, std::int64_t dim, bool keepdim = false,
             SourceLocation at = SourceLocation::current());
Extremum min(const Tensor& x, std::int64_t dim, bool keepdim = false,
             SourceLocation at = SourceLocation::current());

/// Where the largest and the smallest element stand along `dim`, the first of equal ones; int64.
Tensor argmax(const Tensor& x, std::int64_t dim, bool keepdim = false,
              SourceLocation at = SourceLocation::current());
Tensor argmin(const Tensor& x, std::int64_t dim, bool keepdim = false,
              SourceLocation at = SourceLocation::current());
/// The same of all elements, counted in row-major order.
Tensor argmax(const Tensor& x, SourceLocation at = SourceLocation::current());
Tensor argmin(const Tensor& x, SourceLocation at = SourceLocation::current());

}  // namespace gradus
