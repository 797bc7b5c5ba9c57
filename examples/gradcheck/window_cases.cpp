// Convolutions and pools of lines and volumes, and what else works on planes.
#include "forms.hpp"
#include "window.hpp"

namespace {

using namespace gradus;

Shape kernel_shape(std::int64_t first, std::int64_t second, std::int64_t dims, std::int64_t size) {
  Shape shape{first, second};
  for (std::int64_t d = 0; d < dims; ++d) shape.push_back(size);
  return shape;
}

/// A convolution of this many dimensions with `Options`.
template <class Options, class F>
GradcheckCase convolution(const char* name, std::int64_t dims, bool transposed, F f) {
  return {name, [=](Draw& draw) {
            Window w(draw);
            if (dims == 3) w.kernel = std::min<std::int64_t>(w.kernel, 2), w.padding = 0;
            const std::int64_t groups = draw.integer(1, 2), in_each = draw.integer(1, 2),
                               out_each = draw.integer(1, 2);
            draw.input("x", planes(draw, groups * in_each, dims, transposed ? 2 : w.reach()));
            draw.input("weight", transposed ? kernel_shape(groups * in_each, out_each, dims, w.kernel)
                                            : kernel_shape(groups * out_each, in_each, dims, w.kernel));
            draw.input("bias", {groups * out_each});
            Options o{};
            o.stride = w.stride, o.padding = w.padding, o.dilation = w.dilation, o.groups = groups;
            const auto rest = fmt::format(fmt::runtime(transposed ? ".groups = {1}, .dilation = {0}"
                                                                  : ".dilation = {0}, .groups = {1}"),
                                          w.dilation, groups);
            return trial(draw, fmt::format("{}(x, weight, bias, {{{}, {}}})", name, w.frame(), rest),
                         [=](const Inputs& in) { return f(in[0], in[1], in[2], o); });
          }};
}

/// A pool of this many dimensions with `Options`.
template <class Options, class F>
GradcheckCase pool(const char* name, std::int64_t dims, F f) {
  return {name, [=](Draw& draw) {
            const Window w(draw);
            draw.input("x", planes(draw, 1, dims, w.kernel));
            Options o{};
            o.stride = w.stride, o.padding = w.padding;
            return trial(draw, fmt::format("{}(x, {}, {{{}}})", name, w.kernel, w.frame()),
                         [=](const Inputs& in) { return f(in[0], w.kernel, o); });
          }};
}

/// An adaptive pool of this many dimensions.
template <class F>
GradcheckCase adaptive(const char* name, std::int64_t dims, F f) {
  return {name, [=](Draw& draw) {
            const std::int64_t size = draw.integer(1, 3);
            draw.input("x", planes(draw, 1, dims, 1));
            return trial(draw, fmt::format("{}(x, {})", name, size),
                         [=](const Inputs& in) { return f(in[0], size); });
          }};
}

const GradcheckCases windows{{
    convolution<Conv1dOptions>("conv1d", 1, false,
                               [](auto& x, auto& w, auto& b, auto& o) { return conv1d(x, w, b, o); }),
    convolution<Conv3dOptions>("conv3d", 3, false,
                               [](auto& x, auto& w, auto& b, auto& o) { return conv3d(x, w, b, o); }),
    convolution<ConvTranspose1dOptions>(
        "conv_transpose1d", 1, true,
        [](auto& x, auto& w, auto& b, auto& o) { return conv_transpose1d(x, w, b, o); }),
    convolution<ConvTranspose3dOptions>(
        "conv_transpose3d", 3, true,
        [](auto& x, auto& w, auto& b, auto& o) { return conv_transpose3d(x, w, b, o); }),
    pool<MaxPool1dOptions>("max_pool1d", 1, [](auto& x, auto k, auto& o) { return max_pool1d(x, k, o); }),
    pool<MaxPool3dOptions>("max_pool3d", 3, [](auto& x, auto k, auto& o) { return max_pool3d(x, k, o); }),
    pool<AvgPool1dOptions>("avg_pool1d", 1, [](auto& x, auto k, auto& o) { return avg_pool1d(x, k, o); }),
    pool<AvgPool3dOptions>("avg_pool3d", 3, [](auto& x, auto k, auto& o) { return avg_pool3d(x, k, o); }),
    adaptive("adaptive_avg_pool1d", 1, [](auto& x, auto n) { return adaptive_avg_pool1d(x, n); }),
    adaptive("adaptive_avg_pool3d", 3, [](auto& x, auto n) { return adaptive_avg_pool3d(x, n); }),
    adaptive("adaptive_max_pool1d", 1, [](auto& x, auto n) { return adaptive_max_pool1d(x, n); }),
    adaptive("adaptive_max_pool2d", 2, [](auto& x, auto n) { return adaptive_max_pool2d(x, n); }),
    adaptive("adaptive_max_pool3d", 3, [](auto& x, auto n) { return adaptive_max_pool3d(x, n); }),
}};

struct Resampling {
  Interpolation mode;
  const char* name;
  std::int64_t dims;
  bool align_corners;
};

const GradcheckCases resampling{{
    {"interpolate",
     [](Draw& draw) {
       const auto r = draw.one_of<Resampling>({{Interpolation::nearest, "nearest", 1, false},
                                               {Interpolation::nearest_exact, "nearest_exact", 2, false},
                                               {Interpolation::linear, "linear", 1, false},
                                               {Interpolation::linear, "linear", 2, true},
                                               {Interpolation::linear, "linear", 3, false},
                                               {Interpolation::cubic, "cubic", 2, false}});
       draw.input("x", planes(draw, 1, r.dims, 2));
       Dims size;
       for (std::int64_t d = 0; d < r.dims; ++d) size.push_back(draw.integer(1, 4));
       return trial(
           draw,
           fmt::format("interpolate(x, {{.size = {{{}}}, .mode = Interpolation::{}, .align_corners = {}}})",
                       fmt::join(size, ", "), r.name, r.align_corners),
           [=](const Inputs& in) {
             return interpolate(in[0], {.size = size, .mode = r.mode, .align_corners = r.align_corners});
           });
     }},
    {"pixel_shuffle",
     [](Draw& draw) {
       draw.input("x", planes(draw, 4, 2, 1));
       return trial(draw, "pixel_shuffle(x, 2)", [](const Inputs& in) { return pixel_shuffle(in[0], 2); });
     }},
    {"pixel_unshuffle",
     [](Draw& draw) {
       draw.input("x", {draw.size(2), draw.size(2), 2 * draw.size(2), 2 * draw.size(2)});
       return trial(draw, "pixel_unshuffle(x, 2)",
                    [](const Inputs& in) { return pixel_unshuffle(in[0], 2); });
     }},
    {"channel_shuffle",
     [](Draw& draw) {
       draw.input("x", planes(draw, 4, 2, 1));
       return trial(draw, "channel_shuffle(x, 2)",
                    [](const Inputs& in) { return channel_shuffle(in[0], 2); });
     }},
    {"unfold",
     [](Draw& draw) {
       const Window w(draw);
       draw.input("x", planes(draw, 2, 2, w.reach()));
       const UnfoldOptions o{.dilation = w.dilation, .padding = w.padding, .stride = w.stride};
       return trial(draw,
                    fmt::format("unfold(x, {}, {{.dilation = {}, .padding = {}, .stride = {}}})", w.kernel,
                                w.dilation, w.padding, w.stride),
                    [=](const Inputs& in) { return unfold(in[0], w.kernel, o); });
     }},
    {"fold",
     [](Draw& draw) {
       const std::int64_t stride = draw.integer(1, 2), blocks = draw.integer(1, 3);
       const std::int64_t size = 2 + stride * (blocks - 1);
       draw.input("x", {draw.size(2), 4, blocks * blocks});
       return trial(draw, fmt::format("fold(x, {}, 2, {{.stride = {}}})", size, stride),
                    [=](const Inputs& in) { return fold(in[0], size, 2, {.stride = stride}); });
     }},
    {"scaled_dot_product_attention",
     [](Draw& draw) {
       const std::int64_t n = draw.size(2), l = draw.size(3), s = draw.size(3), e = draw.size(3);
       const bool causal = draw.flag();
       draw.input("query", {n, l, e});
       draw.input("key", {n, s, e});
       draw.input("value", {n, s, 2});
       return trial(
           draw, fmt::format("scaled_dot_product_attention(query, key, value, {{.is_causal = {}}})", causal),
           [=](const Inputs& in) {
             return scaled_dot_product_attention(in[0], in[1], in[2], {.is_causal = causal});
           });
     }},
}};

}  // namespace
