#include <gradus/gradus.hpp>
#include <gradus/nn/gradcheck/case.hpp>
using namespace gradus;

struct Net {
  nn::Linear hidden{2, 3};
  nn::Linear out{3, 1};
  Tensor operator()(const Tensor& x) const { return out(tanh(hidden(x))); }
};

const GradcheckCases cases{{
    {"net",
     [](Draw& draw) {
       draw.input("x", {draw.size(), 2});
       return trial(draw, "Net{}", Net{});
     }},
    {"distance of two",
     [](Draw& draw) {
       draw.input("a", {3});
       draw.input("b", {3});
       return trial(draw, "sum(abs(a - b))",
                    [](const std::vector<Tensor>& in) { return sum(abs(in[0] - in[1])); });
     }},
}};
