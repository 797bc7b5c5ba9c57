#pragma once

#include <gradus/autograd/kernels/convolution.hpp>
#include <gradus/autograd/kernels/correlate.hpp>

/// Convolutions with kernels of 3 x 3 positions side by side and stride 1, by fewer products than their sums
/// have terms: minimal filtering, Lavin and Gray, "Fast algorithms for convolutional neural networks", 2016.
/// Each patch of pixels, and each kernel, is transformed to points; the points are multiplied as matrices
/// over the channels, and transformed back to places, 2 x 2 or 4 x 4 of them (`winograd_filter.hpp`).
/// Rounding errors are about twice those of the sum. The same bits for any number of threads and any strides.
///
/// Differences of pixels turn an infinity into NaN. So these functions return false when any result is not
/// finite; the caller then takes the sum, which keeps infinities as IEEE arithmetic does.
namespace gradus::kernels {

/// As `correlate`, where the pass is of this kind, with channels and places enough for it to be the faster
/// way. False otherwise, or when a result is not finite.
template <class T>
[[nodiscard]] bool correlate_winograd(const Correlation<T>& c, const Pass& pass);

bool winograd_to_weight_pays(const Convolution& c);
/// As `convolve_to_weight`.
template <class T>
[[nodiscard]] bool winograd_to_weight(const Convolution& c, const Planes<const T>& x,
                                      const Planes<const T>& y, T* w);

}  // namespace gradus::kernels
