#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <gradus/autograd/ops/pad.hpp>
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
  /// Pad so that the result has the size of the input: by dilation * (kernel - 1), the odd one behind. Needs
  /// a stride of 1, and `padding` left alone. (What PyTorch calls "valid" is a padding of 0.)
  bool same = false;
  /// What stands around the input: zeros, unless given.
  std::optional<PadMode> padding_mode = {};
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
  /// Throws ValueError with the name of the type unless sizes are positive, groups divides both, and `same`
  /// goes with the other options.
  Convolution(std::string_view type, std::int64_t in, std::int64_t out, const Sizes& kernel_size,
              const Options& options);

  /// The layer's options as those of its function, which is given `padded(x)`.
  template <class FunctionOptions>
  FunctionOptions function_options() const {
    if constexpr (is_transposed)
      return {.stride = options.stride,
              .padding = options.padding,
              .output_padding = options.output_padding,
              .dilation = options.dilation,
              .groups = options.groups};
    else
      return {.stride = options.stride,
              .padding = inner_padding(),
              .dilation = options.dilation,
              .groups = options.groups};
  }
  /// x with what the function cannot add around it: all, or nothing.
  Tensor padded(const Tensor& x, SourceLocation at) const;

 private:
  struct Margins {
    Shape before, behind;
  };
  Margins margins() const;
  bool pads_first(const Margins& margins) const;
  /// What the function adds.
  Sizes inner_padding() const;
};

}  // namespace gradus::nn::detail
