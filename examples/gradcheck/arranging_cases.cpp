// Scans, order, diagonals, masks, elements moved and dealt out.
#include <gradus/gradus.hpp>
#include <gradus/nn/gradcheck/case.hpp>

namespace {

using namespace gradus;
using Inputs = std::vector<Tensor>;

/// A case of a tensor that is not empty, along one of its dimensions: `code` is the C++ with {} for that.
template <class F>
GradcheckCase along(const char* name, const std::string& code, F f, bool or_empty = false,
                    DrawOptions options = {}) {
  return {name, [=](Draw& draw) {
            Shape shape = draw.shape(1, 3);
            for (std::int64_t& size : shape) size = or_empty ? size : std::max<std::int64_t>(size, 1);
            const std::int64_t dim = draw.integer(0, static_cast<std::int64_t>(shape.size()) - 1);
            draw.input("x", shape, options);
            return trial(draw, fmt::format(fmt::runtime(code), dim),
                         [=](const Inputs& in) { return f(in[0], dim); });
          }};
}

/// A case of one tensor of this many dimensions.
template <class F>
GradcheckCase whole(const char* name, const char* code, std::int64_t rank, F f) {
  return {name, [=](Draw& draw) {
            draw.input("x", draw.shape(rank, rank));
            return trial(draw, code, [=](const Inputs& in) { return f(in[0]); });
          }};
}

const GradcheckCases scans{{
    along(
        "cumprod", "cumprod(x, {})", [](const Tensor& x, std::int64_t d) { return cumprod(x, d); }, true),
    along(
        "logcumsumexp", "logcumsumexp(x, {})",
        [](const Tensor& x, std::int64_t d) { return logcumsumexp(x, d); }, true),
    along("cummax", "cummax(x, {}).values",
          [](const Tensor& x, std::int64_t d) { return cummax(x, d).values; }),
    along("cummin", "cummin(x, {}).values",
          [](const Tensor& x, std::int64_t d) { return cummin(x, d).values; }),
}};

/// x with all elements apart: moving the middle one of three that are equal changes nothing, either way.
Tensor apart(const Tensor& x) { return x + reshape(arange(x.numel()), x.shape()).to(x.dtype()) * 0.371; }

/// A case of a function of order, `code` with {} for x and the dimension.
template <class F>
GradcheckCase of_order(const char* name, const char* code, F f, bool or_empty = false) {
  const std::string whole = fmt::format(
      fmt::runtime(code), "x + reshape(arange(x.numel()), x.shape()).to(x.dtype()) * 0.371", "{0}");
  return along(
      name, whole, [=](const Tensor& x, std::int64_t d) { return f(apart(x), d); }, or_empty);
}

const GradcheckCases orders{{
    of_order(
        "sort", "sort({}, {}).values", [](const Tensor& x, std::int64_t d) { return sort(x, d).values; },
        true),
    of_order("topk", "topk({0}, (x.size({1}) + 1) / 2, {1}, false).values",
             [](const Tensor& x, std::int64_t d) { return topk(x, (x.size(d) + 1) / 2, d, false).values; }),
    of_order("kthvalue", "kthvalue({0}, (x.size({1}) + 1) / 2, {1}).values",
             [](const Tensor& x, std::int64_t d) { return kthvalue(x, (x.size(d) + 1) / 2, d).values; }),
    of_order("median", "median({}, {}).values",
             [](const Tensor& x, std::int64_t d) { return median(x, d).values; }),
}};

const GradcheckCases moved{{
    whole("diagonal", "diagonal(x, 1) * 2", 2, [](const Tensor& x) { return diagonal(x, 1) * 2; }),
    whole("diag_embed", "diag_embed(x, -1)", 2, [](const Tensor& x) { return diag_embed(x, -1); }),
    whole("diag", "diag(x)", 1, [](const Tensor& x) { return diag(x); }),
    whole("trace", "trace(x)", 2, [](const Tensor& x) { return trace(x); }),
    whole("t", "t(x) * 2", 2, [](const Tensor& x) { return t(x) * 2; }),
    whole("movedim", "movedim(x, {0, 1}, {2, 0}) * 2", 3,
          [](const Tensor& x) {
            return movedim(x, {0, 1}, {2, 0}) * 2;
          }),
    whole("repeat", "repeat(x, {2, 1, 3})", 2,
          [](const Tensor& x) {
            return repeat(x, {2, 1, 3});
          }),
    along(
        "roll", "roll(x, 2, {})", [](const Tensor& x, std::int64_t d) { return roll(x, 2, d); }, true),
    along("unbind", "unbind(x, {})", [](const Tensor& x, std::int64_t d) { return unbind(x, d); }),
    along(
        "repeat_interleave", "repeat_interleave(x, 2, {})",
        [](const Tensor& x, std::int64_t d) { return repeat_interleave(x, 2, d); }, true),
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
