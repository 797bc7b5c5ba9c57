#pragma once

#include <gradus/autograd/tensor.hpp>

namespace gradus::nn {

/// Dimensions start_dim to end_dim, both included, joined into one: [n, c, h, w] to [n, c h w].
struct Flatten {
  std::int64_t start_dim = 1;
  std::int64_t end_dim = -1;

  Tensor operator()(const Tensor& x, SourceLocation at = SourceLocation::current()) const;
};

/// Dimension `dim` cut into `sizes`, of which one may be -1: `nn::Unflatten{1, {4, -1}}`.
struct Unflatten {
  std::int64_t dim;
  Shape sizes;

  Tensor operator()(const Tensor& x, SourceLocation at = SourceLocation::current()) const;
};

}  // namespace gradus::nn
