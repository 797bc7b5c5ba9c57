#pragma once

#include <gradus/autograd/ops/fractional_max_pool.hpp>

/// Max pooling of windows at random places as layers, in training and evaluation alike: `default_generator()`
/// draws them. To `output_size`, or else to `output_ratio` times the input's size, rounded down.
namespace gradus::nn {

/// `fractional_max_pool2d`: `nn::FractionalMaxPool2d{.kernel_size = 2, .output_ratio = 0.7}`. Throws
/// ValueError unless 0 < output_ratio < 1.
struct FractionalMaxPool2d {
  Pair kernel_size;
  OptionalPair output_size = {};
  double output_ratio = 0.5;

  Tensor operator()(const Tensor& x, SourceLocation at = SourceLocation::current()) const;
};

/// `fractional_max_pool3d`, likewise.
struct FractionalMaxPool3d {
  Triple kernel_size;
  OptionalTriple output_size = {};
  double output_ratio = 0.5;

  Tensor operator()(const Tensor& x, SourceLocation at = SourceLocation::current()) const;
};

}  // namespace gradus::nn
