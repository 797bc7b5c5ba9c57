#pragma once

#include <gradus/autograd/ops/pool3d.hpp>

/// Pooling of volumes as layers; each is the function of that name.
namespace gradus::nn {

/// `max_pool3d` with these settings: `nn::MaxPool3d{2}`, `nn::MaxPool3d{3, {.stride = 2, .padding = 1}}`.
struct MaxPool3d {
  Triple kernel_size;
  MaxPool3dOptions options = {};

  Tensor operator()(const Tensor& x, SourceLocation at = SourceLocation::current()) const;
};

/// `avg_pool3d` with these settings, likewise.
struct AvgPool3d {
  Triple kernel_size;
  AvgPool3dOptions options = {};

  Tensor operator()(const Tensor& x, SourceLocation at = SourceLocation::current()) const;
};

/// `adaptive_max_pool3d` to this size: `nn::AdaptiveMaxPool3d{1}`.
struct AdaptiveMaxPool3d {
  Triple output_size;

  Tensor operator()(const Tensor& x, SourceLocation at = SourceLocation::current()) const;
};

/// `adaptive_avg_pool3d` to this size, likewise.
struct AdaptiveAvgPool3d {
  Triple output_size;

  Tensor operator()(const Tensor& x, SourceLocation at = SourceLocation::current()) const;
};

}  // namespace gradus::nn
