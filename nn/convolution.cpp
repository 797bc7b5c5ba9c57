#include <gradus/nn/convolution.hpp>

#include <fmt/format.h>

#include <gradus/autograd/ops/create.hpp>
#include <gradus/autograd/pair.hpp>
#include <gradus/autograd/tape.hpp>
#include <gradus/autograd/triple.hpp>
#include <gradus/nn/init.hpp>

namespace gradus::nn::detail {

namespace {

Shape shape_of(std::int64_t l) { return Shape(l); }
Shape shape_of(const Pair& p) { return {p.h, p.w}; }
Shape shape_of(const Triple& t) { return {t.d, t.h, t.w}; }

template <class Sizes>
Sizes sizes_from(const Shape& shape) {
  if constexpr (std::is_same_v<Sizes, std::int64_t>)
    return shape[0];
  else if constexpr (std::is_same_v<Sizes, Pair>)
    return {shape[0], shape[1]};
  else
    return {shape[0], shape[1], shape[2]};
}

/// "3", "[3, 3]".
template <class Sizes>
std::string text(const Sizes& sizes) {
  const Shape shape = shape_of(sizes);
  return shape.size() == 1 ? fmt::format("{}", shape[0]) : fmt::format("{}", shape);
}

std::string_view name(PadMode mode) {
  return mode == PadMode::reflect ? "reflect" : mode == PadMode::replicate ? "replicate" : "circular";
}

/// ", padding=1", or nothing for what it is by default.
template <class Sizes>
std::string unless(const Sizes& usual, std::string_view option, const Sizes& sizes) {
  return sizes == usual ? "" : fmt::format(", {}={}", option, text(sizes));
}

}  // namespace

template <class Options>
Convolution<Options>::Convolution(std::string_view type, std::int64_t in, std::int64_t out,
                                  const Sizes& kernel_size, const Options& options)
    : options(options) {
  const std::int64_t groups = options.groups;
  const Shape kernel = shape_of(kernel_size);
  bool positive = in > 0 && out > 0;
  for (const std::int64_t size : kernel) positive = positive && size > 0;
  require(positive, "{}: in = {}, out = {}, kernel_size = {}; all must be positive", type, in, out,
          text(kernel_size));
  require(groups > 0 && in % groups == 0 && out % groups == 0,
          "{}: groups = {} must divide in = {} and out = {}", type, groups, in, out);
  if constexpr (!is_transposed)
    require(!options.same || (options.stride == Sizes(1) && options.padding == Sizes(0)),
            "{}: same = true, stride = {}, padding = {}; needs a stride of 1 and no padding", type,
            text(options.stride), text(options.padding));
  Shape shape = is_transposed ? Shape{in, out / groups} : Shape{out, in / groups};
  for (const std::int64_t size : kernel) shape.push_back(size);
  weight = empty(shape, options.dtype);
  if (options.bias) bias = empty({out}, options.dtype);
  init::fan_in_uniform_(weight, bias);
}

template <class Options>
std::string Convolution<Options>::describe() const {
  const std::int64_t grouped = weight.size(1) * options.groups;
  const Sizes kernel = sizes_from<Sizes>(Shape(std::span(weight.shape().begin() + 2, weight.shape().end())));
  std::string all = fmt::format("{}, {}, kernel_size={}, stride={}", is_transposed ? weight.size(0) : grouped,
                                is_transposed ? grouped : weight.size(0), text(kernel), text(options.stride));
  all += unless<Sizes>(0, "padding", options.padding);
  if constexpr (is_transposed) all += unless<Sizes>(0, "output_padding", options.output_padding);
  all += unless<Sizes>(1, "dilation", options.dilation);
  all += unless<std::int64_t>(1, "groups", options.groups);
  if constexpr (!is_transposed) {
    if (options.same) all += ", same=true";
    if (options.padding_mode) all += fmt::format(", padding_mode={}", name(*options.padding_mode));
  }
  return bias.defined() ? all : all + ", bias=false";
}

template <class Options>
typename Convolution<Options>::Margins Convolution<Options>::margins() const {
  const Shape padding = shape_of(options.padding);
  if constexpr (is_transposed)
    return {padding, padding};
  else {
    if (!options.same) return {padding, padding};
    Margins margins{padding, padding};
    const Shape dilation = shape_of(options.dilation);
    for (std::size_t axis = 0; axis < padding.size(); ++axis) {
      const std::int64_t reach = dilation[axis] * (weight.shape()[axis + 2] - 1);
      margins.before[axis] = reach / 2;
      margins.behind[axis] = reach - reach / 2;
    }
    return margins;
  }
}

template <class Options>
bool Convolution<Options>::pads_first(const Margins& m) const {
  if constexpr (is_transposed)
    return false;
  else
    return options.padding_mode || m.before != m.behind;
}

template <class Options>
typename Convolution<Options>::Sizes Convolution<Options>::inner_padding() const {
  const Margins m = margins();
  return pads_first(m) ? Sizes(0) : sizes_from<Sizes>(m.before);
}

template <class Options>
Tensor Convolution<Options>::padded(const Tensor& x, SourceLocation at) const {
  const Margins m = margins();
  if (!pads_first(m)) return x;
  std::vector<std::int64_t> amounts;  // the last axis first
  for (std::size_t axis = m.before.size(); axis-- > 0;) {
    amounts.push_back(m.before[axis]);
    amounts.push_back(m.behind[axis]);
  }
  if constexpr (!is_transposed)
    if (options.padding_mode) return pad(x, amounts, *options.padding_mode, at);
  return pad(x, amounts, 0.0, at);
}

template <class Options>
std::int64_t Convolution<Options>::flops(const Tensor& x, const Tensor& y) const {
  // Each element of the result, of a transpose each of the input, meets one row of the weight.
  return 2 * (is_transposed ? x : y).numel() * (weight.numel() / weight.size(0));
}

template class Convolution<ConvolutionOptions<std::int64_t>>;
template class Convolution<ConvolutionOptions<Pair>>;
template class Convolution<ConvolutionOptions<Triple>>;
template class Convolution<ConvolutionTransposeOptions<std::int64_t>>;
template class Convolution<ConvolutionTransposeOptions<Pair>>;
template class Convolution<ConvolutionTransposeOptions<Triple>>;

}  // namespace gradus::nn::detail
