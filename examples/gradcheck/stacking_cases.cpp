// Tensors put together, and elements overwritten.
#include "forms.hpp"

namespace {

using namespace gradus;

const GradcheckCases stacked{{
    of("hstack", "hstack({a, b})", "a:nm b:nk", [](auto& in) { return hstack(in); }),
    of("vstack", "vstack({a, b, c})", "a:nm b:m c:km", [](auto& in) { return vstack(in); }),
    of("dstack", "dstack({a, b})", "a:nm b:nmk", [](auto& in) { return dstack(in); }),
    of("column_stack", "column_stack({a, b})", "a:n b:nk", [](auto& in) { return column_stack(in); }),
    of("block_diag", "block_diag({a, b, c})", "a:nm b:k c:", [](auto& in) { return block_diag(in); }),
    of("broadcast_tensors", "broadcast_tensors({a, b})", "a:n1m b:k1",
       [](auto& in) {
         std::vector<Tensor> doubled;
         for (const Tensor& x : broadcast_tensors(in)) doubled.push_back(x * 2);
         return doubled;
       }),
    of("cartesian_prod", "cartesian_prod({a, b, c})", "a:n b:m c:2",
       [](auto& in) { return cartesian_prod(in); }),
    {"combinations",
     [](Draw& draw) {
       const std::int64_t r = draw.integer(1, 3);
       const bool repeated = draw.flag();
       draw.input("x", {draw.size()});
       return trial(draw, fmt::format("combinations(x, {}, {})", r, repeated),
                    [=](const Inputs& in) { return combinations(in[0], r, repeated); });
     }},
}};

/// A case of x [n, m], indices [count] below n, and a source [count, m].
template <class F>
GradcheckCase by_index(const char* name, const char* code, F f) {
  return {name, [=](Draw& draw) {
            const std::int64_t n = draw.size(), m = draw.size(), count = draw.size();
            draw.input("x", {n, m});
            draw.indices("index", {count}, n);
            draw.input("source", {count, m});
            return trial(draw, code, f);
          }};
}

const GradcheckCases overwritten{{
    by_index("index_copy", "index_copy(x, 0, index, source)",
             [](auto& in) { return index_copy(in[0], 0, in[1], in[2]); }),
    by_index("index_fill", "index_fill(x, 0, index, sum(source))",
             [](auto& in) { return index_fill(in[0], 0, in[1], sum(in[2])); }),
    {"put",
     [](Draw& draw) {
       const std::int64_t n = draw.size(), m = draw.size(), count = draw.size();
       const bool accumulate = draw.flag();
       draw.input("x", {n, m});
       draw.indices("index", {count}, n * m);
       draw.input("source", {count});
       return trial(draw, fmt::format("put(x, index, source, {})", accumulate),
                    [=](const Inputs& in) { return put(in[0], in[1], in[2], accumulate); });
     }},
    {"masked_scatter",
     [](Draw& draw) {
       const std::int64_t n = draw.size(), m = draw.size();
       draw.input("x", {n, m});
       draw.indices("mask", {m}, 2);
       draw.input("source", {n * m});
       return trial(draw, "masked_scatter(x, mask == 1, source)",
                    [](const Inputs& in) { return masked_scatter(in[0], in[1] == 1, in[2]); });
     }},
    {"slice_scatter",
     [](Draw& draw) {
       const std::int64_t n = draw.size(), m = draw.size();
       draw.input("x", {n, m});
       draw.input("source", {n, (m + 1) / 2});
       return trial(draw, "slice_scatter(x, source, 1, 0, x.size(1), 2)",
                    [](const Inputs& in) { return slice_scatter(in[0], in[1], 1, 0, in[0].size(1), 2); });
     }},
    of("select_scatter", "select_scatter(x, source, 1, -1)", "x:nm source:n",
       [](auto& in) { return select_scatter(in[0], in[1], 1, -1); }),
}};

}  // namespace
