#pragma once

#include <optional>

#include <gradus/autograd/ops/create.hpp>

namespace gradus {

/// Discrete Fourier transforms, in double, of floating dtypes (DTypeError). Complex numbers are pairs, real
/// part first, in a last dimension of size 2 (PyTorch's view_as_real), which does not count in `dim` and
/// `dims`: the -1 of pairs [.., n, 2] is n. Throws ShapeError where that is missing, ValueError for a length
/// below 1, IndexError for a dim out of range. Any length; lengths with large prime factors take no longer.

/// What is divided by n.
enum class FftNorm {
  backward,  ///< the inverse transform
  ortho,     ///< each by sqrt(n): lengths are kept
  forward,   ///< the forward transform
};

/// Options of transforms along one dimension.
struct FftOptions {
  std::optional<std::int64_t> n = {};  ///< cut off or filled up with zeros to this length before
  std::int64_t dim = -1;
  FftNorm norm = FftNorm::backward;
};
/// y[k] = the sum over j of x[j] e^(-2 pi i j k / n), of pairs [.., n, .., 2]; `ifft` is its inverse.
Tensor fft(const Tensor& x, const FftOptions& options = {}, SourceLocation at = SourceLocation::current());
Tensor ifft(const Tensor& x, const FftOptions& options = {}, SourceLocation at = SourceLocation::current());
/// Of real numbers [.., n, ..]: the pairs 0 to n / 2, [.., n / 2 + 1, .., 2]; the others are their
/// conjugates.
Tensor rfft(const Tensor& x, const FftOptions& options = {}, SourceLocation at = SourceLocation::current());
/// The inverse of `rfft`: pairs [.., m, .., 2] to real numbers [.., n, ..], n = 2 (m - 1) unless given. The
/// imaginary part of the first pair, and for an even n of the last, does not count.
Tensor irfft(const Tensor& x, const FftOptions& options = {}, SourceLocation at = SourceLocation::current());

/// The transform, real [.., n, ..], of a signal that is the conjugate of itself reversed, given its first m
/// pairs; n = 2 (m - 1) unless given. `ihfft` is its inverse: of real numbers, the pairs 0 to n / 2.
Tensor hfft(const Tensor& x, const FftOptions& options = {}, SourceLocation at = SourceLocation::current());
Tensor ihfft(const Tensor& x, const FftOptions& options = {}, SourceLocation at = SourceLocation::current());

/// Options of transforms along several dimensions.
struct FftnOptions {
  Dims dims = {};  ///< all unless given
  FftNorm norm = FftNorm::backward;
  std::optional<std::int64_t> n = {};  ///< of `irfftn`: the length of the last of them
};
/// The same along several dimensions, one after the other; `rfftn` is real along the last of them.
Tensor fftn(const Tensor& x, const FftnOptions& options = {}, SourceLocation at = SourceLocation::current());
Tensor ifftn(const Tensor& x, const FftnOptions& options = {}, SourceLocation at = SourceLocation::current());
Tensor rfftn(const Tensor& x, const FftnOptions& options = {}, SourceLocation at = SourceLocation::current());
Tensor irfftn(const Tensor& x, const FftnOptions& options = {},
              SourceLocation at = SourceLocation::current());

/// The frequencies of the results of `fft` and `rfft` of n samples, d apart: 0, 1, .., -1 over n d.
Tensor fftfreq(std::int64_t n, double d = 1, const TensorOptions& options = {},
               SourceLocation at = SourceLocation::current());
Tensor rfftfreq(std::int64_t n, double d = 1, const TensorOptions& options = {},
                SourceLocation at = SourceLocation::current());
/// Frequency 0 to the middle of these dimensions (all unless given, that of pairs too), and back. No pairs:
/// `dims` count as they stand.
Tensor fftshift(const Tensor& x, const Dims& dims = {}, SourceLocation at = SourceLocation::current());
Tensor ifftshift(const Tensor& x, const Dims& dims = {}, SourceLocation at = SourceLocation::current());

}  // namespace gradus
