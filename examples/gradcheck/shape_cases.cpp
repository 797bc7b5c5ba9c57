// Reductions, softmax, sorting out and moving elements.
#include "forms.hpp"

namespace {

using namespace gradus;

const GradcheckCases reductions{{
    along("sum", {}, [](auto& x, auto d) { return sum(x, d); }),
    along("mean", {.or_empty = false}, [](auto& x, auto d) { return mean(x, d); }),
    along("prod", {}, [](auto& x, auto d) { return prod(x, d); }),
    along("var", {.code = "var(x, {}, {{.correction = 0}})", .or_empty = false},
          [](auto& x, auto d) { return var(x, d, {.correction = 0}); }),
    of("std", "gradus::std(x + unsqueeze(arange(5).to(x.dtype()), 1), 0)", "x:5n", {.ties = false},
       [](auto& in) {  // rows apart, also of an expanded x: the root has no slope at 0
         return gradus::std(in[0] + unsqueeze(arange(5).to(in[0].dtype()), 1), 0);
       }),
    along("amax", {.or_empty = false}, [](auto& x, auto d) { return amax(x, d); }),
    along("amin", {.or_empty = false}, [](auto& x, auto d) { return amin(x, d); }),
    along("max", {.code = "max(x, {}).values", .or_empty = false},
          [](auto& x, auto d) { return max(x, d).values; }),
    along("min", {.code = "min(x, {}).values", .or_empty = false},
          [](auto& x, auto d) { return min(x, d).values; }),
    along("logsumexp", {.or_empty = false}, [](auto& x, auto d) { return logsumexp(x, d); }),
    along("softmax", {.values = {.low = -5, .high = 5}}, [](auto& x, auto d) { return softmax(x, d); }),
    along("softmin", {.values = {.low = -5, .high = 5}}, [](auto& x, auto d) { return softmin(x, d); }),
    of("gumbel_softmax",  // float32 draws other numbers
       "[&] { Generator g{3}; return gumbel_softmax(x.to(float64), {.tau = 0.7}, &g).to(x.dtype()); }()",
       "x:nm",
       [](auto& in) {
         Generator generator{3};
         return gumbel_softmax(in[0].to(float64), {.tau = 0.7}, &generator).to(in[0].dtype());
       }),
    along("log_softmax", {.values = {.low = -5, .high = 5}},
          [](auto& x, auto d) { return log_softmax(x, d); }),
    along("cumsum", {}, [](auto& x, auto d) { return cumsum(x, d); }),
    {"norm",
     [](Draw& draw) {
       const double p = draw.one_of<double>({2, 1, 3, 2.5});
       draw.input("x", draw.shape(1, 3), {.low = 0.2, .high = 2});
       return trial(draw, fmt::format("norm(x, {})", p), [=](const Inputs& in) { return norm(in[0], p); });
     }},
    {"sum_to",
     [](Draw& draw) {
       const std::int64_t n = draw.size(), m = draw.size();
       draw.input("x", {n, m});
       return trial(draw, fmt::format("sum_to(x, {{1, {}}})", m), [=](const Inputs& in) {
         return sum_to(in[0], {1, m});
       });
     }},
}};

const GradcheckCases views{{
    along("flip", {}, [](auto& x, auto d) { return flip(x, d); }),
    along("unsqueeze", {.code = "unsqueeze(x, {}) * 2"}, [](auto& x, auto d) { return unsqueeze(x, d) * 2; }),
    along("squeeze", {.code = "squeeze(x, {}) * 2"}, [](auto& x, auto d) { return squeeze(x, d) * 2; }),
    whole("transpose", "transpose(x, 0, 1) * 2", 2, [](auto& x) { return transpose(x, 0, 1) * 2; }),
    whole("permute", "permute(x, {2, 0, 1}) * 2", 3,
          [](auto& x) {
            return permute(x, Dims{2, 0, 1}) * 2;
          }),
    whole("reshape", "reshape(x, {x.numel()})", 3, [](auto& x) { return reshape(x, Shape{x.numel()}); }),
    whole("flatten", "flatten(x, 1)", 3, [](auto& x) { return flatten(x, 1); }),
    whole("tril", "tril(x)", 2, [](auto& x) { return tril(x); }),
    whole("triu", "triu(x, 1)", 2, [](auto& x) { return triu(x, 1); }),
    whole("pad", "pad(x, {1, 2, 0, 1}, 3)", 2,
          [](auto& x) {
            return pad(x, std::vector<std::int64_t>{1, 2, 0, 1}, 3);
          }),
    whole("slice", "slice(x, 1, 0, x.size(1), 2)", 2, [](auto& x) { return slice(x, 1, 0, x.size(1), 2); }),
    whole("narrow", "narrow(x, 1, 0, (x.size(1) + 1) / 2)", 2,
          [](auto& x) { return narrow(x, 1, 0, (x.size(1) + 1) / 2); }),
    whole("view", "view(x.contiguous(), {x.numel()})", 3,
          [](auto& x) { return view(x.contiguous(), Shape{x.numel()}); }),
    {"unflatten",
     [](Draw& draw) {
       const std::int64_t n = draw.size(3), m = draw.size(3);
       draw.input("x", {draw.size(), n * m});
       return trial(draw, fmt::format("unflatten(x, 1, {{{}, {}}})", n, m), [=](const Inputs& in) {
         return unflatten(in[0], 1, {n, m});
       });
     }},
    {"expand",
     [](Draw& draw) {
       const std::int64_t n = draw.size(), m = draw.size();
       draw.input("x", {n, 1});
       return trial(draw, fmt::format("expand(x, {{2, {}, {}}})", n, m), [=](const Inputs& in) {
         return expand(in[0], {2, n, m});
       });
     }},
    {"select",
     [](Draw& draw) {
       const std::int64_t n = draw.size(), i = draw.integer(0, n - 1);
       draw.input("x", {n, draw.size()});
       return trial(draw, fmt::format("select(x, 0, {})", i),
                    [=](const Inputs& in) { return select(in[0], 0, i); });
     }},
    {"cat",
     [](Draw& draw) {
       const std::int64_t n = draw.size();
       draw.input("a", {draw.size(3, true), n});
       draw.input("b", {draw.size(), n});
       return trial(draw, "cat({a, b}, 0)", [](const Inputs& in) { return cat({in[0], in[1]}, 0); });
     }},
    {"stack",
     [](Draw& draw) {
       const Shape shape = draw.shape(0, 2);
       draw.input("a", shape);
       draw.input("b", shape);
       return trial(draw, "stack({a, b}, -1)", [](const Inputs& in) { return stack({in[0], in[1]}, -1); });
     }},
    {"split",
     [](Draw& draw) {
       draw.input("x", {draw.size(5), draw.size()});
       return trial(draw, "split(x, 2, 0)", [](const Inputs& in) { return split(in[0], 2, 0); });
     }},
    {"chunk",
     [](Draw& draw) {
       draw.input("x", {draw.size(5), draw.size()});
       return trial(draw, "chunk(x, 2, 0)", [](const Inputs& in) { return chunk(in[0], 2, 0); });
     }},
}};

const GradcheckCases indexing{{
    {"index_select",
     [](Draw& draw) {
       const std::int64_t n = draw.size();
       draw.input("x", {n, draw.size()});
       draw.indices("index", {draw.size()}, n);
       return trial(draw, "index_select(x, 0, index)",
                    [](const Inputs& in) { return index_select(in[0], 0, in[1]); });
     }},
    {"gather",
     [](Draw& draw) {
       const std::int64_t n = draw.size(), m = draw.size();
       draw.input("x", {n, m});
       draw.indices("index", {n, draw.size()}, m);
       return trial(draw, "gather(x, 1, index)", [](const Inputs& in) { return gather(in[0], 1, in[1]); });
     }},
    {"index_add",
     [](Draw& draw) {
       const std::int64_t n = draw.size(), m = draw.size(), k = draw.size();
       draw.input("x", {n, m});
       draw.indices("index", {k}, n);
       draw.input("source", {k, m});
       return trial(draw, "index_add(x, 0, index, source)",
                    [](const Inputs& in) { return index_add(in[0], 0, in[1], in[2]); });
     }},
    {"scatter_add",
     [](Draw& draw) {
       const std::int64_t n = draw.size(), m = draw.size(), k = draw.size();
       draw.input("x", {n, m});
       draw.indices("index", {k, m}, n);
       draw.input("source", {k, m});
       return trial(draw, "scatter_add(x, 0, index, source)",
                    [](const Inputs& in) { return scatter_add(in[0], 0, in[1], in[2]); });
     }},
    {"scatter",
     [](Draw& draw) {
       const std::int64_t n = draw.size(), m = draw.size(), k = draw.size();
       draw.input("x", {n, m});
       draw.indices("index", {k, m}, n);
       draw.input("source", {k, m});
       return trial(draw, "scatter(x, 0, index, source)",
                    [](const Inputs& in) { return scatter(in[0], 0, in[1], in[2]); });
     }},
    {"embedding",
     [](Draw& draw) {
       const std::int64_t n = draw.size();
       draw.input("weight", {n, draw.size()});
       draw.indices("indices", draw.shape(0, 2), n);
       return trial(draw, "embedding(weight, indices)",
                    [](const Inputs& in) { return embedding(in[0], in[1]); });
     }},
}};

}  // namespace
