#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <gradus/nn/parameter.hpp>

/// For writers of convolution layers: what those of one, two and three axes share.
namespace gradus::nn::detail {

/// Options of a convolution whose axes' numbers are given as `Sizes`: a number, a Pair, a Triple.
template <class Sizes>
struct ConvolutionOptions {
  Sizes stride = 1;
  Sizes padding = 0;
  Sizes dilation = 1;
  std::int64_t groups = 1;
  bool bias = true;
  DType dtype = float32;
};

/// Options of its transpose.
template <class Sizes>
struct ConvolutionTransposeOptions {
  Sizes stride = 1;
  Sizes padding = 0;
  Sizes output_padding = 0;
  std::int64_t groups = 1;
  bool bias = true;
  Sizes dilation = 1;
  DType dtype = float32;
};

/// Weight [out, in / groups, kernel ..] (of a transpose: [in, out / groups, kernel ..]) and bias [out], which
/// start uniform in +-1 / sqrt(numbers in one row of the weight).
template <class Options>
class Convolution {
 public:
  using Sizes = decltype(Options::stride);
  static constexpr bool is_transposed = requires(Options o) { o.output_padding; };

  void visit(auto& v) {
    v("weight", weight);
    v("bias", bias);
  }
  std::string describe() const;
  std::int64_t flops(const Tensor& x, const Tensor& y) const;

  Parameter weight;
  Parameter bias;  ///< undefined without
  Options options;

 protected:
  /// Throws ValueError with the name of the type unless sizes are positive and groups divides both.
  Convolution(std::string_view type, std::int64_t in, std::int64_t out, const Sizes& kernel_size,
              const Options& options);
};

}  // namespace gradus::nn::detail
