#pragma once

#include <algorithm>
#include <cstdint>

#include <gradus/autograd/pair.hpp>

namespace gradus::kernels {

/// A window that slides over a plane.
struct Window {
  Pair kernel, stride, padding, dilation;

  /// floor((size + 2 padding - dilation (kernel - 1) - 1) / stride) + 1 along both axes; not positive if
  /// nothing fits.
  Pair places(const Pair& size) const {
    const auto along = [](std::int64_t n, std::int64_t k, std::int64_t s, std::int64_t p, std::int64_t d) {
      const std::int64_t room = n + 2 * p - d * (k - 1) - 1;
      return room < 0 ? std::int64_t(0) : room / s + 1;
    };
    return {along(size.h, kernel.h, stride.h, padding.h, dilation.h),
            along(size.w, kernel.w, stride.w, padding.w, dilation.w)};
  }
};

/// An image of any strides.
template <class T>
struct Image {
  T* data;
  std::int64_t channels;
  Pair size;
  std::int64_t channel_stride, row_stride, col_stride;
};

/// Calls `visit(row of the column matrix, image offset of its first element in range, first, last, column of
/// the first)` for each run of window places along an output row that stays within the image; the other
/// places see padding.
template <class T, class F>
void for_each_patch_run(const Image<T>& image, const Window& window, const Pair& out, F&& visit) {
  std::int64_t row = 0;
  for (std::int64_t c = 0; c < image.channels; ++c)
    for (std::int64_t u = 0; u < window.kernel.h; ++u)
      for (std::int64_t v = 0; v < window.kernel.w; ++v, ++row) {
        const std::int64_t dy = u * window.dilation.h - window.padding.h,
                           dx = v * window.dilation.w - window.padding.w;
        // Places j with 0 <= j stride + dx < width.
        const std::int64_t s = window.stride.w;
        const std::int64_t first = std::min(out.w, dx >= 0 ? 0 : (-dx + s - 1) / s);
        const std::int64_t last =
            std::clamp(image.size.w - dx <= 0 ? 0 : (image.size.w - dx - 1) / s + 1, first, out.w);
        for (std::int64_t i = 0; i < out.h; ++i) {
          const std::int64_t y = i * window.stride.h + dy;
          const bool inside = y >= 0 && y < image.size.h;
          const std::int64_t offset =
              c * image.channel_stride + y * image.row_stride + (first * s + dx) * image.col_stride;
          visit(row, i, inside ? first : out.w, inside ? last : out.w, offset);
        }
      }
}

/// columns[c kh kw + u kw + v, i out.w + j] = image[c, i stride + u dilation - padding, ...], 0 outside.
template <class T>
void im2col(const Image<const T>& image, const Window& window, const Pair& out, T* columns) {
  const std::int64_t step = window.stride.w * image.col_stride;
  for_each_patch_run(
      image, window, out,
      [&](std::int64_t row, std::int64_t i, std::int64_t first, std::int64_t last, std::int64_t offset) {
        T* to = columns + (row * out.h + i) * out.w;
        std::fill(to, to + first, T(0));
        const T* from = image.data + (first < last ? offset : 0);
        for (std::int64_t j = first; j < last; ++j) to[j] = from[(j - first) * step];
        std::fill(to + last, to + out.w, T(0));
      });
}

/// The transpose of `im2col`: adds each column entry to the image element it came from.
template <class T>
void col2im(const T* columns, const Window& window, const Pair& out, const Image<T>& image) {
  const std::int64_t step = window.stride.w * image.col_stride;
  for_each_patch_run(
      image, window, out,
      [&](std::int64_t row, std::int64_t i, std::int64_t first, std::int64_t last, std::int64_t offset) {
        if (first >= last) return;
        const T* from = columns + (row * out.h + i) * out.w;
        T* to = image.data + offset;
        for (std::int64_t j = first; j < last; ++j) to[(j - first) * step] += from[j];
      });
}

}  // namespace gradus::kernels
