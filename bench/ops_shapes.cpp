// Views, copies, joins: the same elements in another place.
#include "ops.hpp"

namespace ops {
namespace {

const Op shapes_ops[] = {
    {"slice", plane, [](const Tensors& x) { return lib::slice(x[0], 1, 1, -1, 2); }},
    {"select", plane, [](const Tensors& x) { return lib::select(x[0], 0, 3); }},
    {"narrow", plane, [](const Tensors& x) { return lib::narrow(x[0], 0, 2, 8); }},
    {"transpose", plane, [](const Tensors& x) { return lib::transpose(x[0], 0, 1); }},
    {"permute", plane,
     [](const Tensors& x) {
       return lib::permute(x[0], {1, 0});
     }},
    {"expand", plane,
     [](const Tensors& x) {
       return lib::expand(x[0], {4, x[0].size(0), x[0].size(1)});
     }},
    {"squeeze", plane, [](const Tensors& x) { return lib::squeeze(x[0]); }},
    {"unsqueeze", plane, [](const Tensors& x) { return lib::unsqueeze(x[0], 1); }},
    {"reshape", plane,
     [](const Tensors& x) {
       return lib::reshape(x[0], {-1, 8});
     }},
    {"flatten", plane, [](const Tensors& x) { return lib::flatten(x[0]); }},
    {"unflatten", plane,
     [](const Tensors& x) {
       return lib::unflatten(x[0], 1, {-1, 4});
     }},
    {"clone", plane, [](const Tensors& x) { return x[0].clone(); }},
    {"contiguous", plane, [](const Tensors& x) { return x[0].contiguous(); }},
    {"to_float64", plane, [](const Tensors& x) { return lib::to_float64(x[0]); }},
    {"copy_", plane_only, [](const Tensors& x) { return Tensor(x[0]).copy_(x[1]); }},
    {"fill_", plane_only, [](const Tensors& x) { return Tensor(x[0]).fill_(0.5); }},
    {"cat_rows", planes,
     [](const Tensors& x) {
       return lib::cat({x[0], x[1]}, 0);
     }},
    {"cat_columns", planes,
     [](const Tensors& x) {
       return lib::cat({x[0], x[1]}, 1);
     }},
    {"stack", planes,
     [](const Tensors& x) {
       return lib::stack({x[0], x[1]}, 0);
     }},
    {"split", plane, [](const Tensors& x) { return lib::split(x[0], 4, 0)[1]; }},
    {"chunk", plane, [](const Tensors& x) { return lib::chunk(x[0], 2, 1)[1]; }},
    {"pad", plane,
     [](const Tensors& x) {
       return lib::pad(x[0], {1, 1, 2, 2});
     }},
    {"flip", plane, [](const Tensors& x) { return lib::flip(x[0], {1}); }},
    {"tril", plane, [](const Tensors& x) { return lib::tril(x[0]); }},
    {"triu", plane, [](const Tensors& x) { return lib::triu(x[0]); }},
};

}  // namespace

void add_shapes() { add(shapes_ops); }

}  // namespace ops
