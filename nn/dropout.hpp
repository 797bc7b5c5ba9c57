#pragma once

#include <gradus/nn/parameter.hpp>

namespace gradus::nn {

/// In training, zeroes each element with probability p and multiplies the rest by 1 / (1 - p); in evaluation,
/// gives back what it is given: `nn::Dropout{0.25}`. Draws from the default generator.
struct Dropout {
  double p = 0.5;
  Training training = {};

  Tensor operator()(const Tensor& x, SourceLocation at = SourceLocation::current()) const;
};

}  // namespace gradus::nn
