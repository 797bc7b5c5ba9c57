#pragma once

#include <gradus/nn/parameter.hpp>

namespace gradus::nn {

/// In training, zeroes whole channels of [n, c, ..] with probability p and multiplies the rest by 1 / (1 -
/// p); in evaluation, gives back what it is given: `feature_dropout`, here of [n, c, l].
struct Dropout1d {
  double p = 0.5;
  Training training = {};
  Tensor operator()(const Tensor& x, SourceLocation at = SourceLocation::current()) const;
};
/// Of [n, c, h, w].
struct Dropout2d {
  double p = 0.5;
  Training training = {};
  Tensor operator()(const Tensor& x, SourceLocation at = SourceLocation::current()) const;
};
/// Of [n, c, d, h, w].
struct Dropout3d {
  double p = 0.5;
  Training training = {};
  Tensor operator()(const Tensor& x, SourceLocation at = SourceLocation::current()) const;
};

/// `alpha_dropout` in training, for nets of SELU: mean and variance stay.
struct AlphaDropout {
  double p = 0.5;
  Training training = {};
  Tensor operator()(const Tensor& x, SourceLocation at = SourceLocation::current()) const;
};
/// `feature_alpha_dropout`: the same for whole channels.
struct FeatureAlphaDropout {
  double p = 0.5;
  Training training = {};
  Tensor operator()(const Tensor& x, SourceLocation at = SourceLocation::current()) const;
};

}  // namespace gradus::nn
