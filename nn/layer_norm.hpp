#pragma once

#include <string>

#include <gradus/nn/parameter.hpp>

namespace gradus::nn {

/// Options of `LayerNorm`.
struct LayerNormOptions {
  double eps = 1e-5;
  /// Whether there are a weight (starts as 1) and a bias (0).
  bool elementwise_affine = true;
  DType dtype = float32;
};

/// `layer_norm` over the last dimensions, which have `normalized_shape`, as have weight and bias:
/// `nn::LayerNorm{64}`, `nn::LayerNorm{{4, 64}}`.
class LayerNorm {
 public:
  explicit LayerNorm(const Shape& normalized_shape, const LayerNormOptions& options = {});

  Tensor operator()(const Tensor& x, SourceLocation at = SourceLocation::current()) const;

  void visit(auto& v) {
    v("weight", weight);
    v("bias", bias);
  }
  std::string describe() const;

  Parameter weight;
  Parameter bias;
  Shape normalized_shape;
  double eps;
};

}  // namespace gradus::nn
