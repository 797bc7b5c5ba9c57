#pragma once

#include <gradus/autograd/tensor.hpp>

namespace gradus {

/// Group normalisation (Wu and He 2018): y = (x - mean) / sqrt(variance + eps) * weight + bias for x [n, c,
/// ..], with the mean and variance (divided by the count) of each sample's groups of c / groups channels.
/// Weight and bias are [c], one value for each channel, and may be undefined. Throws ShapeError for other
/// shapes, DTypeError unless all have one floating dtype, ValueError unless groups divides c and eps >= 0.
Tensor group_norm(const Tensor& x, std::int64_t groups, const Tensor& weight = {}, const Tensor& bias = {},
                  double eps = 1e-5, SourceLocation at = SourceLocation::current());

/// Options of `instance_norm`.
struct InstanceNormOptions {
  /// Normalise by the statistics of each sample, and update the running ones, if any; otherwise use those.
  bool use_input_stats = true;
  /// Weight of the new batch: running = (1 - momentum) * running + momentum * mean over the samples.
  double momentum = 0.1;
  double eps = 1e-5;
};
/// Instance normalisation (Ulyanov, Vedaldi and Lempitsky 2016): as `group_norm` with a group for each
/// channel. The running statistics, [c], may be undefined; they hold the unbiased variance. Throws as
/// `group_norm`, and ShapeError for a single value per channel.
Tensor instance_norm(const Tensor& x, const Tensor& running_mean = {}, const Tensor& running_var = {},
                     const Tensor& weight = {}, const Tensor& bias = {},
                     const InstanceNormOptions& options = {}, SourceLocation at = SourceLocation::current());

}  // namespace gradus
