#pragma once

#include <span>

#include <gradus/autograd/tensor.hpp>

namespace gradus::data {

/// Images and their classes, as networks take them.
struct ByteImagesBatch {
  Tensor images;  ///< float32 [k, channels, height, width]
  Tensor labels;  ///< int64 [k]
};

/// For data sets that keep their images as bytes: those of `indices`, each pixel as value * scale[c] +
/// shift[c], with c its channel, of as many as there are scales. `pixels` is uint8 [n, channels, height,
/// width], or [n, height, width] for one channel; `labels` int64 [n]. Throws IndexError.
ByteImagesBatch batch_of(const Tensor& pixels, const Tensor& labels, std::span<const std::int64_t> indices,
                         std::span<const float> scale, std::span<const float> shift);

}  // namespace gradus::data
