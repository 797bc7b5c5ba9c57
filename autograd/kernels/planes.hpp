#pragma once

#include <cstdint>

namespace gradus::kernels {

/// The planes of images [N, C, H, W], by their strides.
template <class T>
struct Planes {
  T* data;
  std::int64_t image, channel, row, column;

  T* at(std::int64_t n, std::int64_t c) const { return data + n * image + c * channel; }
};

}  // namespace gradus::kernels
