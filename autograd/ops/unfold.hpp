#pragma once

#include <gradus/autograd/pair.hpp>
#include <gradus/autograd/tensor.hpp>

namespace gradus {

/// Options of `unfold` and `fold`, each a number for both axes, or {height, width}.
struct UnfoldOptions {
  Pair dilation = 1;
  Pair padding = 0;
  Pair stride = 1;
};

/// The windows of images as columns (im2col): [n, c, h, w] -> [n, c kh kw, l], where l counts the places of
/// the kernel in row-major order; [c, h, w] likewise. Zeros lie around the image. Throws ShapeError for
/// another rank or an image too small, ValueError for options that make no sense.
Tensor unfold(const Tensor& x, Pair kernel, const UnfoldOptions& options = {},
              SourceLocation at = SourceLocation::current());
/// The transpose of `unfold` as a linear map: [n, c kh kw, l] -> [n, c, h, w] for images of `output_size`,
/// elements of overlapping windows added up; [c kh kw, l] likewise. Throws ShapeError for another rank, or
/// columns that do not fit the kernel and the size.
Tensor fold(const Tensor& x, Pair output_size, Pair kernel, const UnfoldOptions& options = {},
            SourceLocation at = SourceLocation::current());

}  // namespace gradus
