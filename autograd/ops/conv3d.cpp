#include <gradus/autograd/ops/conv3d.hpp>

#include <algorithm>
#include <vector>

#include <gradus/autograd/ops/arithmetic.hpp>
#include <gradus/autograd/ops/conv2d.hpp>
#include <gradus/autograd/ops/conv_transpose2d.hpp>
#include <gradus/autograd/ops/create.hpp>
#include <gradus/autograd/ops/index.hpp>
#include <gradus/autograd/ops/join.hpp>
#include <gradus/autograd/ops/named.hpp>
#include <gradus/autograd/ops/pad.hpp>
#include <gradus/autograd/ops/view.hpp>

namespace gradus {

namespace {

/// How a kernel of `taps` slices moves along the depth.
struct Depth {
  std::int64_t taps, stride, padding, dilation;
  std::int64_t span() const { return dilation * (taps - 1) + 1; }
};

/// What is wrong with the ranks, the channels or the depth; planes are checked where they are convolved.
void check(const Tensor& x, const Tensor& weight, const Depth& depth, std::int64_t channels,
           std::int64_t groups, const char* wanted) {
  const std::string w = named(weight, "weight");
  require(groups >= 1, "groups is {}; it must be at least 1", groups);
  require<ShapeError>(x.rank() == 5 && x.size(1) == channels,
                      "input is {} but {} is {} with groups = {}; needs {}", x.shape(), w, weight.shape(),
                      groups, wanted);
  require_same_dtype(x, weight, w);
  require(depth.stride >= 1 && depth.dilation >= 1 && depth.padding >= 0,
          "along the depth stride is {}, dilation {}, padding {}; needs at least 1, 1, 0", depth.stride,
          depth.dilation, depth.padding);
}

void check_weight(const Tensor& weight, const char* wanted) {
  require<ShapeError>(weight.rank() == 5 && weight.size(2) > 0, "{} is {}; needs {}", named(weight, "weight"),
                      weight.shape(), wanted);
}

/// [n, c, d, h, w] -> [n d', c taps, h, w]: for each place of the kernel the slices behind its taps.
Tensor slices(const Tensor& x, const Depth& depth, std::int64_t places) {
  const Tensor by_depth = transpose(x, 1, 2);
  const Tensor padded =
      depth.padding == 0 ? by_depth : pad(by_depth, {0, 0, 0, 0, 0, 0, depth.padding, depth.padding});
  std::vector<Tensor> taps;
  for (std::int64_t k = 0; k < depth.taps; ++k) {
    const std::int64_t first = k * depth.dilation, last = first + (places - 1) * depth.stride;
    taps.push_back(slice(padded, 1, first, last + 1, depth.stride));
  }
  const Tensor all = stack(taps, 3);  // [n, d', c, taps, h, w]
  return reshape(all, {x.size(0) * places, x.size(1) * depth.taps, x.size(3), x.size(4)});
}

/// [a, b, taps, kh, kw] -> [a, b taps, kh, kw], under its own name.
Tensor as_planes(const Tensor& weight) {
  Tensor planes = flatten(weight, 1, 2);
  if (!weight.name().empty()) planes.set_name(weight.name());
  return planes;
}

}  // namespace

Tensor conv3d(const Tensor& x, const Tensor& weight, const Tensor& bias, const Conv3dOptions& options,
              SourceLocation at) {
  const OpScope scope("conv3d", at);
  if (x.rank() == 4) return squeeze(conv3d(unsqueeze(x, 0), weight, bias, options, at), 0);
  const auto& [stride, padding, dilation, groups] = options;
  check_weight(weight, "[out, in / groups, kd, kh, kw]");
  const Depth depth{weight.size(2), stride.d, padding.d, dilation.d};
  check(x, weight, depth, weight.size(1) * groups, groups, "[n, in, d, h, w]");
  const std::int64_t room = x.size(2) + 2 * depth.padding - depth.span();
  require<ShapeError>(room >= 0,
                      "a kernel of depth {} with padding {} and dilation {} does not fit an input of {}",
                      depth.taps, depth.padding, depth.dilation, x.shape());
  const std::int64_t places = room / depth.stride + 1;
  const Tensor y = conv2d(slices(x, depth, places), as_planes(weight), bias,
                          {.stride = {stride.h, stride.w},
                           .padding = {padding.h, padding.w},
                           .dilation = {dilation.h, dilation.w},
                           .groups = groups});
  return transpose(unflatten(y, 0, {x.size(0), places}), 1, 2);
}

Tensor conv_transpose3d(const Tensor& x, const Tensor& weight, const Tensor& bias,
                        const ConvTranspose3dOptions& options, SourceLocation at) {
  const OpScope scope("conv_transpose3d", at);
  if (x.rank() == 4) return squeeze(conv_transpose3d(unsqueeze(x, 0), weight, bias, options, at), 0);
  const auto& [stride, padding, extra, dilation, groups] = options;
  check_weight(weight, "[in, out / groups, kd, kh, kw]");
  const Depth depth{weight.size(2), stride.d, padding.d, dilation.d};
  check(x, weight, depth, weight.size(0), groups, "[n, in, d, h, w]");
  require(extra.d >= 0 && extra.d < std::max(depth.stride, depth.dilation),
          "output_padding is {}; along the depth it must be less than stride {} or dilation {}",
          to_string(extra), depth.stride, depth.dilation);
  const std::int64_t n = x.size(0), d = x.size(2), out = weight.size(1) * groups;
  if (bias.defined()) require_vector(bias, "bias", out, weight.dtype());
  const std::int64_t whole = (d - 1) * depth.stride + depth.span() + extra.d,
                     wanted = whole - 2 * depth.padding;
  require<ShapeError>(wanted > 0, "the result for an input of {} would have the depth {}", x.shape(), wanted);

  const Tensor planes = conv_transpose2d(
      reshape(transpose(x, 1, 2), {n * d, x.size(1), x.size(3), x.size(4)}), as_planes(weight), {},
      {.stride = {stride.h, stride.w},
       .padding = {padding.h, padding.w},
       .output_padding = {extra.h, extra.w},
       .dilation = {dilation.h, dilation.w},
       .groups = groups});  // [n d, out taps, h', w']
  const std::int64_t h = planes.size(2), w = planes.size(3);
  const Tensor taps = permute(reshape(planes, {n, d, out, depth.taps, h, w}), {0, 2, 1, 3, 4, 5});
  std::vector<std::int64_t> places;
  for (std::int64_t i = 0; i < d; ++i)
    for (std::int64_t k = 0; k < depth.taps; ++k) places.push_back(i * depth.stride + k * depth.dilation);
  const Tensor sums = index_add(zeros({n, out, whole, h, w}, {.dtype = x.dtype()}), 2,
                                from_vector(places, {d * depth.taps}), flatten(taps, 2, 3));
  const Tensor y = narrow(sums, 2, depth.padding, wanted);
  return bias.defined() ? y + reshape(bias, {out, 1, 1, 1}) : y;
}

}  // namespace gradus
