#pragma once

#include <complex>
#include <cstdint>
#include <vector>

namespace gradus::kernels {

/// The discrete Fourier transform of n >= 1 complex numbers, in place: x[k] becomes the sum over j of
/// x[j] e^(-2 pi i j k / n), or with +2 in the exponent for the inverse, which is not divided by n. In about
/// n log2(n) steps for every n: by halving (Cooley and Tukey 1965) for powers of 2, otherwise as a
/// convolution, by transforms of such a size (Bluestein 1970).
class Fft {
 public:
  using Number = std::complex<double>;

  explicit Fft(std::int64_t n);
  /// May be called from several threads.
  void operator()(Number* x, bool inverse) const;

 private:
  void forward(Number* x) const;

  std::int64_t n_;
  std::int64_t halving_size_;   ///< n, or the power of 2 that convolves n numbers
  std::vector<Number> roots_;   ///< e^(-2 pi i k / size), [size / 2]
  std::vector<Number> chirp_;   ///< e^(-pi i k^2 / n), [n]; empty for powers of 2
  std::vector<Number> filter_;  ///< transform of the conjugate chirp, [size]; likewise
};

}  // namespace gradus::kernels
