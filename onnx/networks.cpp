#include <gradus/onnx/call.hpp>

#include <algorithm>

#include <gradus/autograd/ops/create.hpp>

// Products, convolutions, pools and norms.
namespace gradus::onnx {

namespace {

/// Inputs x [n, in], weight [out, in] and perhaps a bias.
void linear(Call& call) {
  Names inputs{call.input(0), call.input(1)};
  if (call.has(2)) inputs.push_back(call.input(2));
  call.become("Gemm", inputs, {{"transB", 1}});
}

void matmul(Call& call) { call.become("MatMul", call.inputs()); }

void check_batch(const Call& call) {
  if (call.shape(0).size() != 4) call.stop("without a batch has no ONNX form; give it [n, c, h, w]");
}

/// The same amounts before and behind each axis.
Integers both(const Integers& padding) { return {padding[0], padding[1], padding[0], padding[1]}; }

void conv2d(Call& call) {
  Names inputs{call.input(0), call.input(1)};
  if (call.has(2)) inputs.push_back(call.input(2));
  const Shape& weight = call.shape(1);
  call.become("Conv", inputs,
              {{"kernel_shape", Integers{weight[2], weight[3]}},
               {"strides", call.integers("stride")},
               {"pads", both(call.integers("padding"))},
               {"dilations", call.integers("dilation")},
               {"group", call.integer("groups")}});
}

/// The transpose of a convolution, whose result is `input_size` and so what the convolution would get.
void conv_transpose2d(Call& call) {
  Names inputs{call.input(0), call.input(1)};
  if (call.has(2)) inputs.push_back(call.input(2));
  const Shape &x = call.shape(0), &weight = call.shape(1);
  const Integers size = call.integers("input_size"), stride = call.integers("stride"),
                 padding = call.integers("padding"), dilation = call.integers("dilation");
  Integers extra;
  for (std::size_t d = 0; d < 2; ++d)
    extra.push_back(size[d] -
                    ((x[d + 2] - 1) * stride[d] - 2 * padding[d] + dilation[d] * (weight[d + 2] - 1) + 1));
  call.become("ConvTranspose", inputs,
              {{"kernel_shape", Integers{weight[2], weight[3]}},
               {"strides", stride},
               {"pads", both(padding)},
               {"output_padding", extra},
               {"dilations", dilation},
               {"group", call.integer("groups")}});
}

/// The padding of a pool: behind each axis as much more as its last windows reach out, so that no rule for
/// rounding sizes up is needed.
Integers pool_padding(const Call& call, const Integers& kernel, const Integers& stride,
                      const Integers& dilation) {
  const Integers padding = call.integers("padding");
  Integers pads = both(padding);
  for (std::size_t d = 0; d < 2; ++d) {
    const std::int64_t reach =
        (call.result_shape()[d + 2] - 1) * stride[d] + dilation[d] * (kernel[d] - 1) + 1;
    pads[d + 2] = std::max(padding[d], reach - call.shape(0)[d + 2] - padding[d]);
  }
  return pads;
}

void max_pool2d(Call& call) {
  check_batch(call);
  const Integers kernel = call.integers("kernel"), stride = call.integers("stride"),
                 dilation = call.integers("dilation");
  call.become("MaxPool", call.inputs(),
              {{"kernel_shape", kernel},
               {"strides", stride},
               {"dilations", dilation},
               {"pads", pool_padding(call, kernel, stride, dilation)}});
}

void avg_pool2d(Call& call) {
  check_batch(call);
  const Integers kernel = call.integers("kernel"), stride = call.integers("stride");
  const Integers pads = pool_padding(call, kernel, stride, {1, 1});
  const std::int64_t divisor = call.integer("divisor_override");
  const bool counts_padding = call.flag("count_include_pad") || divisor != 0;
  if (counts_padding && pads != both(call.integers("padding")))
    call.stop("whose last windows reach beyond the padding (ceil_mode) has no ONNX form");
  const Attributes attributes{{"kernel_shape", kernel},
                              {"strides", stride},
                              {"pads", pads},
                              {"count_include_pad", counts_padding ? std::int64_t{1} : std::int64_t{0}}};
  if (divisor == 0) return call.become("AveragePool", call.inputs(), attributes);
  const std::string mean = call.add("AveragePool", call.inputs(), attributes);
  const double factor = static_cast<double>(kernel[0] * kernel[1]) / static_cast<double>(divisor);
  call.become("Mul", {mean, call.scalar(factor)});
}

void adaptive_avg_pool2d(Call& call) {
  check_batch(call);
  const Integers to = call.integers("output_size");
  const Shape& x = call.shape(0);
  if (to[0] == 1 && to[1] == 1) return call.become("GlobalAveragePool", call.inputs());
  if (x[2] % to[0] != 0 || x[3] % to[1] != 0)
    call.stop("to a size that does not divide the input's has no ONNX form");
  const Integers kernel{x[2] / to[0], x[3] / to[1]};
  call.become("AveragePool", call.inputs(), {{"kernel_shape", kernel}, {"strides", kernel}});
}

/// Inputs x, and perhaps a weight and a bias of the last dimensions, which are normalised.
void layer_norm(Call& call) {
  const Integers dims = call.integers("dims");
  const Shape& x = call.shape(0);
  const Shape own(std::span(x.begin() + dims[0], x.end()));
  Names inputs{call.input(0),
               call.has(1) ? call.input(1) : call.constant(ones(own, {.dtype = call.dtype()}))};
  if (call.has(2)) inputs.push_back(call.input(2));
  call.become("LayerNormalization", inputs, {{"axis", dims[0]}, {"epsilon", call.number("eps")}});
}

/// Any groups of elements: (x - mean) / sqrt(variance + eps) * weight + bias.
void normalize(Call& call) {
  const Attributes axes{{"axes", call.integers("dims")}, {"keepdims", 1}};
  const std::string x = call.input(0);
  const std::string centred = call.add("Sub", {x, call.add("ReduceMean", {x}, axes)});
  const std::string variance = call.add("ReduceMean", {call.add("Mul", {centred, centred})}, axes);
  const std::string deviation =
      call.add("Sqrt", {call.add("Add", {variance, call.scalar(call.number("eps"))})});
  if (!call.has(1) && !call.has(2)) return call.become("Div", {centred, deviation});
  const std::string unit = call.add("Div", {centred, deviation});
  if (!call.has(2)) return call.become("Mul", {unit, call.input(1)});
  call.become("Add", {call.has(1) ? call.add("Mul", {unit, call.input(1)}) : unit, call.input(2)});
}

/// By statistics that the model holds. Inputs x, mean, variance, and perhaps a weight and a bias.
void batch_norm_eval(Call& call) {
  const auto vector = [&](std::size_t i, double otherwise) {
    return call.has(i) ? call.input(i)
                       : call.constant(full(call.shape(1), otherwise, {.dtype = call.dtype()}));
  };
  call.become("BatchNormalization", {call.input(0), vector(3, 1), vector(4, 0), call.input(1), call.input(2)},
              {{"epsilon", call.number("eps")}});
}

void dropout(Call& call) { call.stop("draws random numbers; a model in evaluation mode does not"); }

}  // namespace

Translations network_translations() {
  return {{"adaptive_avg_pool2d", adaptive_avg_pool2d},
          {"avg_pool2d", avg_pool2d},
          {"batch_norm", normalize},
          {"batch_norm_eval", batch_norm_eval},
          {"conv2d", conv2d},
          {"conv2d_to_input", conv_transpose2d},
          {"dot", matmul},
          {"dropout", dropout},
          {"group_norm", normalize},
          {"instance_norm", normalize},
          {"layer_norm", layer_norm},
          {"linear", linear},
          {"matmul", matmul},
          {"max_pool2d", max_pool2d}};
}

}  // namespace gradus::onnx
