#pragma once

#include <gradus/autograd/ops/conv2d.hpp>

/// For writers of convolutions.
/// The trilinear form behind conv2d, conv_transpose2d and all of their derivatives: <conv(x, w), y> as a
/// function of an image x [n, in, h, w], a weight w [out, in / groups, kh, kw] and a result y [n, out, h',
/// w']. Each function below is its gradient with respect to one of the three, and their derivatives are each
/// other, to any order. Images come out with the channels of a pixel side by side in memory (channels-last),
/// as the kernels like them; they go in as they are.
namespace gradus::convolution {

/// y from x and w: conv2d itself, with a bias [out] unless undefined. `output_size` may be less than what
/// fits: the transpose of a convolution with output_padding.
Tensor forward(const Tensor& x, const Tensor& w, const Tensor& bias, const Pair& output_size,
               const Conv2dOptions& options, const SourceLocation& at);
/// x from y and w: the gradient with respect to the image, and conv_transpose2d, with a bias [in] unless
/// undefined.
Tensor to_input(const Tensor& y, const Tensor& w, const Tensor& bias, const Pair& input_size,
                const Conv2dOptions& options, const SourceLocation& at);
/// w from x and y: the gradient with respect to the weight.
Tensor to_weight(const Tensor& x, const Tensor& y, const Pair& kernel, const Conv2dOptions& options,
                 const SourceLocation& at);

/// Throws ValueError unless stride, dilation and groups are at least 1 and padding at least 0.
void check_options(const Conv2dOptions& options);

}  // namespace gradus::convolution
