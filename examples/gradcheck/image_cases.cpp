// Images sampled at places, pools undone, pools by a norm, other paddings.
#include "forms.hpp"
#include "window.hpp"

namespace {

using namespace gradus;

/// Max pooling of this many dimensions undone, to planes of 3 elements each way.
template <class F>
GradcheckCase unpool(const char* name, std::int64_t dims, const char* size, F f) {
  return {name, [=](Draw& draw) {
            const Shape shape = planes(draw, 1, dims, 1);
            draw.input("x", shape);
            draw.indices("indices", shape, dims == 1 ? 3 : dims == 2 ? 9 : 27);
            return trial(draw, fmt::format("{}(x, indices, {})", name, size),
                         [=](const Inputs& in) { return f(in[0], in[1]); });
          }};
}

/// The same by a layer, of kernels of 2.
template <class L>
GradcheckCase unpool_layer(const char* name, std::int64_t dims) {
  return {name, [=](Draw& draw) {
            const Shape shape = planes(draw, 1, dims, 1);
            draw.input("x", shape);
            draw.indices("indices", shape, std::int64_t{1} << dims);
            return trial(draw, fmt::format("{}{{2}}", name), L{2});
          }};
}

/// A pool by a norm, of this many dimensions.
template <class F>
GradcheckCase norm_pool(const char* name, std::int64_t dims, F f) {
  return {name, [=](Draw& draw) {
            const double p = draw.one_of<double>({2, 1, 3});
            const std::int64_t kernel = draw.integer(1, 2);
            draw.input("x", planes(draw, 1, dims, 2), {.low = 0.2, .high = 2});
            return trial(draw, fmt::format("{}(x, {}, {})", name, p, kernel),
                         [=](const Inputs& in) { return f(in[0], p, kernel); });
          }};
}

/// The same by a layer, for 2 as norm and kernel.
template <class L>
GradcheckCase norm_pool_layer(const char* name, std::int64_t dims) {
  return {name, [=](Draw& draw) {
            draw.input("x", planes(draw, 1, dims, 2), {.low = 0.2, .high = 2});
            return trial(draw, fmt::format("{}{{2, 2}}", name), L{2, 2});
          }};
}

/// A pool of windows of 2 at places that are always the same, to planes of 2 elements each way.
template <class F>
GradcheckCase fractional_pool(const char* name, std::int64_t dims, F f) {
  return {name, [=](Draw& draw) {
            draw.input("x", planes(draw, 1, dims, 3));
            return trial(
                draw,
                fmt::format("[&] {{ Generator g{{3}}; return {}(x, 2, 2, {{.generator = &g}}); }}()", name),
                [=](const Inputs& in) {
                  Generator generator{3};
                  return f(in[0], FractionalMaxPoolOptions{.generator = &generator});
                });
          }};
}

/// The same by a layer, to one element.
template <class L>
GradcheckCase fractional_pool_layer(const char* name, std::int64_t dims) {
  return {name, [=](Draw& draw) {
            draw.input("x", planes(draw, 1, dims, 2));
            return trial(draw, fmt::format("{}{{2, 1}}", name), L{2, 1});
          }};
}

const GradcheckCases pools{{
    norm_pool_layer<nn::LPPool1d>("nn::LPPool1d", 1),
    norm_pool_layer<nn::LPPool2d>("nn::LPPool2d", 2),
    fractional_pool("fractional_max_pool2d", 2,
                    [](auto& x, auto o) { return fractional_max_pool2d(x, 2, 2, o); }),
    fractional_pool("fractional_max_pool3d", 3,
                    [](auto& x, auto o) { return fractional_max_pool3d(x, 2, 2, o); }),
    fractional_pool_layer<nn::FractionalMaxPool2d>("nn::FractionalMaxPool2d", 2),
    fractional_pool_layer<nn::FractionalMaxPool3d>("nn::FractionalMaxPool3d", 3),
    unpool("max_unpool1d", 1, "3", [](auto& x, auto& places) { return max_unpool1d(x, places, 3); }),
    unpool("max_unpool2d", 2, "3", [](auto& x, auto& places) { return max_unpool2d(x, places, 3); }),
    unpool("max_unpool3d", 3, "{3, 3, 3}",
           [](auto& x, auto& places) {
             return max_unpool3d(x, places, Shape{3, 3, 3});
           }),
    unpool_layer<nn::MaxUnpool1d>("nn::MaxUnpool1d", 1),
    unpool_layer<nn::MaxUnpool2d>("nn::MaxUnpool2d", 2),
    unpool_layer<nn::MaxUnpool3d>("nn::MaxUnpool3d", 3),
    norm_pool("lp_pool1d", 1, [](auto& x, auto p, auto kernel) { return lp_pool1d(x, p, kernel); }),
    norm_pool("lp_pool2d", 2, [](auto& x, auto p, auto kernel) { return lp_pool2d(x, p, kernel); }),
}};

struct Sampling {
  GridMode mode;
  GridPadding padding;
  const char* code;
};
const std::vector<Sampling> samplings{
    {GridMode::bilinear, GridPadding::zeros, ""},
    {GridMode::bilinear, GridPadding::border, ".padding_mode = GridPadding::border, "},
    {GridMode::bilinear, GridPadding::reflection, ".padding_mode = GridPadding::reflection, "},
    {GridMode::nearest, GridPadding::zeros, ".mode = GridMode::nearest, "},
};

const GradcheckCases sampled{{
    {"grid_sample",
     [](Draw& draw) {
       const Sampling s = draw.one_of(samplings);
       const bool corners = draw.flag();
       const std::int64_t n = draw.size(2);
       draw.input("x", {n, draw.size(2), draw.size(3), draw.size(3)});
       draw.input("grid", {n, draw.size(2), draw.size(2), 2}, {.low = -1.3, .high = 1.3, .ties = false});
       return trial(draw, fmt::format("grid_sample(x, grid, {{{}.align_corners = {}}})", s.code, corners),
                    [=](const Inputs& in) {
                      return grid_sample(
                          in[0], in[1],
                          {.mode = s.mode, .padding_mode = s.padding, .align_corners = corners});
                    });
     }},
    {"affine_grid",
     [](Draw& draw) {
       const std::int64_t n = draw.size(2), h = draw.size(3), w = draw.size(3);
       const bool corners = draw.flag();
       draw.input("theta", {n, 2, 3});
       return trial(draw, fmt::format("affine_grid(theta, {{{}, 1, {}, {}}}, {})", n, h, w, corners),
                    [=](const Inputs& in) {
                      return affine_grid(in[0], Shape{n, 1, h, w}, corners);
                    });
     }},
}};

const std::vector<PadMode> pad_modes{PadMode::reflect, PadMode::replicate, PadMode::circular};
const std::vector<const char*> pad_mode_names{"reflect", "replicate", "circular"};

const GradcheckCases continued{{
    {"pad by continuation",
     [](Draw& draw) {
       const auto mode = static_cast<std::size_t>(draw.integer(0, 2));
       const std::vector<std::int64_t> amounts{draw.integer(0, 2), draw.integer(-1, 2), draw.integer(0, 2),
                                               1};
       draw.input("x", {draw.size(2), 2 + draw.size(2), 2 + draw.size(2)});
       return trial(
           draw, fmt::format("pad(x, {{{}}}, PadMode::{})", fmt::join(amounts, ", "), pad_mode_names[mode]),
           [=](const Inputs& in) { return pad(in[0], amounts, pad_modes[mode]); });
     }},
}};

}  // namespace
