#include <gradus/autograd/ops/grid_sample.hpp>

#include <gradus/autograd/ops/arithmetic.hpp>
#include <gradus/autograd/ops/compare.hpp>
#include <gradus/autograd/ops/create.hpp>
#include <gradus/autograd/ops/index.hpp>
#include <gradus/autograd/ops/join.hpp>
#include <gradus/autograd/ops/matmul.hpp>
#include <gradus/autograd/ops/pointwise.hpp>
#include <gradus/autograd/ops/rounding.hpp>
#include <gradus/autograd/ops/view.hpp>
#include <gradus/autograd/ops/where.hpp>

namespace gradus {

namespace {

/// x mirrored at `low` and `high` as often as it takes to lie between them.
Tensor reflect(const Tensor& x, double low, double high) {
  if (low == high) return x * 0;
  const double span = high - low;
  const Tensor from_low = abs(x - low), turns = floor(from_low.detach() / span);
  const Tensor rest = from_low - turns * span;
  return where(remainder(turns, 2) == 0, rest + low, high - rest);
}

/// Coordinates from -1 to 1 as places among `size` pixels.
Tensor to_pixels(const Tensor& coordinate, std::int64_t size, const GridSampleOptions& options) {
  const auto n = static_cast<double>(size);
  const bool corners = options.align_corners;
  Tensor place = corners ? (coordinate + 1) * ((n - 1) / 2) : ((coordinate + 1) * n - 1) / 2;
  if (options.padding_mode == GridPadding::reflection)
    place = corners ? reflect(place, 0, n - 1) : reflect(place, -0.5, n - 0.5);
  if (options.padding_mode != GridPadding::zeros) place = clamp(place, 0, n - 1);
  return place;
}

/// Images as rows of pixels, and the pixels looked for.
struct Sampler {
  Tensor pixels;  ///< [n, c, h w]
  std::int64_t h, w;

  /// The pixels at whole places row, column [n, k], 0 outside: [n, c, k].
  Tensor at(const Tensor& row, const Tensor& column) const {
    const Tensor inside = (row >= 0) & (row <= static_cast<double>(h - 1)) & (column >= 0) &
                          (column <= static_cast<double>(w - 1));
    const Tensor place = where(inside, row * static_cast<double>(w) + column, 0).to(int64);
    const Shape shape{pixels.size(0), pixels.size(1), place.size(1)};
    return where(unsqueeze(inside, 1), gather(pixels, 2, expand(unsqueeze(place, 1), shape)), 0);
  }
};

void check(const Tensor& x, const Tensor& grid) {
  require<ShapeError>(x.rank() == 4 && grid.rank() == 4 && grid.size(3) == 2 && x.size(0) == grid.size(0),
                      "the input is {} and the grid {}; need [n, c, h, w] and [n, h', w', 2]", x.shape(),
                      grid.shape());
  require<ShapeError>(x.size(2) > 0 && x.size(3) > 0, "the input is {}; it has no pixels", x.shape());
  require<DTypeError>(is_floating(x.dtype()) && x.dtype() == grid.dtype(),
                      "the input is {} and the grid {}; need one floating dtype", x.dtype(), grid.dtype());
}

}  // namespace

Tensor grid_sample(const Tensor& x, const Tensor& grid, const GridSampleOptions& options, SourceLocation at) {
  const OpScope scope("grid_sample", at);
  check(x, grid);
  const Sampler sampler{flatten(x, 2, 3), x.size(2), x.size(3)};
  const Tensor places = flatten(grid, 1, 2);  // [n, h' w', 2]
  const Tensor column = to_pixels(select(places, 2, 0), x.size(3), options),
               row = to_pixels(select(places, 2, 1), x.size(2), options);
  const auto image = [&](const Tensor& values) { return unflatten(values, 2, {grid.size(1), grid.size(2)}); };
  if (options.mode == GridMode::nearest)
    return image(sampler.at(round(row.detach()), round(column.detach())));
  const Tensor top = floor(row.detach()), left = floor(column.detach());
  const Tensor down = unsqueeze(row - top, 1), right = unsqueeze(column - left, 1);
  const Tensor upper = sampler.at(top, left) * (1 - right) + sampler.at(top, left + 1) * right;
  const Tensor lower = sampler.at(top + 1, left) * (1 - right) + sampler.at(top + 1, left + 1) * right;
  return image(upper * (1 - down) + lower * down);
}

Tensor affine_grid(const Tensor& theta, const Shape& size, bool align_corners, SourceLocation at) {
  const OpScope scope("affine_grid", at);
  require<ShapeError>(theta.rank() == 3 && theta.size(1) == 2 && theta.size(2) == 3 && size.size() == 4 &&
                          theta.size(0) == size[0],
                      "theta is {} for images of {}; needs [n, 2, 3] and [n, c, h, w]", theta.shape(), size);
  const auto steps = [&](std::int64_t n) {
    const Tensor whole = linspace(-1, 1, n, {.dtype = theta.dtype()});
    if (n <= 1) return zeros({n}, {.dtype = theta.dtype()});
    return align_corners ? whole : whole * (static_cast<double>(n - 1) / static_cast<double>(n));
  };
  const std::int64_t h = size[2], w = size[3];
  const Tensor x = expand(steps(w), {h, w}), y = expand(unsqueeze(steps(h), 1), {h, w});
  const Tensor places = reshape(stack({x, y, ones_like(x)}, 2), {h * w, 3});  // homogeneous coordinates
  return unflatten(matmul(places, transpose(theta, 1, 2)), 1, {h, w});
}

}  // namespace gradus
