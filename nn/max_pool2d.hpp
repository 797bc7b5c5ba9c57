#pragma once

#include <gradus/autograd/ops/max_pool2d.hpp>

namespace gradus::nn {

/// `max_pool2d` with these settings: `nn::MaxPool2d{2}`, `nn::MaxPool2d{3, {.stride = 2, .padding = 1}}`.
struct MaxPool2d {
  Pair kernel_size;
  MaxPool2dOptions options = {};

  Tensor operator()(const Tensor& x, SourceLocation at = SourceLocation::current()) const;
  Tensor operator()(Tensor&& x, SourceLocation at = SourceLocation::current()) const;
};

}  // namespace gradus::nn
