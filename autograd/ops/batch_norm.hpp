#pragma once

#include <gradus/autograd/tensor.hpp>

namespace gradus {

/// Options of `batch_norm`.
struct BatchNormOptions {
  /// Normalise by the statistics of the batch, and update the running ones; otherwise use those.
  bool training = false;
  /// Weight of the new batch: running = (1 - momentum) * running + momentum * batch. The cumulative average
  /// of k batches is a momentum of 1 / k for the k-th.
  double momentum = 0.1;
  /// Added to the variance.
  double eps = 1e-5;
};

/// Batch normalisation (Ioffe and Szegedy 2015): y = (x - mean) / sqrt(variance + eps) * weight + bias for
/// x [N, C, ...], with one mean, variance, weight and bias for each channel, all [C] and of the dtype of x.
/// In training, mean and variance are those of the batch, the variance divided by n; the running ones are
/// updated in place (they may be undefined), with the variance divided by n - 1. Otherwise they are used, and
/// are constants to the derivative. Weight and bias may be undefined. Throws ShapeError for fewer than 2
/// dimensions, another number of channels, or a single value per channel in training; DTypeError unless all
/// have one floating dtype; ValueError unless 0 <= momentum <= 1 and eps >= 0.
Tensor batch_norm(const Tensor& x, const Tensor& running_mean, const Tensor& running_var,
                  const Tensor& weight = {}, const Tensor& bias = {}, const BatchNormOptions& options = {},
                  SourceLocation at = SourceLocation::current());

}  // namespace gradus
