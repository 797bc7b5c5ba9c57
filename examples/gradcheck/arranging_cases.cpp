// Scans, order, diagonals, masks, elements moved and dealt out.
#include "forms.hpp"

namespace {

using namespace gradus;

const GradcheckCases scans{{
    along("cumprod", {}, [](auto& x, auto d) { return cumprod(x, d); }),
    along("logcumsumexp", {}, [](auto& x, auto d) { return logcumsumexp(x, d); }),
    along("cummax", {.code = "cummax(x, {}).values", .or_empty = false},
          [](auto& x, auto d) { return cummax(x, d).values; }),
    along("cummin", {.code = "cummin(x, {}).values", .or_empty = false},
          [](auto& x, auto d) { return cummin(x, d).values; }),
}};

const GradcheckCases orders{{
    of_order("sort", "sort({}, {}).values", true, [](auto x, auto d) { return sort(x, d).values; }),
    of_order("topk", "topk({0}, (x.size({1}) + 1) / 2, {1}, false).values", false,
             [](auto x, auto d) { return topk(x, (x.size(d) + 1) / 2, d, false).values; }),
    of_order("kthvalue", "kthvalue({0}, (x.size({1}) + 1) / 2, {1}).values", false,
             [](auto x, auto d) { return kthvalue(x, (x.size(d) + 1) / 2, d).values; }),
    of_order("median", "median({}, {}).values", false, [](auto x, auto d) { return median(x, d).values; }),
    of_order("nanmedian", "nanmedian({}, {}).values", false,
             [](auto x, auto d) { return nanmedian(x, d).values; }),
    of_order("mode", "mode({}, {}).values", false, [](auto x, auto d) { return mode(x, d).values; }),
    of_order("quantile", "quantile({}, 0.3, {{{{.dim = {}}}}})", false,
             [](auto x, auto d) { return quantile(x, 0.3, {.dim = d}); }),
    of_order("nanquantile", "nanquantile({}, 0.7, {{{{.dim = {}, .keepdim = true}}}})", false,
             [](auto x, auto d) { return nanquantile(x, 0.7, {.dim = d, .keepdim = true}); }),
}};

const GradcheckCases moved{{
    whole("diagonal", "diagonal(x, 1) * 2", 2, [](auto& x) { return diagonal(x, 1) * 2; }),
    whole("diag_embed", "diag_embed(x, -1)", 2, [](auto& x) { return diag_embed(x, -1); }),
    whole("diag", "diag(x)", 1, [](auto& x) { return diag(x); }),
    whole("trace", "trace(x)", 2, [](auto& x) { return trace(x); }),
    whole("t", "t(x) * 2", 2, [](auto& x) { return t(x) * 2; }),
    whole("movedim", "movedim(x, {0, 1}, {2, 0}) * 2", 3,
          [](auto& x) {
            return movedim(x, Dims{0, 1}, Dims{2, 0}) * 2;
          }),
    whole("repeat", "repeat(x, {2, 1, 3})", 2,
          [](auto& x) {
            return repeat(x, Dims{2, 1, 3});
          }),
    whole("tile", "tile(x, {2, 3})", 3,
          [](auto& x) {
            return tile(x, Dims{2, 3});
          }),
    whole("rot90", "rot90(x, 3)", 2, [](auto& x) { return rot90(x, 3); }),
    along("sliding_window", {.code = "sliding_window(x, {0}, (x.size({0}) + 1) / 2, 2)"},
          [](auto& x, auto d) { return sliding_window(x, d, (x.size(d) + 1) / 2, 2); }),
    along("roll", {.code = "roll(x, 2, {})"}, [](auto& x, auto d) { return roll(x, 2, d); }),
    along("unbind", {.or_empty = false}, [](auto& x, auto d) { return unbind(x, d); }),
    along("repeat_interleave", {.code = "repeat_interleave(x, 2, {})"},
          [](auto& x, auto d) { return repeat_interleave(x, 2, d); }),
    along("tensor_split", {.code = "tensor_split(x, 2, {})"},
          [](auto& x, auto d) { return tensor_split(x, 2, d); }),
    {"meshgrid",
     [](Draw& draw) {
       draw.input("a", {draw.size()});
       draw.input("b", {draw.size()});
       return trial(draw, "meshgrid({a, b})", [](const Inputs& in) { return meshgrid({in[0], in[1]}); });
     }},
}};

const std::vector<Reduce> reduces{Reduce::sum, Reduce::prod, Reduce::mean, Reduce::amax, Reduce::amin};
const std::vector<const char*> reduce_names{"sum", "prod", "mean", "amax", "amin"};

const GradcheckCases picked{{
    {"masked_select",
     [](Draw& draw) {
       const Shape shape = draw.shape(1, 2);
       draw.input("x", shape);
       draw.indices("mask", shape, 2);
       return trial(draw, "masked_select(x, mask == 1)",
                    [](const Inputs& in) { return masked_select(in[0], in[1] == 1); });
     }},
    {"take",
     [](Draw& draw) {
       const std::int64_t n = draw.size(), m = draw.size();
       draw.input("x", {n, m});
       draw.indices("index", draw.shape(0, 2), n * m);
       return trial(draw, "take(x, index)", [](const Inputs& in) { return take(in[0], in[1]); });
     }},
    {"take_along_dim",
     [](Draw& draw) {
       const std::int64_t n = draw.size(), m = draw.size();
       draw.input("x", {n, m});
       draw.indices("index", {draw.flag() ? n : 1, draw.size()}, m);
       return trial(draw, "take_along_dim(x, index, 1)",
                    [](const Inputs& in) { return take_along_dim(in[0], in[1], 1); });
     }},
    {"index",
     [](Draw& draw) {
       const std::int64_t n = draw.size(), m = draw.size(), count = draw.size();
       draw.input("x", {n, m, 2});
       draw.indices("i", {count}, n);
       draw.indices("j", {count}, m);
       return trial(draw, "index(x, {i, j})", [](const Inputs& in) {
         return gradus::index(in[0], {in[1], in[2]});
       });
     }},
    {"index_put",
     [](Draw& draw) {
       const std::int64_t n = draw.size(), m = draw.size(), count = draw.size();
       const bool accumulate = draw.flag();
       draw.input("x", {n, m});
       draw.indices("i", {count}, n);
       draw.indices("j", {count}, m);
       draw.input("values", {count});
       return trial(draw, fmt::format("index_put(x, {{i, j}}, values, {})", accumulate),
                    [=](const Inputs& in) {
                      return index_put(in[0], {in[1], in[2]}, in[3], accumulate);
                    });
     }},
    {"scatter_reduce",
     [](Draw& draw) {
       const std::int64_t n = draw.size(), m = draw.size(), k = draw.size();
       const auto which = static_cast<std::size_t>(draw.integer(0, 4));
       const bool self = draw.flag();
       draw.input("x", {n, m});
       draw.indices("index", {k, m}, n);
       draw.input("source", {k, m});
       return trial(
           draw,
           fmt::format("scatter_reduce(x, 0, index, source, Reduce::{}, {})", reduce_names[which], self),
           [=](const Inputs& in) { return scatter_reduce(in[0], 0, in[1], in[2], reduces[which], self); });
     }},
}};

}  // namespace
