// Matrix products, convolution, pooling, normalisation.
#include "forms.hpp"
#include "window.hpp"

namespace {

using namespace gradus;

const GradcheckCases products{{
    {"matmul",
     [](Draw& draw) {
       const std::int64_t m = draw.size(4, true), k = draw.size(4, true), n = draw.size();
       const std::int64_t form = draw.integer(0, 4);
       draw.input("a", form == 1 ? Shape{k} : form == 3 ? Shape{2, m, k} : Shape{m, k});
       draw.input("b", form == 2 ? Shape{k} : form >= 3 ? Shape{2, k, n} : Shape{k, n});
       return trial(draw, "matmul(a, b)", [](const Inputs& in) { return matmul(in[0], in[1]); });
     }},
    {"bmm",
     [](Draw& draw) {
       const std::int64_t b = draw.size(3), k = draw.size();
       draw.input("a", {b, draw.size(), k});
       draw.input("b", {b, k, draw.size()});
       return trial(draw, "bmm(a, b)", [](const Inputs& in) { return bmm(in[0], in[1]); });
     }},
    {"dot",
     [](Draw& draw) {
       const std::int64_t n = draw.size(9, true);
       draw.input("a", {n});
       draw.input("b", {n});
       return trial(draw, "dot(a, b)", [](const Inputs& in) { return dot(in[0], in[1]); });
     }},
    {"outer",
     [](Draw& draw) {
       draw.input("a", {draw.size(5, true)});
       draw.input("b", {draw.size()});
       return trial(draw, "outer(a, b)", [](const Inputs& in) { return outer(in[0], in[1]); });
     }},
    {"linear",
     [](Draw& draw) {
       const std::int64_t in_size = draw.size(), out = draw.size();
       draw.input("x", {draw.size(4, true), in_size});
       draw.input("weight", {out, in_size});
       draw.input("bias", {out});
       return trial(draw, "linear(x, weight, bias)",
                    [](const Inputs& in) { return linear(in[0], in[1], in[2]); });
     }},
}};

const GradcheckCases convolutions{{
    {"conv2d",
     [](Draw& draw) {
       const Window w(draw);
       const std::int64_t groups = draw.integer(1, 2), in_each = draw.integer(1, 2),
                          out = groups * draw.integer(1, 2);
       draw.input("x", {draw.size(2), groups * in_each, w.reach() + draw.integer(0, 2),
                        w.reach() + draw.integer(0, 1)});
       draw.input("weight", {out, in_each, w.kernel, w.kernel});
       draw.input("bias", {out});
       const Conv2dOptions o{
           .stride = w.stride, .padding = w.padding, .dilation = w.dilation, .groups = groups};
       return trial(
           draw,
           fmt::format(
               "conv2d(x, weight, bias, {{.stride = {}, .padding = {}, .dilation = {}, .groups = {}}})",
               w.stride, w.padding, w.dilation, groups),
           [=](const Inputs& in) { return conv2d(in[0], in[1], in[2], o); });
     }},
    {"conv_transpose2d",
     [](Draw& draw) {
       const Window w(draw);
       const std::int64_t groups = draw.integer(1, 2), in_each = draw.integer(1, 2),
                          out_each = draw.integer(1, 2);
       draw.input("x", {draw.size(2), groups * in_each, draw.integer(2, 3), draw.integer(2, 3)});
       draw.input("weight", {groups * in_each, out_each, w.kernel, w.kernel});
       draw.input("bias", {groups * out_each});
       const ConvTranspose2dOptions o{
           .stride = w.stride, .padding = w.padding, .dilation = w.dilation, .groups = groups};
       return trial(
           draw,
           fmt::format("conv_transpose2d(x, weight, bias, {{.stride = {}, .padding = {}, .dilation = {}, "
                       ".groups = {}}})",
                       w.stride, w.padding, w.dilation, groups),
           [=](const Inputs& in) { return conv_transpose2d(in[0], in[1], in[2], o); });
     }},
    {"max_pool2d",
     [](Draw& draw) {
       const Window w(draw);
       draw.input(
           "x", {draw.size(2), draw.size(2), w.reach() + draw.integer(0, 3), w.reach() + draw.integer(0, 2)});
       const MaxPool2dOptions o{.stride = w.stride, .padding = w.padding, .dilation = w.dilation};
       return trial(draw,
                    fmt::format("max_pool2d(x, {}, {{.stride = {}, .padding = {}, .dilation = {}}})",
                                w.kernel, w.stride, w.padding, w.dilation),
                    [=](const Inputs& in) { return max_pool2d(in[0], w.kernel, o); });
     }},
    {"avg_pool2d",
     [](Draw& draw) {
       const Window w(draw);
       draw.input("x",
                  {draw.size(2), draw.size(2), w.kernel + draw.integer(0, 3), w.kernel + draw.integer(0, 2)});
       const AvgPool2dOptions o{.stride = w.stride, .padding = w.padding, .count_include_pad = draw.flag()};
       return trial(draw,
                    fmt::format("avg_pool2d(x, {}, {{.stride = {}, .padding = {}, .count_include_pad = {}}})",
                                w.kernel, w.stride, w.padding, o.count_include_pad),
                    [=](const Inputs& in) { return avg_pool2d(in[0], w.kernel, o); });
     }},
    {"adaptive_avg_pool2d",
     [](Draw& draw) {
       const std::int64_t h = draw.integer(1, 3), w = draw.integer(1, 3);
       draw.input("x", {draw.size(2), draw.size(2), draw.size(5), draw.size(5)});
       return trial(draw, fmt::format("adaptive_avg_pool2d(x, {{{}, {}}})", h, w), [=](const Inputs& in) {
         return adaptive_avg_pool2d(in[0], {h, w});
       });
     }},
}};

const GradcheckCases normalisations{{
    {"layer_norm",
     [](Draw& draw) {
       const std::int64_t n = draw.integer(2, 5);
       draw.input("x", {draw.size(3), n}, {.ties = false});
       draw.input("weight", {n});
       draw.input("bias", {n});
       return trial(draw, fmt::format("layer_norm(x, {{{}}}, weight, bias, 0.1)", n),
                    [=](const Inputs& in) { return layer_norm(in[0], {n}, in[1], in[2], 0.1); });
     }},
    {"rms_norm",
     [](Draw& draw) {
       const std::int64_t n = draw.integer(2, 5);
       draw.input("x", {draw.size(3), n}, {.ties = false});
       draw.input("weight", {n});
       return trial(draw, fmt::format("rms_norm(x, {{{}}}, weight, 0.1)", n),
                    [=](const Inputs& in) { return rms_norm(in[0], {n}, in[1], 0.1); });
     }},
    {"group_norm",
     [](Draw& draw) {
       draw.input("x", {draw.size(2), 4, draw.size(3)}, {.ties = false});
       draw.input("weight", {4});
       draw.input("bias", {4});
       return trial(draw, "group_norm(x, 2, weight, bias, 0.1)",
                    [](const Inputs& in) { return group_norm(in[0], 2, in[1], in[2], 0.1); });
     }},
    {"instance_norm",
     [](Draw& draw) {
       const std::int64_t c = draw.size(3);
       draw.input("x", {draw.size(2), c, draw.integer(2, 4)}, {.ties = false});
       draw.input("weight", {c});
       draw.input("bias", {c});
       return trial(draw, "instance_norm(x, {}, {}, weight, bias, {.eps = 0.1})", [](const Inputs& in) {
         return instance_norm(in[0], {}, {}, in[1], in[2], {.eps = 0.1});
       });
     }},
    {"local_response_norm",
     [](Draw& draw) {
       const std::int64_t size = draw.integer(1, 4);
       draw.input("x", {draw.size(2), draw.size(), draw.size(3)});
       return trial(draw, fmt::format("local_response_norm(x, {}, {{.alpha = 0.5}})", size),
                    [=](const Inputs& in) { return local_response_norm(in[0], size, {.alpha = 0.5}); });
     }},
    {"cosine_similarity",
     [](Draw& draw) {
       const Shape shape{draw.size(3), draw.integer(2, 4)};
       draw.input("a", shape, {.low = 0.3});
       draw.input("b", shape, {.low = 0.3});
       return trial(draw, "cosine_similarity(a, b)",
                    [](const Inputs& in) { return cosine_similarity(in[0], in[1]); });
     }},
    {"pairwise_distance",
     [](Draw& draw) {
       const Shape shape{draw.size(3), draw.integer(2, 4)};
       draw.input("a", shape, {.low = -2, .high = -0.1});
       draw.input("b", shape, {.low = 0.1, .high = 2});
       return trial(draw, "pairwise_distance(a, b)",
                    [](const Inputs& in) { return pairwise_distance(in[0], in[1]); });
     }},
    {"batch_norm",
     [](Draw& draw) {
       const std::int64_t c = draw.size(3);
       draw.input("x", {draw.integer(2, 4), c, draw.size(3)}, {.ties = false});
       draw.input("weight", {c});
       draw.input("bias", {c});
       return trial(draw, "batch_norm(x, {}, {}, weight, bias, {.training = true, .eps = 0.1})",
                    [](const Inputs& in) {
                      return batch_norm(in[0], {}, {}, in[1], in[2], {.training = true, .eps = 0.1});
                    });
     }},
}};

}  // namespace
