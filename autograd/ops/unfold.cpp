#include <gradus/autograd/ops/unfold.hpp>

#include <vector>

#include <gradus/autograd/ops/create.hpp>
#include <gradus/autograd/ops/index.hpp>
#include <gradus/autograd/ops/pad.hpp>
#include <gradus/autograd/ops/view.hpp>

namespace gradus {

namespace {

/// Where the windows lie in the padded image.
struct Grid {
  Pair padded, count;  ///< sizes of the padded image, numbers of places of the kernel
  Tensor places;       ///< [kh kw, l]: number of each element in the padded image
};

std::int64_t count_along(std::int64_t size, std::int64_t kernel, std::int64_t dilation, std::int64_t stride) {
  const std::int64_t room = size - dilation * (kernel - 1) - 1;
  return room < 0 ? 0 : room / stride + 1;
}

Grid grid_of(const Pair& size, const Pair& kernel, const UnfoldOptions& options) {
  const auto& [dilation, padding, stride] = options;
  require(
      kernel.h >= 1 && kernel.w >= 1 && dilation.h >= 1 && dilation.w >= 1 && stride.h >= 1 && stride.w >= 1,
      "kernel is {}, dilation {}, stride {}; each must be at least 1", to_string(kernel), to_string(dilation),
      to_string(stride));
  require(padding.h >= 0 && padding.w >= 0, "padding is {}; it must not be negative", to_string(padding));
  const Pair padded{size.h + 2 * padding.h, size.w + 2 * padding.w};
  const Pair count{count_along(padded.h, kernel.h, dilation.h, stride.h),
                   count_along(padded.w, kernel.w, dilation.w, stride.w)};
  require<ShapeError>(count.h >= 1 && count.w >= 1,
                      "a kernel of {} with padding {} and dilation {} does not fit an image of {}",
                      to_string(kernel), to_string(padding), to_string(dilation), to_string(size));
  std::vector<std::int64_t> places;
  for (std::int64_t i = 0; i < kernel.h; ++i)
    for (std::int64_t j = 0; j < kernel.w; ++j)
      for (std::int64_t y = 0; y < count.h; ++y)
        for (std::int64_t x = 0; x < count.w; ++x)
          places.push_back((y * stride.h + i * dilation.h) * padded.w + x * stride.w + j * dilation.w);
  return {padded, count, from_vector(places, {kernel.h * kernel.w, count.h * count.w})};
}

}  // namespace

Tensor unfold(const Tensor& x, Pair kernel, const UnfoldOptions& options, SourceLocation at) {
  const OpScope scope("unfold", at);
  require<ShapeError>(x.rank() == 3 || x.rank() == 4, "the input is {}; needs [n, c, h, w] or [c, h, w]",
                      x.shape());
  if (x.rank() == 3) return squeeze(unfold(unsqueeze(x, 0), kernel, options, at), 0);
  const Grid grid = grid_of({x.size(2), x.size(3)}, kernel, options);
  const Pair padding = options.padding;
  const Tensor planes = flatten(pad(x, {padding.w, padding.w, padding.h, padding.h}), 2, 3);
  const Tensor columns = index_select(planes, 2, flatten(grid.places));
  return reshape(columns, {x.size(0), x.size(1) * grid.places.size(0), grid.places.size(1)});
}

Tensor fold(const Tensor& x, Pair output_size, Pair kernel, const UnfoldOptions& options, SourceLocation at) {
  const OpScope scope("fold", at);
  require<ShapeError>(x.rank() == 2 || x.rank() == 3,
                      "the input is {}; needs [n, c kh kw, l] or [c kh kw, l]", x.shape());
  if (x.rank() == 2) return squeeze(fold(unsqueeze(x, 0), output_size, kernel, options, at), 0);
  const Grid grid = grid_of(output_size, kernel, options);
  const std::int64_t taps = grid.places.size(0);
  require<ShapeError>(x.size(1) % taps == 0 && x.size(2) == grid.places.size(1),
                      "the input is {}; a kernel of {} on images of {} needs [n, c {}, {}]", x.shape(),
                      to_string(kernel), to_string(output_size), taps, grid.places.size(1));
  const std::int64_t n = x.size(0), c = x.size(1) / taps;
  const Tensor planes = zeros({n, c, grid.padded.h * grid.padded.w}, {.dtype = x.dtype()});
  const Tensor sums = index_add(planes, 2, flatten(grid.places), reshape(x, {n, c, x.size(2) * taps}));
  const Tensor rows =
      narrow(unflatten(sums, 2, {grid.padded.h, grid.padded.w}), 2, options.padding.h, output_size.h);
  return narrow(rows, 3, options.padding.w, output_size.w);
}

}  // namespace gradus
