#include <gradus/nn/resample.hpp>

#include <gradus/nn/observe.hpp>

namespace gradus::nn {

Tensor Upsample::operator()(const Tensor& x, SourceLocation at) const {
  return observed(*this, x, interpolate(x, options, at));
}

Tensor PixelShuffle::operator()(const Tensor& x, SourceLocation at) const {
  return observed(*this, x, pixel_shuffle(x, upscale_factor, at));
}

Tensor PixelUnshuffle::operator()(const Tensor& x, SourceLocation at) const {
  return observed(*this, x, pixel_unshuffle(x, downscale_factor, at));
}

Tensor ChannelShuffle::operator()(const Tensor& x, SourceLocation at) const {
  return observed(*this, x, channel_shuffle(x, groups, at));
}

Tensor Unfold::operator()(const Tensor& x, SourceLocation at) const {
  return observed(*this, x, unfold(x, kernel_size, options, at));
}

Tensor Fold::operator()(const Tensor& x, SourceLocation at) const {
  return observed(*this, x, fold(x, output_size, kernel_size, options, at));
}

}  // namespace gradus::nn
