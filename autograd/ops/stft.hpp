#pragma once

#include <optional>

#include <gradus/autograd/ops/fft.hpp>
#include <gradus/autograd/ops/pad.hpp>

namespace gradus {

/// Options of `stft` and `istft`; the same for both to be inverse.
struct StftOptions {
  std::optional<std::int64_t> hop_length = {};  ///< between the beginnings of frames; n_fft / 4 unless given
  /// Weights [k], k <= n_fft, of the middle of each frame, the rest of which counts 0; of ones unless given.
  Tensor window = {};
  bool center = true;  ///< frame t has its middle at t * hop_length, with the signal continued by n_fft / 2
  PadMode pad_mode = PadMode::reflect;  ///< how it is continued
  bool normalized = false;              ///< divide by sqrt(n_fft)
};

/// Short-time Fourier transform: `rfft` of frames of n_fft samples of a real signal [.., t], weighted by the
/// window: pairs [.., n_fft / 2 + 1, frames, 2], as in PyTorch. Throws ValueError for lengths below 1,
/// ShapeError for a signal that is shorter than a frame, and for a window that does not fit.
Tensor stft(const Tensor& x, std::int64_t n_fft, const StftOptions& options = {},
            SourceLocation at = SourceLocation::current());
/// The signal [.., t] of least squared error to these frames (Griffin and Lim, "Signal estimation from
/// modified short-time Fourier transform", 1984): the inverse of `stft`. t = `length` if given, filled up
/// with zeros, else what whole frames cover. Throws ValueError where no window reaches a sample, and as
/// above.
Tensor istft(const Tensor& x, std::int64_t n_fft, const StftOptions& options = {},
             std::optional<std::int64_t> length = {}, SourceLocation at = SourceLocation::current());

}  // namespace gradus
