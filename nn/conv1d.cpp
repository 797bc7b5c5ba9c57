#include <gradus/nn/conv1d.hpp>

#include <gradus/autograd/ops/conv1d.hpp>
#include <gradus/nn/observe.hpp>

namespace gradus::nn {

Tensor Conv1d::operator()(const Tensor& x, SourceLocation at) const {
  return observed(*this, x,
                  conv1d(x, weight, bias,
                         {.stride = options.stride,
                          .padding = options.padding,
                          .dilation = options.dilation,
                          .groups = options.groups},
                         at));
}

Tensor ConvTranspose1d::operator()(const Tensor& x, SourceLocation at) const {
  return observed(*this, x,
                  conv_transpose1d(x, weight, bias,
                                   {.stride = options.stride,
                                    .padding = options.padding,
                                    .output_padding = options.output_padding,
                                    .dilation = options.dilation,
                                    .groups = options.groups},
                                   at));
}

}  // namespace gradus::nn
