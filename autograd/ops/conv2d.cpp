#include <gradus/autograd/ops/conv2d.hpp>

#include <gradus/autograd/ops/convolution.hpp>
#include <gradus/autograd/ops/named.hpp>
#include <gradus/autograd/ops/view.hpp>

namespace gradus {

namespace {

/// How many windows fit along an axis.
std::int64_t places(std::int64_t size, std::int64_t kernel, std::int64_t stride, std::int64_t padding,
                    std::int64_t dilation) {
  const std::int64_t room = size + 2 * padding - dilation * (kernel - 1) - 1;
  return room < 0 ? 0 : room / stride + 1;
}

}  // namespace

Tensor conv2d(const Tensor& x, const Tensor& weight, const Tensor& bias, const Conv2dOptions& options,
              SourceLocation at) {
  const OpScope scope("conv2d", at);
  if (x.rank() == 3) return squeeze(conv2d(unsqueeze(x, 0), weight, bias, options, at), 0);
  convolution::check_options(options);
  const std::string w = named(weight, "weight");
  require<ShapeError>(weight.rank() == 4, "{} is {}; needs [out, in / groups, kh, kw]", w, weight.shape());
  require<ShapeError>(x.rank() == 4, "input is {}; needs [n, {}, h, w]", x.shape(),
                      weight.size(1) * options.groups);
  require<ShapeError>(x.size(1) == weight.size(1) * options.groups,
                      "input is {} but {} is {} with groups = {}; the input needs {} channels", x.shape(), w,
                      weight.shape(), options.groups, weight.size(1) * options.groups);
  require<ShapeError>(weight.size(0) % options.groups == 0,
                      "{} is {}; its {} output channels do not divide into {} groups", w, weight.shape(),
                      weight.size(0), options.groups);
  require_same_dtype(x, weight, w);
  if (bias.defined()) require_vector(bias, "bias", weight.size(0), weight.dtype());
  const Pair kernel{weight.size(2), weight.size(3)};
  const Pair out{places(x.size(2), kernel.h, options.stride.h, options.padding.h, options.dilation.h),
                 places(x.size(3), kernel.w, options.stride.w, options.padding.w, options.dilation.w)};
  require<ShapeError>(out.h > 0 && out.w > 0 && kernel.h > 0 && kernel.w > 0,
                      "a kernel of {} with padding {} and dilation {} does not fit an input of {}",
                      to_string(kernel), to_string(options.padding), to_string(options.dilation), x.shape());
  return convolution::forward(x, weight, bias, out, options, at);
}

}  // namespace gradus
