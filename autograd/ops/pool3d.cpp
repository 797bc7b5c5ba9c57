#include <gradus/autograd/ops/pool3d.hpp>

#include <gradus/autograd/ops/arithmetic.hpp>
#include <gradus/autograd/ops/avg_pool2d.hpp>
#include <gradus/autograd/ops/create.hpp>
#include <gradus/autograd/ops/index.hpp>
#include <gradus/autograd/ops/max_pool2d.hpp>
#include <gradus/autograd/ops/view.hpp>

namespace gradus {

namespace {

void check_rank(const Tensor& x) {
  require<ShapeError>(x.rank() == 4 || x.rank() == 5,
                      "the input is {}; needs [N, C, D, H, W] or [C, D, H, W]", x.shape());
}

/// [N, C, D, H, W] -> [N, C D, H, W]: every slice an image of its own.
Tensor as_planes(const Tensor& x) { return flatten(x, 1, 2); }
/// [N, C D, h, w] -> [N, C, D, h w]: images whose rows are slices. `shape` is that of the volumes.
Tensor as_columns(const Tensor& planes, const Shape& shape) {
  return flatten(unflatten(planes, 1, {shape[1], shape[2]}), 3, 4);
}

/// Where the values of windows of windows come from, in the volume: `plane` [N, C, D, h w] in their slices,
/// `column` [N, C, d, h w] in the columns.
Tensor places(const Tensor& plane, const Tensor& column, std::int64_t plane_size) {
  const std::int64_t width = column.size(3);
  const Tensor within = reshape(gather(flatten(plane, 2, 3), 2, flatten(column, 2, 3)), column.shape());
  const Tensor slice = ((column - arange(width)).to(float64) / static_cast<double>(width)).to(int64);
  return slice * plane_size + within;
}

/// The poolings along the planes and along the depth that a pooling of volumes is made of.
struct MaxPools {
  Pair plane_kernel, column_kernel;
  MaxPool2dOptions plane, column;

  MaxPools(const Triple& kernel, const MaxPool3dOptions& options)
      : plane_kernel(kernel.h, kernel.w), column_kernel(kernel.d, 1) {
    const Triple stride = options.stride.value_or(kernel), &padding = options.padding,
                 &dilation = options.dilation;
    plane = {.stride = {stride.h, stride.w},
             .padding = {padding.h, padding.w},
             .dilation = {dilation.h, dilation.w},
             .ceil_mode = options.ceil_mode};
    column = {.stride = {stride.d, 1},
              .padding = {padding.d, 0},
              .dilation = {dilation.d, 1},
              .ceil_mode = options.ceil_mode};
  }
};

}  // namespace

MaxPool3dResult max_pool3d_with_indices(const Tensor& x, Triple kernel, const MaxPool3dOptions& options,
                                        SourceLocation at) {
  const OpScope scope("max_pool3d", at);
  check_rank(x);
  if (x.rank() == 4) {
    const auto [values, indices] = max_pool3d_with_indices(unsqueeze(x, 0), kernel, options, at);
    return {squeeze(values, 0), squeeze(indices, 0)};
  }
  const MaxPools pools(kernel, options);
  const auto plane = max_pool2d_with_indices(as_planes(x), pools.plane_kernel, pools.plane);
  const Shape size{plane.values.size(2), plane.values.size(3)};
  const auto column =
      max_pool2d_with_indices(as_columns(plane.values, x.shape()), pools.column_kernel, pools.column);
  const Tensor indices = places(as_columns(plane.indices, x.shape()), column.indices, x.size(3) * x.size(4));
  return {unflatten(column.values, 3, size), unflatten(indices, 3, size)};
}

Tensor max_pool3d(const Tensor& x, Triple kernel, const MaxPool3dOptions& options, SourceLocation at) {
  const OpScope scope("max_pool3d", at);
  check_rank(x);
  if (x.rank() == 4) return squeeze(max_pool3d(unsqueeze(x, 0), kernel, options, at), 0);
  const MaxPools pools(kernel, options);
  const Tensor planes = max_pool2d(as_planes(x), pools.plane_kernel, pools.plane);
  const Tensor columns = max_pool2d(as_columns(planes, x.shape()), pools.column_kernel, pools.column);
  return unflatten(columns, 3, {planes.size(2), planes.size(3)});
}

Tensor avg_pool3d(const Tensor& x, Triple kernel, const AvgPool3dOptions& options, SourceLocation at) {
  const OpScope scope("avg_pool3d", at);
  check_rank(x);
  require(options.divisor_override != 0, "a divisor of 0 was given");
  if (x.rank() == 4) return squeeze(avg_pool3d(unsqueeze(x, 0), kernel, options, at), 0);
  const Triple stride = options.stride.value_or(kernel), &padding = options.padding;
  AvgPool2dOptions plane{.stride = {stride.h, stride.w},
                         .padding = {padding.h, padding.w},
                         .ceil_mode = options.ceil_mode,
                         .count_include_pad = options.count_include_pad};
  AvgPool2dOptions column{.stride = {stride.d, 1},
                          .padding = {padding.d, 0},
                          .ceil_mode = options.ceil_mode,
                          .count_include_pad = options.count_include_pad};
  if (options.divisor_override) {
    plane.divisor_override = 1;
    column.divisor_override = options.divisor_override;
  }
  const Tensor planes = avg_pool2d(as_planes(x), {kernel.h, kernel.w}, plane);
  const Tensor columns = avg_pool2d(as_columns(planes, x.shape()), {kernel.d, 1}, column);
  return unflatten(columns, 3, {planes.size(2), planes.size(3)});
}

}  // namespace gradus
