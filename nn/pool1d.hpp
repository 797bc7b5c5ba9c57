#pragma once

#include <gradus/autograd/ops/pool1d.hpp>

/// Pooling of sequences as layers; each is the function of that name.
namespace gradus::nn {

/// `max_pool1d` with these settings: `nn::MaxPool1d{2}`, `nn::MaxPool1d{3, {.stride = 2, .padding = 1}}`.
struct MaxPool1d {
  std::int64_t kernel_size;
  MaxPool1dOptions options = {};

  Tensor operator()(const Tensor& x, SourceLocation at = SourceLocation::current()) const;
};

/// `avg_pool1d` with these settings, likewise.
struct AvgPool1d {
  std::int64_t kernel_size;
  AvgPool1dOptions options = {};

  Tensor operator()(const Tensor& x, SourceLocation at = SourceLocation::current()) const;
};

/// `adaptive_max_pool1d` to this size: `nn::AdaptiveMaxPool1d{1}`.
struct AdaptiveMaxPool1d {
  std::int64_t output_size;

  Tensor operator()(const Tensor& x, SourceLocation at = SourceLocation::current()) const;
};

/// `adaptive_avg_pool1d` to this size, likewise.
struct AdaptiveAvgPool1d {
  std::int64_t output_size;

  Tensor operator()(const Tensor& x, SourceLocation at = SourceLocation::current()) const;
};

}  // namespace gradus::nn
