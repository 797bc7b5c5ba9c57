#include <gradus/nn/conv2d.hpp>

#include <fmt/format.h>

#include <gradus/autograd/ops/conv2d.hpp>
#include <gradus/autograd/tape.hpp>
#include <gradus/nn/describe.hpp>
#include <gradus/nn/init.hpp>
#include <gradus/nn/observe.hpp>

namespace gradus::nn {

Conv2d::Conv2d(std::int64_t in, std::int64_t out, Pair kernel_size, const Conv2dOptions& options)
    : options(options) {
  require(in > 0 && out > 0 && kernel_size.h > 0 && kernel_size.w > 0,
          "Conv2d: in = {}, out = {}, kernel_size = {}; all must be positive", in, out,
          to_string(kernel_size));
  require(options.groups > 0 && in % options.groups == 0 && out % options.groups == 0,
          "Conv2d: groups = {} must divide in = {} and out = {}", options.groups, in, out);
  weight = empty({out, in / options.groups, kernel_size.h, kernel_size.w}, options.dtype);
  if (options.bias) bias = empty({out}, options.dtype);
  init::fan_in_uniform_(weight, bias);
}

Tensor Conv2d::operator()(const Tensor& x, SourceLocation at) const {
  return observed(*this, x,
                  conv2d(x, weight, bias,
                         {.stride = options.stride,
                          .padding = options.padding,
                          .dilation = options.dilation,
                          .groups = options.groups},
                         at));
}

std::string Conv2d::describe() const {
  return fmt::format("{}, {}, kernel_size={}, stride={}{}{}{}{}", weight.size(1) * options.groups,
                     weight.size(0), to_string(Pair(weight.size(2), weight.size(3))),
                     to_string(options.stride),
                     options.padding == 0 ? "" : ", padding=" + to_string(options.padding),
                     options.dilation == 1 ? "" : ", dilation=" + to_string(options.dilation),
                     options.groups == 1 ? "" : fmt::format(", groups={}", options.groups),
                     bias.defined() ? "" : ", bias=false");
}

std::int64_t Conv2d::flops(const Tensor&, const Tensor& y) const {
  return 2 * y.numel() * weight.size(1) * weight.size(2) * weight.size(3);
}

}  // namespace gradus::nn
