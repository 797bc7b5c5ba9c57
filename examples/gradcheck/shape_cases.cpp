// Reductions, softmax, sorting out and moving elements.
#include <gradus/gradus.hpp>
#include <gradus/nn/gradcheck/case.hpp>

namespace {

using namespace gradus;
using Inputs = std::vector<Tensor>;

/// A case `name(x, dim)`, with what follows `dim` in C++, over tensors of at least one dimension.
template <class F>
GradcheckCase along(const char* name, F f, DrawOptions options = {}, bool or_empty = true,
                    const char* rest = ")") {
  return {name, [=](Draw& draw) {
            Shape shape = draw.shape(1, 3);
            if (!or_empty)
              for (std::int64_t& size : shape) size = std::max<std::int64_t>(size, 1);
            const std::int64_t dim = draw.integer(0, static_cast<std::int64_t>(shape.size()) - 1);
            draw.input("x", shape, options);
            return trial(draw, fmt::format("{}(x, {}{}", name, dim, rest),
                         [=](const Inputs& in) { return f(in[0], dim); });
          }};
}

/// A case `name(x)` of a tensor of this many dimensions.
template <class F>
GradcheckCase whole(const char* name, const char* code, std::int64_t rank, F f) {
  return {name, [=](Draw& draw) {
            draw.input("x", draw.shape(rank, rank));
            return trial(draw, code, [=](const Inputs& in) { return f(in[0]); });
          }};
}

const GradcheckCases reductions{{
    along("sum", [](const Tensor& x, std::int64_t d) { return sum(x, d); }),
    along(
        "mean", [](const Tensor& x, std::int64_t d) { return mean(x, d); }, {}, false),
    along("prod", [](const Tensor& x, std::int64_t d) { return prod(x, d); }),
    along(
        "var", [](const Tensor& x, std::int64_t d) { return var(x, d, {.correction = 0}); }, {}, false,
        ", {.correction = 0})"),
    {"std",
     [](Draw& draw) {
       draw.input("x", {draw.integer(2, 5), draw.size()}, {.ties = false});
       return trial(
           draw, "gradus::std(x + unsqueeze(arange(x.size(0)).to(x.dtype()), 1), 0)", [](const Inputs& in) {
             const Tensor& x = in[0];  // rows apart, also of an expanded x: the root has no slope at 0
             return gradus::std(x + unsqueeze(arange(x.size(0)).to(x.dtype()), 1), 0);
           });
     }},
    along(
        "amax", [](const Tensor& x, std::int64_t d) { return amax(x, d); }, {}, false),
    along(
        "amin", [](const Tensor& x, std::int64_t d) { return amin(x, d); }, {}, false),
    along(
        "max", [](const Tensor& x, std::int64_t d) { return max(x, d).values; }, {}, false, ").values"),
    along(
        "min", [](const Tensor& x, std::int64_t d) { return min(x, d).values; }, {}, false, ").values"),
    along(
        "logsumexp", [](const Tensor& x, std::int64_t d) { return logsumexp(x, d); }, {}, false),
    along("softmax", [](const Tensor& x, std::int64_t d) { return softmax(x, d); }, {.low = -5, .high = 5}),
    along("log_softmax", [](const Tensor& x, std::int64_t d) { return log_softmax(x, d); },
          {.low = -5, .high = 5}),
    along("cumsum", [](const Tensor& x, std::int64_t d) { return cumsum(x, d); }),
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
    along("flip", [](const Tensor& x, std::int64_t d) { return flip(x, d); }),
    along(
        "unsqueeze", [](const Tensor& x, std::int64_t d) { return unsqueeze(x, d) * 2; }, {}, true, ") * 2"),
    along(
        "squeeze", [](const Tensor& x, std::int64_t d) { return squeeze(x, d) * 2; }, {}, true, ") * 2"),
    whole("transpose", "transpose(x, 0, 1) * 2", 2, [](const Tensor& x) { return transpose(x, 0, 1) * 2; }),
    whole("permute", "permute(x, {2, 0, 1}) * 2", 3,
          [](const Tensor& x) {
            return permute(x, {2, 0, 1}) * 2;
          }),
    whole("reshape", "reshape(x, {x.numel()})", 3, [](const Tensor& x) { return reshape(x, {x.numel()}); }),
    whole("flatten", "flatten(x, 1)", 3, [](const Tensor& x) { return flatten(x, 1); }),
    whole("tril", "tril(x)", 2, [](const Tensor& x) { return tril(x); }),
    whole("triu", "triu(x, 1)", 2, [](const Tensor& x) { return triu(x, 1); }),
    whole("pad", "pad(x, {1, 2, 0, 1}, 3)", 2,
          [](const Tensor& x) {
            return pad(x, {1, 2, 0, 1}, 3);
          }),
    whole("slice", "slice(x, 1, 0, x.size(1), 2)", 2,
          [](const Tensor& x) { return slice(x, 1, 0, x.size(1), 2); }),
    whole("narrow", "narrow(x, 1, 0, (x.size(1) + 1) / 2)", 2,
          [](const Tensor& x) { return narrow(x, 1, 0, (x.size(1) + 1) / 2); }),
    whole("view", "view(x.contiguous(), {x.numel()})", 3,
          [](const Tensor& x) { return view(x.contiguous(), {x.numel()}); }),
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
