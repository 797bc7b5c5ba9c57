// Statistics, differences, integrals, distances, special products.
#include <cmath>

#include "forms.hpp"

namespace {

using namespace gradus;

/// Rows of x [n, ..] moved apart, also of an expanded x: roots of their distances have no slope at 0.
Tensor rows_apart(const Tensor& x) { return x + unsqueeze(arange(x.size(0)).to(x.dtype()), 1) * 5; }
constexpr const char* rows_apart_code = "x + unsqueeze(arange(x.size(0)).to(x.dtype()), 1) * 5";

/// A case of such rows, `code` with {} for them.
template <class F>
GradcheckCase of_rows(const char* name, const char* code, const char* inputs, F f) {
  return {name, [=](Draw& draw) {
            draw_inputs(draw, inputs);
            return trial(draw, fmt::format(fmt::runtime(code), rows_apart_code),
                         [=](const Inputs& in) { return f(rows_apart(in[0])); });
          }};
}

const GradcheckCases statistics{{
    along("nansum", {}, [](auto& x, auto d) { return nansum(x, d); }),
    along("nanmean", {.or_empty = false}, [](auto& x, auto d) { return nanmean(x, d); }),
    along("nansum of some", {.code = "nansum(masked_fill(x, x.detach() > 1, std::nan(\"\")), {})"},
          [](auto& x, auto d) { return nansum(masked_fill(x, x.detach() > 1, std::nan("")), d); }),
    along("aminmax",
          {.code = "[&] {{ const auto [a, b] = aminmax(x, {{{}}}); return std::vector{{a, b}}; }}()",
           .or_empty = false},
          [](auto& x, auto d) {
            const auto [a, b] = aminmax(x, Dims{d});
            return std::vector{a, b};
          }),
    along("var_mean",
          {.code = "[&] {{ const auto [a, b] = var_mean(x, {{{}}}, {{.correction = 0}}); "
                   "return std::vector{{a, b}}; }}()",
           .or_empty = false},
          [](auto& x, auto d) {
            const auto [a, b] = var_mean(x, Dims{d}, {.correction = 0});
            return std::vector{a, b};
          }),
    of_rows("std_mean", "[&] {{ const auto [a, b] = std_mean({}, {{0}}); return std::vector{{a, b}}; }}()",
            "x:3n",
            [](auto x) {
              const auto [a, b] = std_mean(x, Dims{0});
              return std::vector{a, b};
            }),
    of("cov", "cov(x, 0)", "x:nm", [](auto& in) { return cov(in[0], 0); }),
    of("corrcoef", "corrcoef(x + arange(3).to(x.dtype()) * 5)", "x:n3", {.low = -1, .high = 1},
       [](auto& in) { return corrcoef(in[0] + arange(3).to(in[0].dtype()) * 5); }),
    along("diff", {.code = "diff(x, 2, {})"}, [](auto& x, auto d) { return diff(x, 2, d); }),
    along("trapezoid", {.code = "trapezoid(x, 0.5, {})"},
          [](auto& x, auto d) { return trapezoid(x, 0.5, d); }),
    along("cumulative_trapezoid", {.code = "cumulative_trapezoid(x, 0.5, {})", .or_empty = false},
          [](auto& x, auto d) { return cumulative_trapezoid(x, 0.5, d); }),
    of("trapezoid over places", "trapezoid(y, x)", "y:nm x:m",
       [](auto& in) { return trapezoid(in[0], in[1]); }),
    of("cumulative_trapezoid over places", "cumulative_trapezoid(y, x)", "y:nm x:m",
       [](auto& in) { return cumulative_trapezoid(in[0], in[1]); }),
    {"bincount",
     [](Draw& draw) {
       const std::int64_t n = draw.size();
       draw.indices("x", {n}, 3);
       draw.input("weights", {n});
       return trial(draw, "bincount(x, weights, 3)",
                    [](const Inputs& in) { return bincount(in[0], in[1], 3); });
     }},
    {"histogram",
     [](Draw& draw) {
       draw.input("weight", draw.shape(1, 2), {.low = 0.5, .high = 2});
       return trial(
           draw,
           "histogram(reshape(linspace(0, 3, weight.numel(), {.dtype = weight.dtype()}), weight.shape()), 2, "
           "{.weight = weight}).hist",
           [](const Inputs& in) {
             const Tensor x = reshape(linspace(0, 3, in[0].numel(), {.dtype = in[0].dtype()}), in[0].shape());
             return histogram(x, 2, {.weight = in[0]}).hist;
           });
     }},
}};

const GradcheckCases distances{{
    {"cdist",
     [](Draw& draw) {
       const double p = draw.one_of<double>({2, 1, 3});
       const std::int64_t d = draw.size();
       draw.input("a", {draw.size(), d}, {.low = -2, .high = -0.1});
       draw.input("b", {draw.flag() ? 2 : 1, draw.size(), d}, {.low = 0.1, .high = 2});
       return trial(draw, fmt::format("cdist(a, b, {})", p),
                    [=](const Inputs& in) { return cdist(in[0], in[1], p); });
     }},
    of_rows("pdist", "pdist({})", "x:nm", [](auto x) { return pdist(x); }),
}};

const GradcheckCases statistical_products{{
    of("inner", "inner(a, b)", "a:nmk b:lk", [](auto& in) { return inner(in[0], in[1]); }),
    of("vecdot", "vecdot(a, b)", "a:nmk b:mk", [](auto& in) { return vecdot(in[0], in[1]); }),
    of("kron", "kron(a, b)", "a:n2 b:3m2", [](auto& in) { return kron(in[0], in[1]); }),
    of("cross", "cross(a, b)", "a:nm3 b:m3", [](auto& in) { return cross(in[0], in[1]); }),
    of("multi_dot", "multi_dot({a, b, c, d})", "a:n b:nm c:mk d:k2", [](auto& in) { return multi_dot(in); }),
    of("addbmm", "addbmm(x, a, b, {.beta = 0.5, .alpha = 2})", "x:p a:nmk b:nkp",
       [](auto& in) { return addbmm(in[0], in[1], in[2], {.beta = 0.5, .alpha = 2}); }),
    of("addr", "addr(x, a, b, {.beta = 0.5, .alpha = 2})", "x:n a:m b:n",
       [](auto& in) { return addr(in[0], in[1], in[2], {.beta = 0.5, .alpha = 2}); }),
}};

}  // namespace
