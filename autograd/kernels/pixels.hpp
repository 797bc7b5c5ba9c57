#pragma once

#include <algorithm>
#include <cstdint>

#include <gradus/autograd/kernels/planes.hpp>
#include <gradus/autograd/kernels/transpose.hpp>
#include <gradus/autograd/pair.hpp>

/// Parts of images with the channels of a pixel side by side, as convolutions read them.
namespace gradus::kernels {

/// Rows and columns of an image; those outside of it are zero.
struct Box {
  std::int64_t top, left, height, width;

  bool within(const Pair& size) const {
    return top >= 0 && left >= 0 && top + height <= size.h && left + width <= size.w;
  }
};

/// Where the pixels of a box lie.
template <class T>
struct Pixels {
  const T* data;
  std::int64_t image, row, column;
};

/// Whether the box can be read where it is: nothing of it is padding, and channels lie side by side.
template <class T>
bool readable(const Planes<const T>& x, std::int64_t channels, const Pair& size, const Box& box) {
  return box.within(size) && (channels == 1 || x.channel == 1) && x.column >= channels &&
         (size.h == 1 || x.row >= x.column);
}

/// to[w, c] = from[c, w]
template <class T>
void interleave_row(const T* from, std::int64_t channel, std::int64_t column, std::int64_t channels,
                    std::int64_t width, T* to) {
  if (channel == 1 && column == channels) {
    std::copy_n(from, width * channels, to);
    return;
  }
  if (column == 1) {
    transpose(from, channel, channels, width, to, channels);
    return;
  }
  for (std::int64_t w = 0; w < width; ++w)
    for (std::int64_t c = 0; c < channels; ++c) to[w * channels + c] = from[c * channel + w * column];
}

/// Copies a box of `channels` channels, from[0, 0] being the image's first pixel, to `to` [height, width,
/// channels].
template <class T>
void copy_pixels(const T* from, const Planes<const T>& x, std::int64_t channels, const Pair& size,
                 const Box& box, T* to) {
  const std::int64_t above = std::clamp<std::int64_t>(-box.top, 0, box.height);
  const std::int64_t before = std::clamp<std::int64_t>(-box.left, 0, box.width);
  const std::int64_t inside = std::clamp<std::int64_t>(size.w - box.left, before, box.width) - before;
  std::int64_t rows = std::clamp<std::int64_t>(size.h - box.top, above, box.height) - above, width = inside;
  const std::int64_t row = box.width * channels;
  T* const end = to + box.height * row;
  to = std::fill_n(to, above * row, T(0));
  from += (box.top + above) * x.row + (box.left + before) * x.column;
  if (inside == box.width && x.row == inside * x.column) {  // rows without gaps are one
    width *= rows;
    rows = std::min<std::int64_t>(rows, 1);
  }
  for (std::int64_t h = 0; h < rows; ++h) {
    to = std::fill_n(to, before * channels, T(0));
    interleave_row(from + h * x.row, x.channel, x.column, channels, width, to);
    to = std::fill_n(to + width * channels, row - (before + inside) * channels, T(0));
  }
  std::fill(to, end, T(0));
}

}  // namespace gradus::kernels
