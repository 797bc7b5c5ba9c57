#pragma once

#include <cstdint>
#include <string>

#include <gradus/autograd/pair.hpp>
#include <gradus/nn/parameter.hpp>

namespace gradus::nn {

/// Options of `Conv2d`; each pair is a number for both axes, or {height, width}.
struct Conv2dOptions {
  Pair stride = 1;
  Pair padding = 0;
  Pair dilation = 1;
  std::int64_t groups = 1;
  bool bias = true;
  DType dtype = float32;
};

/// `conv2d` with a weight [out, in / groups, kh, kw] and a bias [out] of its own: [n, in, h, w] to [n, out,
/// h', w']. Both start uniform in +-1 / sqrt(in / groups * kh * kw).
class Conv2d {
 public:
  /// Throws ValueError unless sizes and options are positive (padding may be 0) and groups divides both `in`
  /// and `out`.
  Conv2d(std::int64_t in, std::int64_t out, Pair kernel_size, const Conv2dOptions& options = {});

  Tensor operator()(const Tensor& x, SourceLocation at = SourceLocation::current()) const;

  void visit(auto& v) {
    v("weight", weight);
    v("bias", bias);
  }
  std::string describe() const;
  std::int64_t flops(const Tensor& x, const Tensor& y) const;

  Parameter weight;
  Parameter bias;  ///< undefined without
  Conv2dOptions options;
};

}  // namespace gradus::nn
