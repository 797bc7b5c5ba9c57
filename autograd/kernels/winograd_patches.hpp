#pragma once

#include <algorithm>
#include <array>
#include <cstring>

#include <gradus/autograd/kernels/channels.hpp>
#include <gradus/autograd/kernels/isa.hpp>
#include <gradus/autograd/kernels/memory.hpp>
#include <gradus/autograd/kernels/pixels.hpp>
#include <gradus/autograd/kernels/winograd_filter.hpp>

/// What the results and the weight gradients of `winograd.hpp` share: the patches and the transforms.
namespace gradus::kernels::winograd {

/// Patches of `side` x `side` places cover all of them, image by image, row by row; those at the end may
/// reach beyond.
struct Patches {
  Patches(std::int64_t images, const Pair& places, std::int64_t side)
      : side(side),
        rows(chunk_count(places.h, side)),
        columns(chunk_count(places.w, side)),
        count(images * rows * columns) {}
  std::int64_t side, rows, columns;
  std::int64_t count;

  struct Place {
    std::int64_t image, row, column;  ///< of the first of its places
  };
  Place operator[](std::int64_t i) const {
    return {i / (rows * columns), i / columns % rows * side, i % columns * side};
  }
};

enum class Filtering { none, twos, fours };

/// In units of one product of two channels.
template <class Filter>
std::int64_t cost(std::int64_t images, const Pair& places, std::int64_t in, std::int64_t out) {
  const Costs& costs = isa() == Isa::avx512 ? Filter::wide : Filter::narrow;
  return Patches(images, places, Filter::places).count *
             (Filter::points * in * out + costs.patch * (in + out)) +
         costs.kernel * in * out;
}

/// What costs least for sums over 9 pixels at each of `places`, if the patches cover `patched`.
inline Filtering best_filtering(std::int64_t images, const Pair& places, const Pair& patched, std::int64_t in,
                                std::int64_t out) {
  const std::int64_t sums = images * places.h * places.w * 9 * in * out;
  const std::int64_t twos = cost<Twos<float>>(images, patched, in, out);
  const std::int64_t fours = cost<Fours<float>>(images, patched, in, out);
  if (sums <= std::min(twos, fours)) return Filtering::none;
  return fours < twos ? Filtering::fours : Filtering::twos;
}

/// From the matrix for one point to that for the next: a cache line further than its elements need, so that
/// no two compete for a place in L1.
template <class T>
constexpr std::int64_t plane_of(std::int64_t elements) {
  return elements + static_cast<std::int64_t>(alignment / sizeof(T));
}

/// Matrices for the points.
template <class T>
struct Points {
  Points(std::int64_t points, std::int64_t elements) : plane(plane_of<T>(elements)), memory(points * plane) {}
  T* operator[](std::int64_t point) const { return memory.data() + point * plane; }
  std::int64_t plane;
  Scratch<T> memory;
};

template <class V, class T>
void load(V& value, const T* from) {
  std::memcpy(&value, from, sizeof(V));
}
template <class V, class T>
void store(const V& value, T* to) {
  std::memcpy(to, &value, sizeof(V));
}

/// A transform along both axes of a square, from N x N values that load(value, row, column) sets to M x M
/// that store(value, row, column) takes.
template <class V, std::size_t N, std::size_t M, class F, class Load, class Store>
[[gnu::always_inline]] inline void along_both(const F& transform, const Load& load, const Store& store) {
  V half[M][N];
  for (std::size_t j = 0; j < N; ++j) {
    V column[N], transformed[M];
    for (std::size_t i = 0; i < N; ++i) load(column[i], i, j);
    transform(column, transformed);
    for (std::size_t i = 0; i < M; ++i) half[i][j] = transformed[i];
  }
  for (std::size_t i = 0; i < M; ++i) {
    V transformed[M];
    transform(half[i], transformed);
    for (std::size_t j = 0; j < M; ++j) store(transformed[j], i, j);
  }
}

/// Of each channel N x N values, that of row i and column j at at(i, j), transformed to M x M: to[place *
/// plane + channel].
template <std::size_t N, std::size_t M, class T, class F, class At>
void transform_square(F transform, const At& at, std::int64_t channels, T* to, std::int64_t plane) {
  vectorized([=] {
    for_channels<T>(channels, [&]<class V>(std::int64_t k) {
      along_both<V, N, M>(
          transform, [&](V& value, std::size_t i, std::size_t j) { load(value, at(i, j) + k); },
          [&](const V& value, std::size_t i, std::size_t j) {
            store(value, to + static_cast<std::int64_t>(i * M + j) * plane + k);
          });
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
  /// `most` pixels a square.
  Squares(const Planes<const T>& x, const Pair& size, std::int64_t channels, std::int64_t most)
      : x_(x), size_(size), channels_(channels), beside_(most * channels) {
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
