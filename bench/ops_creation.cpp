// Tensors out of nothing: constants and random numbers.
#include "ops.hpp"

namespace ops {
namespace {

/// A tensor whose shape is wanted.
const Family shape{plane_shapes, [](const Sizes& s, Layout l) { return Inputs{{numbers(s, l, 0, 1)}, 0}; }};

const Op creation_ops[] = {
    {"zeros", shape,
     [](const Tensors& x) {
       return lib::zeros({x[0].size(0), x[0].size(1)});
     }},
    {"full", shape,
     [](const Tensors& x) {
       return lib::full({x[0].size(0), x[0].size(1)}, 0.5);
     }},
    {"zeros_like", shape, [](const Tensors& x) { return lib::zeros_like(x[0]); }},
    {"eye", shape, [](const Tensors& x) { return lib::eye(x[0].size(0)); }},
    {"arange", shape, [](const Tensors& x) { return lib::arange(x[0].numel()); }},
    {"linspace", shape, [](const Tensors& x) { return lib::linspace(0.0, 1.0, x[0].numel()); }},
    {"rand", shape,
     [](const Tensors& x) {
       return lib::rand({x[0].size(0), x[0].size(1)});
     }},
    {"randn", shape,
     [](const Tensors& x) {
       return lib::randn({x[0].size(0), x[0].size(1)});
     }},
    {"rand_like", shape, [](const Tensors& x) { return lib::rand_like(x[0]); }},
    {"randint", shape,
     [](const Tensors& x) {
       return lib::integers(10, {x[0].size(0), x[0].size(1)});
     }},
    {"randperm", shape, [](const Tensors& x) { return lib::randperm(x[0].numel()); }},
    {"bernoulli", shape, [](const Tensors& x) { return lib::bernoulli(x[0]); }},
};

}  // namespace

void add_creation() { add(creation_ops); }

}  // namespace ops
