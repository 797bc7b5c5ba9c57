#pragma once

#include <gradus/autograd/ops/interpolate.hpp>
#include <gradus/autograd/ops/unfold.hpp>

/// Layers without parameters that resample and rearrange images; each is the function of that name.
namespace gradus::nn {

/// `interpolate`: `nn::Upsample{{.scale_factor = {2}, .mode = Interpolation::linear}}`.
struct Upsample {
  InterpolateOptions options;
  Tensor operator()(const Tensor& x, SourceLocation at = SourceLocation::current()) const;
};

/// `pixel_shuffle`: [.., c r^2, h, w] to [.., c, h r, w r].
struct PixelShuffle {
  std::int64_t upscale_factor;
  Tensor operator()(const Tensor& x, SourceLocation at = SourceLocation::current()) const;
};

/// `pixel_unshuffle`: [.., c, h r, w r] to [.., c r^2, h, w].
struct PixelUnshuffle {
  std::int64_t downscale_factor;
  Tensor operator()(const Tensor& x, SourceLocation at = SourceLocation::current()) const;
};

/// `channel_shuffle` of [n, c, ..].
struct ChannelShuffle {
  std::int64_t groups;
  Tensor operator()(const Tensor& x, SourceLocation at = SourceLocation::current()) const;
};

/// `unfold`: images [n, c, h, w] to columns [n, c kh kw, l].
struct Unfold {
  Pair kernel_size;
  UnfoldOptions options = {};
  Tensor operator()(const Tensor& x, SourceLocation at = SourceLocation::current()) const;
};

/// `fold`: columns [n, c kh kw, l] to images [n, c, h, w] of this size.
struct Fold {
  Pair output_size;
  Pair kernel_size;
  UnfoldOptions options = {};
  Tensor operator()(const Tensor& x, SourceLocation at = SourceLocation::current()) const;
};

}  // namespace gradus::nn
