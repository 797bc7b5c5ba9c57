#pragma once

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

/// The N x N pixels from (top, left) on with their channels side by side: where they lie, or, if some are
/// outside of the image or their channels apart, copied to `beside` [N, N, channels].
template <std::int64_t N, class T>
Pixels<T> square(const Planes<const T>& x, const T* image, std::int64_t channels, const Pair& size,
                 std::int64_t top, std::int64_t left, T* beside) {
  const Box box{top, left, N, N};
  if (readable(x, channels, size, box)) return {image + top * x.row + left * x.column, 0, x.row, x.column};
  copy_pixels(image, x, channels, size, box, beside);
  return {beside, 0, N * channels, channels};
}

/// Of each channel N x N values, transformed to M x M: to[place * plane + channel].
template <std::size_t N, std::size_t M, class T, class F>
void transform_square(F transform, const Pixels<T>& from, std::int64_t channels, T* to, std::int64_t plane) {
  vectorized([=] {
    for_channels<T>(channels, [&]<class V>(std::int64_t k) {
      V values[N][N], transformed[M][M];
      for (std::size_t i = 0; i < N; ++i)
        for (std::size_t j = 0; j < N; ++j)
          load(values[i][j], from.data + static_cast<std::int64_t>(i) * from.row +
                                 static_cast<std::int64_t>(j) * from.column + k);
      along_both(transform, values, transformed);
      for (std::size_t p = 0; p < M * M; ++p)
        store(transformed[p / M][p % M], to + static_cast<std::int64_t>(p) * plane + k);
    });
  });
}

}  // namespace gradus::kernels::winograd
