#pragma once

#include <gradus/autograd/pair.hpp>
#include <gradus/autograd/tensor.hpp>

namespace gradus::nn {

/// `adaptive_max_pool2d` to this size, whatever the size of the image: `nn::AdaptiveMaxPool2d{1}`.
struct AdaptiveMaxPool2d {
  Pair output_size;

  Tensor operator()(const Tensor& x, SourceLocation at = SourceLocation::current()) const;
};

}  // namespace gradus::nn
