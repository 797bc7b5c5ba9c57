#include <gradus/nn/conv2d.hpp>

#include <gradus/autograd/ops/conv2d.hpp>
#include <gradus/autograd/ops/conv_transpose2d.hpp>
#include <gradus/nn/observe.hpp>

namespace gradus::nn {

Tensor Conv2d::operator()(const Tensor& x, SourceLocation at) const {
  return observed(*this, x,
                  conv2d(x, weight, bias,
                         {.stride = options.stride,
                          .padding = options.padding,
                          .dilation = options.dilation,
                          .groups = options.groups},
                         at));
}

Tensor ConvTranspose2d::operator()(const Tensor& x, SourceLocation at) const {
  return observed(*this, x,
                  conv_transpose2d(x, weight, bias,
                                   {.stride = options.stride,
                                    .padding = options.padding,
                                    .output_padding = options.output_padding,
                                    .dilation = options.dilation,
                                    .groups = options.groups},
                                   at));
}

}  // namespace gradus::nn
