#pragma once

#include <gradus/autograd/tensor.hpp>

namespace gradus {

/// Weights that fade out a stretch of a signal towards its ends (Harris, "On the use of windows for harmonic
/// analysis with the discrete Fourier transform", 1978): [length], symmetric, 1 in the middle and for a
/// length of 1. Throws ValueError for a negative length, DTypeError for a dtype that is not floating.

/// Options of the windows.
struct SignalWindowOptions {
  bool periodic =
      true;  ///< without the last weight of a symmetric window of length + 1: for repeated signals
  DType dtype = float32;
};

/// (1 - cos(2 pi t)) / 2, for t from 0 to 1.
Tensor hann_window(std::int64_t length, const SignalWindowOptions& options = {},
                   SourceLocation at = SourceLocation::current());
/// alpha - (1 - alpha) cos(2 pi t).
Tensor hamming_window(std::int64_t length, double alpha = 0.54, const SignalWindowOptions& options = {},
                      SourceLocation at = SourceLocation::current());
/// 0.42 - 0.5 cos(2 pi t) + 0.08 cos(4 pi t).
Tensor blackman_window(std::int64_t length, const SignalWindowOptions& options = {},
                       SourceLocation at = SourceLocation::current());
/// 1 - |2 t - 1|: a triangle.
Tensor bartlett_window(std::int64_t length, const SignalWindowOptions& options = {},
                       SourceLocation at = SourceLocation::current());
/// I_0(beta sqrt(1 - (2 t - 1)^2)) / I_0(beta) (Kaiser 1974).
Tensor kaiser_window(std::int64_t length, double beta = 12, const SignalWindowOptions& options = {},
                     SourceLocation at = SourceLocation::current());

}  // namespace gradus
