#pragma once

#include <cstdint>
#include <string>

#include <gradus/nn/linear.hpp>

namespace gradus::nn {

/// y_k = x1' weight_k x2 + bias_k: [.., in1] and [.., in2] to [.., out]. weight is [out, in1, in2], bias
/// [out]; both start uniform in +-1 / sqrt(in1).
class Bilinear {
 public:
  /// Throws ValueError unless sizes are positive.
  Bilinear(std::int64_t in1, std::int64_t in2, std::int64_t out, const LinearOptions& options = {});

  /// Throws ShapeError or DTypeError unless both fit the weight and agree in all dimensions but the last.
  Tensor operator()(const Tensor& x1, const Tensor& x2, SourceLocation at = SourceLocation::current()) const;

  void visit(auto& v) {
    v("weight", weight);
    v("bias", bias);
  }
  std::string describe() const;

  Parameter weight;
  Parameter bias;  ///< undefined without
};

}  // namespace gradus::nn
