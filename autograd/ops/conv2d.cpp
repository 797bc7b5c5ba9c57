#include <gradus/autograd/ops/conv2d.hpp>

#include <gradus/autograd/ops/convolution.hpp>
#include <gradus/autograd/ops/named.hpp>
#include <gradus/autograd/ops/view.hpp>

namespace gradus {

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
  const kernels::Window window{
      {weight.size(2), weight.size(3)}, options.stride, options.padding, options.dilation};
  const Pair out = window.places({x.size(2), x.size(3)});
  require<ShapeError>(out.h > 0 && out.w > 0 && weight.size(2) > 0 && weight.size(3) > 0,
                      "a kernel of {} with padding {} and dilation {} does not fit an input of {}",
                      to_string(window.kernel), to_string(options.padding), to_string(options.dilation),
                      x.shape());
  return convolution::forward(x, weight, bias, out, options, at);
}

}  // namespace gradus
