#pragma once

#include <cstdint>
#include <string>

#include <gradus/nn/parameter.hpp>

namespace gradus::nn {

/// Options of `Linear`.
struct LinearOptions {
  bool bias = true;
  DType dtype = float32;
};

/// y = x weight' + bias: [.., in] to [.., out]. weight is [out, in], bias [out]; both start uniform in
/// +-1 / sqrt(in).
class Linear {
 public:
  /// Throws ValueError for a negative size.
  Linear(std::int64_t in, std::int64_t out, const LinearOptions& options = {});

  Tensor operator()(const Tensor& x, SourceLocation at = SourceLocation::current()) const;

  void visit(auto& v) {
    v("weight", weight);
    v("bias", bias);
  }
  std::string describe() const;
  std::int64_t flops(const Tensor& x, const Tensor& y) const;

  Parameter weight;
  Parameter bias;  ///< undefined without
};

}  // namespace gradus::nn
