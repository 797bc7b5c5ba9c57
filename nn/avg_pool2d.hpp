#pragma once

#include <gradus/autograd/ops/avg_pool2d.hpp>

namespace gradus::nn {

/// `avg_pool2d` with these settings: `nn::AvgPool2d{2}`, `nn::AvgPool2d{3, {.stride = 2}}`.
struct AvgPool2d {
  Pair kernel_size;
  AvgPool2dOptions options = {};

  Tensor operator()(const Tensor& x, SourceLocation at = SourceLocation::current()) const;
};

}  // namespace gradus::nn
