#pragma once

#include <gradus/autograd/tensor.hpp>

namespace gradus {

/// How `grid_sample` finds a value between pixels: from the four around it, or from the nearest (halves go to
/// the even one).
enum class GridMode { bilinear, nearest };
/// What lies around an image: zeros, its edge, or its mirror image.
enum class GridPadding { zeros, border, reflection };
/// Options of `grid_sample`.
struct GridSampleOptions {
  GridMode mode = GridMode::bilinear;
  GridPadding padding_mode = GridPadding::zeros;
  /// Whether -1 and 1 are the middles of the outermost pixels, or the image's edges.
  bool align_corners = false;
};
/// Images x [n, c, h, w] at places grid [n, h', w', 2], pairs (x, y) that go from -1 to 1 across the image:
/// [n, c, h', w'] (Jaderberg et al. 2015). Differentiable in both, but for the grid with nearest; at a pixel,
/// and where padding begins, with the slope of one side. Throws ShapeError for what does not fit or images
/// without pixels, DTypeError unless both have one floating dtype.
Tensor grid_sample(const Tensor& x, const Tensor& grid, const GridSampleOptions& options = {},
                   SourceLocation at = SourceLocation::current());
/// The grid of images `size` [n, c, h, w] under affine maps theta [n, 2, 3] of their places: [n, h, w, 2].
/// Throws ShapeError for what does not fit.
Tensor affine_grid(const Tensor& theta, const Shape& size, bool align_corners = false,
                   SourceLocation at = SourceLocation::current());

}  // namespace gradus
