#pragma once

#include <cstdint>
#include <string>

#include <gradus/autograd/pair.hpp>
#include <gradus/nn/parameter.hpp>

namespace gradus::nn {

/// Options of `ConvTranspose2d`; each pair is a number for both axes, or {height, width}.
struct ConvTranspose2dOptions {
  Pair stride = 1;
  Pair padding = 0;
  Pair output_padding = 0;
  std::int64_t groups = 1;
  bool bias = true;
  Pair dilation = 1;
  DType dtype = float32;
};

/// `conv_transpose2d` with a weight [in, out / groups, kh, kw] and a bias [out] of its own: [n, in, h, w] to
/// [n, out, h', w']. Both start uniform in +-1 / sqrt(out / groups * kh * kw).
class ConvTranspose2d {
 public:
  /// Throws ValueError unless sizes are positive and groups divides both `in` and `out`.
  ConvTranspose2d(std::int64_t in, std::int64_t out, Pair kernel_size,
                  const ConvTranspose2dOptions& options = {});

  Tensor operator()(const Tensor& x, SourceLocation at = SourceLocation::current()) const;

  void visit(auto& v) {
    v("weight", weight);
    v("bias", bias);
  }
  std::string describe() const;
  std::int64_t flops(const Tensor& x, const Tensor& y) const;

  Parameter weight;
  Parameter bias;  ///< undefined without
  ConvTranspose2dOptions options;
};

}  // namespace gradus::nn
