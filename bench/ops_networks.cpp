// What layers are made of: products, convolutions, pools, normalisations.
#include "ops.hpp"

namespace ops {
namespace {

double elements(const Tensor& x) { return static_cast<double>(x.numel()); }
double product_flops(const Tensors& x, const Tensor& y) {
  return 2 * elements(y) * static_cast<double>(x[0].size(-1));
}
double filter_flops(const Tensors& x, const Tensor& y) {
  return 2 * elements(y) * elements(x[1]) / static_cast<double>(x[1].size(0));
}
double spread_flops(const Tensors& x, const Tensor&) {
  return 2 * elements(x[0]) * elements(x[1]) / static_cast<double>(x[1].size(0));
}

const std::array<Sizes, 3> images = {{{1, 4, 8, 8}, {8, 16, 16, 16}, {32, 64, 28, 28}}};

/// x [n, c, h, w].
const Family image{images, [](const Sizes& s, Layout l) { return Inputs{{numbers(s, l)}, 1}; }};
/// An image and a filter [c, c, 3, 3], always row-major, as a model's parameters are.
const Family image_and_filter{
    images, [](const Sizes& s, Layout l) {
      return Inputs{{numbers(s, l), numbers({s[1], s[1], 3, 3}, Layout::contiguous)}, 2};
    }};
const Family image_and_channel_filters{
    images, [](const Sizes& s, Layout l) {
      return Inputs{{numbers(s, l), numbers({s[1], 1, 3, 3}, Layout::contiguous)}, 2};
    }};
/// An image, and a weight and a bias [c].
const Family image_and_channels{
    images, [](const Sizes& s, Layout l) {
      const Layout row_major = Layout::contiguous;
      return Inputs{{numbers(s, l), numbers({s[1]}, row_major, 0.5, 1.5), numbers({s[1]}, row_major)}, 3};
    }};
/// x [n, features], and a weight and a bias [features].
const Family rows_and_features{
    plane_shapes, [](const Sizes& s, Layout l) {
      const Layout row_major = Layout::contiguous;
      return Inputs{{numbers(s, l), numbers({s[1]}, row_major), numbers({s[1]}, row_major)}, 3};
    }};
/// x [n, in], weight [in, in], bias [in].
const Family rows_and_layer{
    {{{4, 16}, {64, 128}, {256, 1024}}}, [](const Sizes& s, Layout l) {
      return Inputs{
          {numbers(s, l), numbers({s[1], s[1]}, Layout::contiguous), numbers({s[1]}, Layout::contiguous)}, 3};
    }};
/// Two square matrices.
const Family squares{{{{16, 16}, {128, 128}, {512, 512}}}, [](const Sizes& s, Layout l) {
                       return Inputs{{numbers(s, l), numbers(s, l)}, 2};
                     }};
/// Two batches of square matrices.
const Family batches{{{{4, 16, 16}, {16, 64, 64}, {64, 128, 128}}}, [](const Sizes& s, Layout l) {
                       return Inputs{{numbers(s, l), numbers(s, l)}, 2};
                     }};
const Family vectors{{{{64}, {1024}, {1048576}}}, [](const Sizes& s, Layout l) {
                       return Inputs{{numbers(s, l), numbers(s, l)}, 2};
                     }};
const Family short_vectors{{{{16}, {128}, {1024}}}, vectors.make};

const Op networks_ops[] = {
    {"matmul", squares, [](const Tensors& x) { return lib::matmul(x[0], x[1]); }, product_flops},
    {"bmm", batches, [](const Tensors& x) { return lib::bmm(x[0], x[1]); }, product_flops},
    {"dot", vectors, [](const Tensors& x) { return lib::dot(x[0], x[1]); }},
    {"outer", short_vectors, [](const Tensors& x) { return lib::outer(x[0], x[1]); }},
    {"linear", rows_and_layer, [](const Tensors& x) { return lib::linear(x[0], x[1], x[2]); }, product_flops},
    {"conv2d", image_and_filter, [](const Tensors& x) { return lib::conv2d(x[0], x[1]); }, filter_flops},
    {"conv2d_stride2", image_and_filter, [](const Tensors& x) { return lib::strided_conv(x[0], x[1]); },
     filter_flops},
    {"conv2d_depthwise", image_and_channel_filters,
     [](const Tensors& x) { return lib::depthwise(x[0], x[1]); }, filter_flops},
    {"conv_transpose2d", image_and_filter, [](const Tensors& x) { return lib::conv_transpose2d(x[0], x[1]); },
     spread_flops},
    {"max_pool2d", image, [](const Tensors& x) { return lib::max_pool2d(x[0], 2); }},
    {"avg_pool2d", image, [](const Tensors& x) { return lib::avg_pool2d(x[0], 2); }},
    {"adaptive_avg_pool2d", image,
     [](const Tensors& x) {
       return lib::adaptive_avg_pool2d(x[0], {1, 1});
     }},
    {"batch_norm_train", image_and_channels,
     [](const Tensors& x) { return lib::batch_norm_train(x[0], x[1], x[2]); }},
    {"batch_norm_eval", image_and_channels,
     [](const Tensors& x) { return lib::batch_norm_eval(x[0], x[1], x[2]); }},
    {"layer_norm", rows_and_features,
     [](const Tensors& x) { return lib::layer_norm(x[0], {x[0].size(1)}, x[1], x[2]); }},
    {"relu_image", image, [](const Tensors& x) { return lib::relu(x[0]); }},
};

}  // namespace

void add_networks() { add(networks_ops); }

}  // namespace ops
