#pragma once

#include <algorithm>

#include <gradus/autograd/kernels/isa.hpp>
#include <gradus/autograd/kernels/planes.hpp>
#include <gradus/autograd/pair.hpp>

/// The trilinear form <convolve(x, w), y> of an image x, a weight w and a result y, as its three partial
/// gradients. All are direct: sums of small matrix products over the positions of the kernel, on pixels with
/// their channels side by side (Georganas et al., "High-performance deep learning via a single building
/// block", 2019); no matrix of patches is formed.
namespace gradus::kernels {

/// The sizes of a convolution: x [images, groups in, input], w [groups out, in, kernel], y [images,
/// groups out, output].
struct Convolution {
  std::int64_t images, groups, in, out;  ///< channels per group
  Pair input, output, kernel, stride, padding, dilation;

  std::int64_t positions() const { return kernel.h * kernel.w; }
  /// Simple operations per image, for the size of parallel chunks.
  std::int64_t cost() const {
    const std::int64_t macs = groups * in * out * positions() * output.h * output.w;
    return macs / 16 > 1 ? macs / 16 : 1;
  }
  /// Every channel has a kernel of its own.
  bool depthwise() const { return in == 1 && out == 1 && groups > 1; }
};

/// y from x and w, plus a bias per channel unless null. y has its channels side by side; w is row-major.
template <class T>
void convolve(const Convolution& c, const Planes<const T>& x, const T* w, const T* bias, const Planes<T>& y);

/// x from y and w, plus a bias per channel of x unless null. x has its channels side by side.
template <class T>
void convolve_to_input(const Convolution& c, const Planes<const T>& y, const T* w, const T* bias,
                       const Planes<T>& x);

/// How many partial sums of this size a gradient by the weight is cut into at most: 16, or what 8 MiB hold.
inline std::int64_t most_partial_sums(std::int64_t bytes) {
  return std::clamp<std::int64_t>((8 << 20) / bytes, 1, 16);
}

/// sum[i] = from[i] + from[step + i] + ..., `count` of them in order, for i < n.
template <class T>
void add_partial_sums(std::int64_t count, const T* from, std::int64_t step, std::int64_t n, T* sum) {
  vectorized([=] {
    std::copy_n(from, n, sum);
    for (std::int64_t k = 1; k < count; ++k)
      for (std::int64_t i = 0; i < n; ++i) sum[i] += from[k * step + i];
  });
}

/// Whether `convolve_to_weight` can add up a bias as well: where patches are gathered, it is one row of ones
/// more.
bool gives_bias(const Convolution& c);
/// w (row-major) from x and y, and the bias of each channel of y, its sum over all places, unless null.
template <class T>
void convolve_to_weight(const Convolution& c, const Planes<const T>& x, const Planes<const T>& y, T* w,
                        T* bias);

}  // namespace gradus::kernels
