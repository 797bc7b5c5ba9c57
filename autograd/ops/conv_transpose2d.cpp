#include <gradus/autograd/ops/conv_transpose2d.hpp>

#include <gradus/autograd/ops/convolution.hpp>
#include <gradus/autograd/ops/named.hpp>
#include <gradus/autograd/ops/view.hpp>

namespace gradus {

namespace {

std::int64_t output_size(std::int64_t n, std::int64_t k, std::int64_t stride, std::int64_t padding,
                         std::int64_t extra, std::int64_t dilation) {
  return (n - 1) * stride - 2 * padding + dilation * (k - 1) + extra + 1;
}

}  // namespace

Tensor conv_transpose2d(const Tensor& x, const Tensor& weight, const Tensor& bias,
                        const ConvTranspose2dOptions& options, SourceLocation at) {
  const OpScope scope("conv_transpose2d", at);
  if (x.rank() == 3) return squeeze(conv_transpose2d(unsqueeze(x, 0), weight, bias, options, at), 0);
  const auto& [stride, padding, extra, dilation, groups] = options;
  const Conv2dOptions conv{stride, padding, dilation, groups};
  convolution::check_options(conv);
  require(extra.h >= 0 && extra.w >= 0 && extra.h < std::max(stride.h, dilation.h) &&
              extra.w < std::max(stride.w, dilation.w),
          "output_padding is {}; it must be less than stride {} or dilation {}", to_string(extra),
          to_string(stride), to_string(dilation));
  const std::string w = named(weight, "weight");
  require<ShapeError>(weight.rank() == 4, "{} is {}; needs [in, out / groups, kh, kw]", w, weight.shape());
  require<ShapeError>(x.rank() == 4 && x.size(1) == weight.size(0) && weight.size(0) % groups == 0,
                      "input is {} but {} is {} with groups = {}; needs [n, {}, h, w]", x.shape(), w,
                      weight.shape(), groups, weight.size(0));
  require_same_dtype(x, weight, w);
  const std::int64_t out = weight.size(1) * groups;
  if (bias.defined()) require_vector(bias, "bias", out, weight.dtype());
  const Pair size{output_size(x.size(2), weight.size(2), stride.h, padding.h, extra.h, dilation.h),
                  output_size(x.size(3), weight.size(3), stride.w, padding.w, extra.w, dilation.w)};
  require<ShapeError>(size.h > 0 && size.w > 0, "the result for an input of {} would have the size {}",
                      x.shape(), to_string(size));
  return convolution::to_input(x, weight, bias, size, conv, at);
}

}  // namespace gradus
