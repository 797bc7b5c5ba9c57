#include <gradus/nn/conv3d.hpp>

#include <gradus/autograd/ops/conv3d.hpp>
#include <gradus/nn/observe.hpp>

namespace gradus::nn {

Tensor Conv3d::operator()(const Tensor& x, SourceLocation at) const {
  return observed(*this, x,
                  conv3d(x, weight, bias,
                         {.stride = options.stride,
                          .padding = options.padding,
                          .dilation = options.dilation,
                          .groups = options.groups},
                         at));
}

Tensor ConvTranspose3d::operator()(const Tensor& x, SourceLocation at) const {
  return observed(*this, x,
                  conv_transpose3d(x, weight, bias,
                                   {.stride = options.stride,
                                    .padding = options.padding,
                                    .output_padding = options.output_padding,
                                    .dilation = options.dilation,
                                    .groups = options.groups},
                                   at));
}

}  // namespace gradus::nn
