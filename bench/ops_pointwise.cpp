// Functions of each element, of two, of three.
#include "ops.hpp"

namespace ops {
namespace {

/// x [r, c] and a row y [c] that is broadcast.
const Family plane_and_row{plane_shapes, [](const Sizes& s, Layout l) {
                             return Inputs{{numbers(s, l), numbers({s[1]}, l)}, 2};
                           }};
/// x and y [r, c], and a condition last.
const Family chosen{plane_shapes, [](const Sizes& s, Layout l) {
                      return Inputs{{numbers(s, l), numbers(s, l), numbers(s, l) > 0}, 2};
                    }};
const Family masked{plane_shapes, [](const Sizes& s, Layout l) {
                      return Inputs{{numbers(s, l), numbers(s, l) > 0}, 1};
                    }};
/// Two bool tensors.
const Family truths{plane_shapes, [](const Sizes& s, Layout l) {
                      return Inputs{{numbers(s, l) > 0, numbers(s, l) > 0}, 0};
                    }};

const Op pointwise_ops[] = {
    {"tanh", plane, [](const Tensors& x) { return lib::tanh(x[0]); }},
    {"sigmoid", plane, [](const Tensors& x) { return lib::sigmoid(x[0]); }},
    {"relu", plane, [](const Tensors& x) { return lib::relu(x[0]); }},
    {"leaky_relu", plane, [](const Tensors& x) { return lib::leaky_relu(x[0]); }},
    {"elu", plane, [](const Tensors& x) { return lib::elu(x[0]); }},
    {"silu", plane, [](const Tensors& x) { return lib::silu(x[0]); }},
    {"softplus", plane, [](const Tensors& x) { return lib::softplus(x[0]); }},
    {"logsigmoid", plane, [](const Tensors& x) { return lib::logsigmoid(x[0]); }},
    {"gelu", plane, [](const Tensors& x) { return lib::gelu(x[0]); }},
    {"gelu_tanh", plane, [](const Tensors& x) { return lib::gelu_tanh(x[0]); }},
    {"abs", plane, [](const Tensors& x) { return lib::abs(x[0]); }},
    {"neg", plane, [](const Tensors& x) { return lib::neg(x[0]); }},
    {"sign", plane, [](const Tensors& x) { return lib::sign(x[0]); }},
    {"square", plane, [](const Tensors& x) { return lib::square(x[0]); }},
    {"floor", plane, [](const Tensors& x) { return lib::floor(x[0]); }},
    {"ceil", plane, [](const Tensors& x) { return lib::ceil(x[0]); }},
    {"round", plane, [](const Tensors& x) { return lib::round(x[0]); }},
    {"exp", plane, [](const Tensors& x) { return lib::exp(x[0]); }},
    {"expm1", plane, [](const Tensors& x) { return lib::expm1(x[0]); }},
    {"log", positive, [](const Tensors& x) { return lib::log(x[0]); }},
    {"log1p", positive, [](const Tensors& x) { return lib::log1p(x[0]); }},
    {"sqrt", positive, [](const Tensors& x) { return lib::sqrt(x[0]); }},
    {"rsqrt", positive, [](const Tensors& x) { return lib::rsqrt(x[0]); }},
    {"reciprocal", positive, [](const Tensors& x) { return lib::reciprocal(x[0]); }},
    {"sin", plane, [](const Tensors& x) { return lib::sin(x[0]); }},
    {"cos", plane, [](const Tensors& x) { return lib::cos(x[0]); }},
    {"erf", plane, [](const Tensors& x) { return lib::erf(x[0]); }},
    {"pow_number", positive, [](const Tensors& x) { return lib::pow(x[0], 2.5); }},
    {"clamp", plane, [](const Tensors& x) { return lib::clamp(x[0], -0.5, 0.5); }},
    {"dropout", plane, [](const Tensors& x) { return lib::dropout(x[0], 0.5, true); }},
    {"add", planes, [](const Tensors& x) { return x[0] + x[1]; }},
    {"sub", planes, [](const Tensors& x) { return x[0] - x[1]; }},
    {"mul", planes, [](const Tensors& x) { return x[0] * x[1]; }},
    {"div", planes, [](const Tensors& x) { return x[0] / x[1]; }},
    {"pow", planes, [](const Tensors& x) { return lib::pow(x[0], x[1]); }},
    {"maximum", planes, [](const Tensors& x) { return lib::maximum(x[0], x[1]); }},
    {"minimum", planes, [](const Tensors& x) { return lib::minimum(x[0], x[1]); }},
    {"add_number", plane, [](const Tensors& x) { return x[0] + 1.5; }},
    {"mul_number", plane, [](const Tensors& x) { return x[0] * 1.5; }},
    {"add_row", plane_and_row, [](const Tensors& x) { return x[0] + x[1]; }},
    {"mul_row", plane_and_row, [](const Tensors& x) { return x[0] * x[1]; }},
    {"where", chosen, [](const Tensors& x) { return lib::where(x[2], x[0], x[1]); }},
    {"masked_fill", masked, [](const Tensors& x) { return lib::masked_fill(x[0], x[1], 0.5); }},
    {"eq", plane_only, [](const Tensors& x) { return lib::eq(x[0], x[1]); }},
    {"ne", plane_only, [](const Tensors& x) { return lib::ne(x[0], x[1]); }},
    {"lt", plane_only, [](const Tensors& x) { return lib::lt(x[0], x[1]); }},
    {"le", plane_only, [](const Tensors& x) { return lib::le(x[0], x[1]); }},
    {"gt", plane_only, [](const Tensors& x) { return lib::gt(x[0], x[1]); }},
    {"ge", plane_only, [](const Tensors& x) { return lib::ge(x[0], x[1]); }},
    {"logical_and", truths, [](const Tensors& x) { return lib::logical_and(x[0], x[1]); }},
    {"logical_or", truths, [](const Tensors& x) { return lib::logical_or(x[0], x[1]); }},
    {"logical_xor", truths, [](const Tensors& x) { return lib::logical_xor(x[0], x[1]); }},
    {"logical_not", truths, [](const Tensors& x) { return lib::logical_not(x[0]); }},
    {"isnan", plane_only, [](const Tensors& x) { return lib::isnan(x[0]); }},
    {"isinf", plane_only, [](const Tensors& x) { return lib::isinf(x[0]); }},
    {"isfinite", plane_only, [](const Tensors& x) { return lib::isfinite(x[0]); }},
    {"equal", plane_only, [](const Tensors& x) { return lib::equal(x[0], x[0].detach()) ? x[0] : x[1]; }},
    {"allclose", plane_only,
     [](const Tensors& x) { return lib::allclose(x[0], x[0].detach()) ? x[0] : x[1]; }},
    {"add_", plane_only, [](const Tensors& x) { return Tensor(x[0]) += x[1]; }},
    {"mul_", plane_only, [](const Tensors& x) { return Tensor(x[0]) *= 1.0; }},
};

}  // namespace

void add_pointwise() { add(pointwise_ops); }

}  // namespace ops
