#pragma once

#include <algorithm>
#include <array>
#include <cstring>

#include <gradus/autograd/kernels/channels.hpp>
#include <gradus/autograd/kernels/isa.hpp>
#include <gradus/autograd/kernels/memory.hpp>
#include <gradus/autograd/kernels/pixels.hpp>

/// What the results and the weight gradients of `winograd.hpp` share: the patches and the transforms.
namespace gradus::kernels::winograd {

inline constexpr std::int64_t points = 16;  // of a patch, and of a kernel

/// Patches cover the places two by two, image by image, row by row; those at the end may reach beyond.
struct Patches {
  Patches(std::int64_t images, const Pair& places)
      : rows((places.h + 1) / 2), columns((places.w + 1) / 2), count(images * rows * columns) {}
  std::int64_t rows, columns;
  std::int64_t count;

  struct Place {
    std::int64_t image, row, column;  ///< of the first of its places
  };
  Place operator[](std::int64_t i) const {
    return {i / (rows * columns), i / columns % rows * 2, i % columns * 2};
  }
};

/// Whether the products that are saved outweigh the transforms. Those of a patch take as long as some 100
/// (AVX-512) or 400 (AVX2) products for each channel on either side, those of a kernel as 300: as measured.
inline bool pays(std::int64_t images, const Pair& places, std::int64_t in, std::int64_t out) {
  const std::int64_t transforms = (isa() == Isa::avx512 ? 100 : 400) * (in + out);
  const std::int64_t saved = images * places.h * places.w * 9 * in * out;
  return Patches(images, places).count * (points * in * out + transforms) + 300 * in * out < saved;
}

/// Matrices for the points, each a cache line further than its elements need: no two compete for a place in
/// L1.
template <class T>
struct Points {
  explicit Points(std::int64_t elements)
      : plane(elements + static_cast<std::int64_t>(alignment / sizeof(T))), memory(points * plane) {}
  T* operator[](std::int64_t point) const { return memory.data() + point * plane; }
  std::int64_t plane;
  Scratch<T> memory;
};

// The transforms of F(2, 3) along one axis. A value is one channel or a register of them.
inline constexpr auto pixels_to_points = [](const auto& d, auto& v) {  // Bᵀ
  v[0] = d[0] - d[2];
  v[1] = d[1] + d[2];
  v[2] = d[2] - d[1];
  v[3] = d[1] - d[3];
};
inline constexpr auto kernel_to_points = [](const auto& g, auto& u) {  // G
  const auto sum = g[0] + g[2];
  u[0] = g[0];
  u[1] = (sum + g[1]) / 2;
  u[2] = (sum - g[1]) / 2;
  u[3] = g[2];
};
inline constexpr auto points_to_places = [](const auto& m, auto& y) {  // Aᵀ
  y[0] = m[0] + m[1] + m[2];
  y[1] = m[1] - m[2] - m[3];
};
// Their transposes, for gradients.
inline constexpr auto places_to_points = [](const auto& y, auto& m) {  // A
  m[0] = y[0];
  m[1] = y[0] + y[1];
  m[2] = y[0] - y[1];
  m[3] = -y[1];
};
inline constexpr auto points_to_kernel = [](const auto& u, auto& g) {  // Gᵀ
  g[0] = u[0] + (u[1] + u[2]) / 2;
  g[1] = (u[1] - u[2]) / 2;
  g[2] = (u[1] + u[2]) / 2 + u[3];
};

/// A transform along both axes of a square.
template <class F, class V, std::size_t N, std::size_t M>
void along_both(F transform, const V (&from)[N][N], V (&to)[M][M]) {
  V half[M][N];
  for (std::size_t j = 0; j < N; ++j) {
    V column[N], transformed[M];
    for (std::size_t i = 0; i < N; ++i) column[i] = from[i][j];
    transform(column, transformed);
    for (std::size_t i = 0; i < M; ++i) half[i][j] = transformed[i];
  }
  for (std::size_t i = 0; i < M; ++i) transform(half[i], to[i]);
}

template <class V, class T>
void load(V& value, const T* from) {
  std::memcpy(&value, from, sizeof(V));
}
template <class V, class T>
void store(const V& value, T* to) {
  std::memcpy(to, &value, sizeof(V));
}

/// Of each channel N x N values, that of row i and column j at at(i, j), transformed to M x M: to[place *
/// plane + channel].
template <std::size_t N, std::size_t M, class T, class F, class At>
void transform_square(F transform, const At& at, std::int64_t channels, T* to, std::int64_t plane) {
  vectorized([=] {
    for_channels<T>(channels, [&]<class V>(std::int64_t k) {
      V values[N][N], transformed[M][M];
      for (std::size_t i = 0; i < N; ++i)
        for (std::size_t j = 0; j < N; ++j) load(values[i][j], at(i, j) + k);
      along_both(transform, values, transformed);
      for (std::size_t p = 0; p < M * M; ++p)
        store(transformed[p / M][p % M], to + static_cast<std::int64_t>(p) * plane + k);
    });
  });
}

/// Values at even distances.
template <class T>
auto evenly(const T* first, std::int64_t row, std::int64_t column) {
  return [=](std::size_t i, std::size_t j) {
    return first + static_cast<std::int64_t>(i) * row + static_cast<std::int64_t>(j) * column;
  };
}

/// Squares of pixels, of `channels` channels of images. What is outside of an image is zero.
template <class T>
class Squares {
 public:
  Squares(const Planes<const T>& x, const Pair& size, std::int64_t channels)
      : x_(x), size_(size), channels_(channels), beside_(points * channels) {
    std::fill_n(beside_.data(), channels, T(0));
  }

  /// `transform_square` of the pixels from (top, left) on; `image` is the image's first.
  template <std::size_t N, std::size_t M, class F>
  void transform(F f, const T* image, std::int64_t top, std::int64_t left, T* to, std::int64_t plane) const {
    const Box box{top, left, N, N};
    const T* first = image + top * x_.row + left * x_.column;
    if (readable(x_, channels_, size_, box)) {
      transform_square<N, M>(f, evenly(first, x_.row, x_.column), channels_, to, plane);
    } else if (x_.channel == 1) {
      std::array<std::array<const T*, N>, N> pixels;
      for (std::size_t i = 0; i < N; ++i)
        for (std::size_t j = 0; j < N; ++j) {
          const std::int64_t h = top + static_cast<std::int64_t>(i), w = left + static_cast<std::int64_t>(j);
          pixels[i][j] = Box{h, w, 1, 1}.within(size_) ? image + h * x_.row + w * x_.column : beside_.data();
        }
      transform_square<N, M>(
          f, [pixels](std::size_t i, std::size_t j) { return pixels[i][j]; }, channels_, to, plane);
    } else {
      copy_pixels(image, x_, channels_, size_, box, beside_.data());
      transform_square<N, M>(f, evenly<T>(beside_.data(), box.width * channels_, channels_), channels_, to,
                             plane);
    }
  }

 private:
  Planes<const T> x_;
  Pair size_;
  std::int64_t channels_;
  Scratch<T> beside_;  // zeros, or the pixels in order where their channels lie apart
};

}  // namespace gradus::kernels::winograd
