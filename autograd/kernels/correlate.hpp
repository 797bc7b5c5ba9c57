#pragma once

#include <vector>

#include <gradus/autograd/kernels/planes.hpp>
#include <gradus/autograd/pair.hpp>

namespace gradus::kernels {

/// What one position of a kernel contributes: an image pixel relative to a place, and the number of the
/// position.
struct Tap {
  std::int64_t row, column;
  std::int64_t position;
};

/// The places of a result that see the same taps: origin + step (i, j) for i, j < count, which read image
/// pixels stride (i, j) + tap. Taps are sorted by rows.
struct Pass {
  Pair origin, step, count, stride;
  std::vector<Tap> taps;
};

/// A matrix [depth, width] for each group and position, by strides; positions lie side by side.
template <class T>
struct TapMatrices {
  const T* data;
  std::int64_t group, depth, width;
};

/// y[place, :] = sum over taps of x[pixel, :] matrix(tap) (+ bias), for the places of a pass.
template <class T>
struct Correlation {
  std::int64_t images, groups;
  std::int64_t depth, width;  ///< channels per group, of x and of y
  Planes<const T> x;
  Pair size;  ///< of x
  TapMatrices<T> matrices;
  const T* bias;  ///< [groups width], or null
  Planes<T> y;    ///< channels side by side
};

/// Runs one pass. The same bits for any number of threads.
template <class T>
void correlate(const Correlation<T>& c, Pass pass);

}  // namespace gradus::kernels
