#pragma once

#include <gradus/autograd/ops/unpool.hpp>

/// Pooling by a norm as layers; each is the function of that name.
namespace gradus::nn {

/// `lp_pool1d` with these settings: `nn::LPPool1d{2, 3}`, `nn::LPPool1d{2, 3, {.stride = 2}}`.
struct LPPool1d {
  double norm_type;
  std::int64_t kernel_size;
  LpPoolOptions options = {};

  Tensor operator()(const Tensor& x, SourceLocation at = SourceLocation::current()) const;
};

/// `lp_pool2d` with these settings, likewise.
struct LPPool2d {
  double norm_type;
  Pair kernel_size;
  LpPoolOptions options = {};

  Tensor operator()(const Tensor& x, SourceLocation at = SourceLocation::current()) const;
};

}  // namespace gradus::nn
