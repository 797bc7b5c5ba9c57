#pragma once

#include <gradus/autograd/ops/loss.hpp>

namespace gradus {

/// Losses of the difference d = input - target, both floating and of one shape. Throw ShapeError or
/// DTypeError otherwise.

struct RegressionLossOptions {
  Reduction reduction = Reduction::mean;
};
/// d^2.
Tensor mse_loss(const Tensor& input, const Tensor& target, const RegressionLossOptions& options = {},
                SourceLocation at = SourceLocation::current());
/// |d|; the slope at 0 is 0.
Tensor l1_loss(const Tensor& input, const Tensor& target, const RegressionLossOptions& options = {},
               SourceLocation at = SourceLocation::current());

struct SmoothL1LossOptions {
  Reduction reduction = Reduction::mean;
  double beta = 1;
};
/// d^2 / (2 beta) where |d| < beta, else |d| - beta / 2; with beta = 0 the same as l1_loss. Throws ValueError
/// for beta < 0. (Girshick 2015, equation 3, has beta = 1.)
Tensor smooth_l1_loss(const Tensor& input, const Tensor& target, const SmoothL1LossOptions& options = {},
                      SourceLocation at = SourceLocation::current());

struct HuberLossOptions {
  Reduction reduction = Reduction::mean;
  double delta = 1;
};
/// d^2 / 2 where |d| < delta, else delta (|d| - delta / 2) (Huber 1964). Throws ValueError unless delta > 0.
Tensor huber_loss(const Tensor& input, const Tensor& target, const HuberLossOptions& options = {},
                  SourceLocation at = SourceLocation::current());

}  // namespace gradus
