// Functions of one element, or of one of each of several tensors.
#include <cmath>

#include "forms.hpp"

namespace {

using namespace gradus;

struct Unary {
  const char* name;
  std::function<Tensor(const Tensor&)> f;
  double low = -2, high = 2;
  bool ties = true;
};

const std::vector<Unary> unary{
    {"abs", [](const Tensor& x) { return abs(x); }},
    {"sign", [](const Tensor& x) { return sign(x); }},
    {"square", [](const Tensor& x) { return square(x); }},
    {"floor", [](const Tensor& x) { return floor(x); }},
    {"ceil", [](const Tensor& x) { return ceil(x); }},
    {"round", [](const Tensor& x) { return round(x); }},
    {"exp", [](const Tensor& x) { return exp(x); }},
    {"expm1", [](const Tensor& x) { return expm1(x); }},
    {"log", [](const Tensor& x) { return log(x); }, 0.1, 4},
    {"log1p", [](const Tensor& x) { return log1p(x); }, -0.8, 4},
    {"sqrt", [](const Tensor& x) { return sqrt(x); }, 0.1, 4},
    {"rsqrt", [](const Tensor& x) { return rsqrt(x); }, 0.1, 4},
    {"reciprocal", [](const Tensor& x) { return reciprocal(x); }, 0.2, 4},
    {"sin", [](const Tensor& x) { return sin(x); }, -7, 7},
    {"cos", [](const Tensor& x) { return cos(x); }, -7, 7},
    {"erf", [](const Tensor& x) { return erf(x); }},
    {"neg", [](const Tensor& x) { return neg(x); }},
    {"tanh", [](const Tensor& x) { return tanh(x); }, -5, 5},
    {"sigmoid", [](const Tensor& x) { return sigmoid(x); }, -20, 20},
    {"relu", [](const Tensor& x) { return relu(x); }},
    {"leaky_relu", [](const Tensor& x) { return leaky_relu(x); }},
    {"elu", [](const Tensor& x) { return elu(x); }, -4, 4},
    {"silu", [](const Tensor& x) { return silu(x); }, -6, 6},
    {"softplus", [](const Tensor& x) { return softplus(x); }, -15, 15},
    {"logsigmoid", [](const Tensor& x) { return logsigmoid(x); }, -15, 15},
    {"gelu", [](const Tensor& x) { return gelu(x); }, -5, 5},
    {"selu", [](const Tensor& x) { return selu(x); }, -4, 4},
    {"celu", [](const Tensor& x) { return celu(x, 0.7); }, -4, 4},
    {"mish", [](const Tensor& x) { return mish(x); }, -6, 6},
    {"softsign", [](const Tensor& x) { return softsign(x); }, -4, 4},
    {"tanhshrink", [](const Tensor& x) { return tanhshrink(x); }, -3, 3},
    {"relu6", [](const Tensor& x) { return relu6(x); }, -3, 9},
    {"hardtanh", [](const Tensor& x) { return hardtanh(x); }},
    {"hardsigmoid", [](const Tensor& x) { return hardsigmoid(x); }, -5, 5},
    {"hardswish", [](const Tensor& x) { return hardswish(x); }, -5, 5},
    {"hardshrink", [](const Tensor& x) { return hardshrink(x); }},
    {"softshrink", [](const Tensor& x) { return softshrink(x); }},
    {"rrelu", [](const Tensor& x) { return rrelu(x); }},
    {"tan", [](const Tensor& x) { return tan(x); }, -1.4, 1.4},
    {"asin", [](const Tensor& x) { return asin(x); }, -0.95, 0.95},
    {"acos", [](const Tensor& x) { return acos(x); }, -0.95, 0.95},
    {"atan", [](const Tensor& x) { return atan(x); }, -7, 7},
    {"sinh", [](const Tensor& x) { return sinh(x); }, -4, 4},
    {"cosh", [](const Tensor& x) { return cosh(x); }, -4, 4},
    {"asinh", [](const Tensor& x) { return asinh(x); }, -7, 7},
    {"acosh", [](const Tensor& x) { return acosh(x); }, 1.1, 7},
    {"atanh", [](const Tensor& x) { return atanh(x); }, -0.95, 0.95},
    {"log2", [](const Tensor& x) { return log2(x); }, 0.1, 4},
    {"log10", [](const Tensor& x) { return log10(x); }, 0.1, 4},
    {"exp2", [](const Tensor& x) { return exp2(x); }},
    {"erfc", [](const Tensor& x) { return erfc(x); }},
    {"logit", [](const Tensor& x) { return logit(x); }, 0.05, 0.95},
    {"trunc", [](const Tensor& x) { return trunc(x); }},
    {"frac", [](const Tensor& x) { return frac(x); }},
    {"deg2rad", [](const Tensor& x) { return deg2rad(x); }},
    {"rad2deg", [](const Tensor& x) { return rad2deg(x); }},
    {"lgamma", [](const Tensor& x) { return lgamma(x); }, 0.3, 4},
    {"digamma", [](const Tensor& x) { return digamma(x); }, 0.3, 4},
    {"erfinv", [](const Tensor& x) { return erfinv(x); }, -0.9, 0.9},
    {"ndtr", [](const Tensor& x) { return ndtr(x); }},
    {"log_ndtr", [](const Tensor& x) { return log_ndtr(x); }, -6, 4},
    {"ndtri", [](const Tensor& x) { return ndtri(x); }, 0.05, 0.95},
    {"erfcx", [](const Tensor& x) { return erfcx(x); }, -1.5, 4},
    {"entr", [](const Tensor& x) { return entr(x); }, 0.1, 3},
    {"mvlgamma", [](const Tensor& x) { return mvlgamma(x, 3); }, 1.2, 5},
    {"i0", [](const Tensor& x) { return i0(x); }, -5, 5},
    {"i1", [](const Tensor& x) { return i1(x); }, -5, 5},
    {"i0e", [](const Tensor& x) { return i0e(x); }, -5, 5},
    {"i1e", [](const Tensor& x) { return i1e(x); }, -5, 5},
    {"sinc", [](const Tensor& x) { return sinc(x); }, -3, 3},
    {"nan_to_num", [](const Tensor& x) { return nan_to_num(x); }},
};

std::vector<GradcheckCase> unary_cases() {
  std::vector<GradcheckCase> cases;
  for (const Unary& one : unary)
    cases.push_back({one.name, [one](Draw& draw) {
                       draw.input("x", draw.shape(), {.low = one.low, .high = one.high, .ties = one.ties});
                       return trial(draw, fmt::format("{}(x)", one.name),
                                    [one](const Inputs& in) { return one.f(in[0]); });
                     }});
  return cases;
}

struct Binary {
  const char* name;
  std::function<Tensor(const Tensor&, const Tensor&)> f;
  double low = -2, high = 2;
};

const std::vector<Binary> binary{
    {"add", [](const Tensor& a, const Tensor& b) { return a + b; }},
    {"sub", [](const Tensor& a, const Tensor& b) { return a - b; }},
    {"mul", [](const Tensor& a, const Tensor& b) { return a * b; }},
    {"div", [](const Tensor& a, const Tensor& b) { return a / b; }, 0.3, 3},
    {"pow", [](const Tensor& a, const Tensor& b) { return pow(a, b); }, 0.3, 3},
    {"fmod", [](const Tensor& a, const Tensor& b) { return fmod(a, b); }, 0.3, 3},
    {"remainder", [](const Tensor& a, const Tensor& b) { return remainder(a, b); }, 0.3, 3},
    {"atan2", [](const Tensor& a, const Tensor& b) { return atan2(a, b); }, 0.2, 3},
    {"hypot", [](const Tensor& a, const Tensor& b) { return hypot(a, b); }, 0.2, 3},
    {"logaddexp", [](const Tensor& a, const Tensor& b) { return logaddexp(a, b); }, -5, 5},
    {"xlogy", [](const Tensor& a, const Tensor& b) { return xlogy(a, b); }, 0.2, 3},
    {"xlog1py", [](const Tensor& a, const Tensor& b) { return xlog1py(a, b); }, 0.2, 3},
    {"logaddexp2", [](const Tensor& a, const Tensor& b) { return logaddexp2(a, b); }, -5, 5},
    {"floor_divide", [](const Tensor& a, const Tensor& b) { return floor_divide(a, b); }, 0.3, 3},
    {"maximum", [](const Tensor& a, const Tensor& b) { return maximum(a, b); }},
    {"minimum", [](const Tensor& a, const Tensor& b) { return minimum(a, b); }},
    {"fmax", [](const Tensor& a, const Tensor& b) { return fmax(a, b); }},
    {"fmin", [](const Tensor& a, const Tensor& b) { return fmin(a, b); }},
    {"ldexp", [](const Tensor& a, const Tensor& b) { return ldexp(a, b); }},
    {"heaviside", [](const Tensor& a, const Tensor& b) { return heaviside(a, b); }},
};

/// Two shapes that broadcast to each other: some sizes are 1, some leading dimensions are absent.
std::pair<Shape, Shape> broadcast_shapes(Draw& draw) {
  const Shape whole = draw.shape();
  Shape first = whole, second;
  for (std::int64_t& size : first)
    if (draw.integer(0, 4) == 4) size = 1;
  const auto skipped = static_cast<std::size_t>(draw.integer(0, static_cast<std::int64_t>(whole.size())));
  for (std::size_t d = skipped; d < whole.size(); ++d)
    second.push_back(draw.integer(0, 4) == 4 ? 1 : whole[d]);
  return {first, second};
}

std::vector<GradcheckCase> binary_cases() {
  std::vector<GradcheckCase> cases;
  for (const Binary& one : binary)
    cases.push_back({one.name, [one](Draw& draw) {
                       const auto [a, b] = broadcast_shapes(draw);
                       draw.input("a", a, {.low = one.low, .high = one.high});
                       draw.input("b", b, {.low = one.low, .high = one.high});
                       return trial(draw, fmt::format("{}(a, b)", one.name),
                                    [one](const Inputs& in) { return one.f(in[0], in[1]); });
                     }});
  return cases;
}

const GradcheckCases one_input{unary_cases()};
const GradcheckCases two_inputs{binary_cases()};

const GradcheckCases others{{
    {"clamp",
     [](Draw& draw) {
       draw.input("x", draw.shape());
       return trial(draw, "clamp(x, -1, 0.5)", [](const Inputs& in) { return clamp(in[0], -1, 0.5); });
     }},
    {"where",
     [](Draw& draw) {
       const auto [a, b] = broadcast_shapes(draw);
       draw.input("a", a);
       draw.input("b", b);
       return trial(draw, "where(a.detach() > 0, a, b)",
                    [](const Inputs& in) { return where(in[0].detach() > 0, in[0], in[1]); });
     }},
    {"masked_fill",
     [](Draw& draw) {
       draw.input("x", draw.shape());
       return trial(draw, "masked_fill(x, x.detach() > 1, 3)",
                    [](const Inputs& in) { return masked_fill(in[0], in[0].detach() > 1, 3); });
     }},
    {"lerp",
     [](Draw& draw) {
       const auto [a, b] = broadcast_shapes(draw);
       draw.input("start", a);
       draw.input("end", b);
       draw.input("weight", a);
       return trial(draw, "lerp(start, end, weight)",
                    [](const Inputs& in) { return lerp(in[0], in[1], in[2]); });
     }},
    {"addcmul",
     [](Draw& draw) {
       const auto [a, b] = broadcast_shapes(draw);
       draw.input("x", a);
       draw.input("a", b);
       draw.input("b", a);
       return trial(draw, "addcmul(x, a, b, 0.5)",
                    [](const Inputs& in) { return addcmul(in[0], in[1], in[2], 0.5); });
     }},
    {"addcdiv",
     [](Draw& draw) {
       const auto [a, b] = broadcast_shapes(draw);
       draw.input("x", a);
       draw.input("a", b);
       draw.input("b", a, {.low = 0.3, .high = 3});
       return trial(draw, "addcdiv(x, a, b, 0.5)",
                    [](const Inputs& in) { return addcdiv(in[0], in[1], in[2], 0.5); });
     }},
    {"threshold",
     [](Draw& draw) {
       draw.input("x", draw.shape());
       return trial(draw, "threshold(x, 0.5, -1)",
                    [](const Inputs& in) { return threshold(in[0], 0.5, -1); });
     }},
    {"glu",
     [](Draw& draw) {
       draw.input("x", {draw.size(3), 2 * draw.size(3)});
       return trial(draw, "glu(x)", [](const Inputs& in) { return glu(in[0]); });
     }},
    {"prelu",
     [](Draw& draw) {
       const std::int64_t c = draw.size(3);
       draw.input("x", {draw.size(3), c, draw.size(2)});
       draw.input("weight", {draw.flag() ? c : 1});
       return trial(draw, "prelu(x, weight)", [](const Inputs& in) { return prelu(in[0], in[1]); });
     }},
    {"alpha_dropout",
     [](Draw& draw) {
       draw.input("x", draw.shape());
       return trial(draw, "[&] { Generator g{3}; return alpha_dropout(x, 0.4, true, &g); }()",
                    [](const Inputs& in) {
                      Generator generator{3};
                      return alpha_dropout(in[0], 0.4, true, &generator);
                    });
     }},
    {"feature_dropout",
     [](Draw& draw) {
       draw.input("x", {draw.size(2), draw.size(3), draw.size(3)});
       return trial(draw, "[&] { Generator g{3}; return feature_dropout(x, 0.4, true, &g); }()",
                    [](const Inputs& in) {
                      Generator generator{3};
                      return feature_dropout(in[0], 0.4, true, &generator);
                    });
     }},
    {"feature_alpha_dropout",
     [](Draw& draw) {
       draw.input("x", {draw.size(2), draw.size(3), draw.size(3)});
       return trial(draw, "[&] { Generator g{3}; return feature_alpha_dropout(x, 0.4, true, &g); }()",
                    [](const Inputs& in) {
                      Generator generator{3};
                      return feature_alpha_dropout(in[0], 0.4, true, &generator);
                    });
     }},
    {"logit with eps",
     [](Draw& draw) {
       draw.input("x", draw.shape(), {.low = -0.5, .high = 1.5});
       return trial(draw, "logit(x, 0.1)", [](const Inputs& in) { return logit(in[0], 0.1); });
     }},
    {"copysign",
     [](Draw& draw) {
       const auto [a, b] = broadcast_shapes(draw);
       draw.input("a", a);
       draw.input("b", b, {.low = 0.3, .high = 3});
       return trial(draw, "copysign(a, -b)", [](const Inputs& in) { return copysign(in[0], -in[1]); });
     }},
    {"gammainc",
     [](Draw& draw) {
       const double a = draw.one_of<double>({0.7, 1, 3});
       draw.input("x", draw.shape(), {.low = 0.3, .high = 4});
       return trial(draw, fmt::format("gammainc({}, x)", a),
                    [=](const Inputs& in) { return gammainc(a, in[0]); });
     }},
    {"gammaincc",
     [](Draw& draw) {
       const double a = draw.one_of<double>({0.7, 1, 3});
       draw.input("x", draw.shape(), {.low = 0.3, .high = 4});
       return trial(draw, fmt::format("gammaincc({}, x)", a),
                    [=](const Inputs& in) { return gammaincc(a, in[0]); });
     }},
    {"polygamma",
     [](Draw& draw) {
       const std::int64_t n = draw.integer(0, 3);
       draw.input("x", draw.shape(), {.low = 0.5, .high = 4});
       return trial(draw, fmt::format("polygamma({}, x)", n),
                    [=](const Inputs& in) { return polygamma(n, in[0]); });
     }},
    {"pow of a number",
     [](Draw& draw) {
       const double exponent = draw.one_of<double>({2, 1, 0, 3, -1, 0.5, 1.7, -2});
       const bool whole = exponent == std::round(exponent) && exponent >= 0;
       draw.input("x", draw.shape(), {.low = whole ? -2 : 0.3, .high = 2});
       return trial(draw, fmt::format("pow(x, {})", exponent),
                    [=](const Inputs& in) { return pow(in[0], exponent); });
     }},
    {"gelu by tanh",
     [](Draw& draw) {
       draw.input("x", draw.shape(), {.low = -4, .high = 4});
       return trial(draw, "gelu(x, {.approximate = Gelu::tanh})",
                    [](const Inputs& in) { return gelu(in[0], {.approximate = Gelu::tanh}); });
     }},
    {"dropout",
     [](Draw& draw) {
       draw.input("x", draw.shape());
       return trial(draw, "[&] { Generator g{3}; return dropout(x, 0.4, true, &g); }()",
                    [](const Inputs& in) {
                      Generator generator{3};
                      return dropout(in[0], 0.4, true, &generator);
                    });
     }},
    {"clone",
     [](Draw& draw) {
       draw.input("x", draw.shape());
       return trial(draw, "x.clone().contiguous() * 2",
                    [](const Inputs& in) { return in[0].clone().contiguous() * 2; });
     }},
}};

}  // namespace
