#include <gradus/autograd/ops/stft.hpp>

#include <algorithm>
#include <cmath>

#include <gradus/autograd/ops/arithmetic.hpp>
#include <gradus/autograd/ops/compare.hpp>
#include <gradus/autograd/ops/create.hpp>
#include <gradus/autograd/ops/overlap.hpp>
#include <gradus/autograd/ops/pointwise.hpp>
#include <gradus/autograd/ops/reduce.hpp>
#include <gradus/autograd/ops/sliding_window.hpp>
#include <gradus/autograd/ops/view.hpp>
#include <gradus/autograd/tape.hpp>

namespace gradus {

namespace {

/// How a signal of a dtype is cut into frames.
struct Frames {
  std::int64_t n, hop;
  Tensor window;  ///< [n]
  FftNorm norm;

  Frames(std::int64_t n_fft, const StftOptions& o, DType dtype)
      : n(n_fft),
        hop(o.hop_length.value_or(n_fft / 4)),
        norm(o.normalized ? FftNorm::ortho : FftNorm::backward) {
    require(n >= 1 && hop >= 1, "n_fft is {} and hop_length {}; both must be at least 1", n, hop);
    window = o.window.defined() ? o.window : ones({n}, {.dtype = dtype});
    require<ShapeError>(window.rank() == 1 && window.size(0) <= n, "the window is {}; needs [k], k <= {}",
                        window.shape(), n);
    require<DTypeError>(window.dtype() == dtype, "the signal is {} and the window {}", dtype, window.dtype());
    const std::int64_t before = (n - window.size(0)) / 2;
    if (window.size(0) < n) window = pad(window, {before, n - window.size(0) - before});
  }
};

/// The sums of frames [.., frames, n] where they overlap, [.., (frames - 1) * hop + n].
Tensor overlapped(const Tensor& frames, std::int64_t hop) {
  return sliding::added_up(frames, static_cast<std::int64_t>(frames.rank()) - 2, hop,
                           (frames.size(-2) - 1) * hop + frames.size(-1));
}

}  // namespace

Tensor stft(const Tensor& x, std::int64_t n_fft, const StftOptions& options, SourceLocation at) {
  const OpScope scope("stft", at);
  require<ShapeError>(x.rank() >= 1, "given a 0-d tensor; needs [.., t]");
  const Frames frames(n_fft, options, x.dtype());
  const std::int64_t side = options.center ? n_fft / 2 : 0;
  const Tensor signal = side > 0 ? pad(x, {side, side}, options.pad_mode) : x;
  require<ShapeError>(signal.size(-1) >= n_fft, "the signal is {}; a frame takes {} samples", x.shape(),
                      n_fft);
  const Tensor cut = sliding_window(signal, -1, n_fft, frames.hop);  // [.., frames, n]
  return transpose(rfft(cut * frames.window, {.norm = frames.norm}), -3, -2);
}

Tensor istft(const Tensor& x, std::int64_t n_fft, const StftOptions& options,
             std::optional<std::int64_t> length, SourceLocation at) {
  const OpScope scope("istft", at);
  const Frames frames(n_fft, options, x.dtype());
  require<ShapeError>(x.rank() >= 3 && x.size(-1) == 2 && x.size(-3) == n_fft / 2 + 1 && x.size(-2) > 0,
                      "given {}; needs pairs [.., {}, frames, 2]", x.shape(), n_fft / 2 + 1);
  require(!length || *length >= 1, "a length of {} was given; it must be at least 1", length.value_or(0));
  const Tensor cut = irfft(transpose(x, -3, -2), {.n = n_fft, .norm = frames.norm}) * frames.window;
  const Tensor weight = overlapped(expand(square(frames.window), {x.size(-2), n_fft}), frames.hop);
  const Tensor sums = overlapped(cut, frames.hop);

  const std::int64_t start = options.center ? n_fft / 2 : 0, end = sums.size(-1);
  const std::int64_t stop = length ? std::min(start + *length, end) : end - start;
  require(stop > start, "given {} frames of {} samples, which cover nothing but their ends", x.size(-2),
          n_fft);
  const Tensor reached = narrow(weight, 0, start, stop - start);
  require(all(reached > 1e-11).item<bool>(), "no window reaches some of the samples");
  const Tensor signal = narrow(sums, -1, start, stop - start) / reached;
  return length && *length > stop - start ? pad(signal, {0, *length - (stop - start)}) : signal;
}

}  // namespace gradus
