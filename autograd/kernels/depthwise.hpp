#pragma once

#include <gradus/autograd/kernels/convolution.hpp>
#include <gradus/autograd/kernels/correlate.hpp>

/// Convolutions in which every channel has a kernel of its own: there is no matrix to multiply, the loops run
/// over channels that lie side by side.
namespace gradus::kernels {

/// As `correlate`, where depth and width are 1.
template <class T>
void correlate_depthwise(const Correlation<T>& c, const Pass& pass);

/// As `convolve_to_weight`, where `c.depthwise()`.
template <class T>
void depthwise_to_weight(const Convolution& c, const Planes<const T>& x, const Planes<const T>& y, T* w);

}  // namespace gradus::kernels
