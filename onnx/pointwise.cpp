#include <gradus/onnx/call.hpp>

#include <cmath>
#include <numbers>

// Ops on one element, or on one each of tensors that are broadcast.
namespace gradus::onnx {

namespace {

/// An op that ONNX has under another name.
Translation same(std::string_view type) {
  return [type](Call& call) { call.become(type, call.inputs()); };
}

/// An op that ONNX has under another name, with one number.
Translation with(std::string_view type, std::string_view number, std::string_view name) {
  return [=](Call& call) { call.become(type, call.inputs(), {{name, call.number(number)}}); };
}

/// Between bounds that may be left out.
void clip(Call& call, std::optional<double> min, std::optional<double> max) {
  call.become("Clip", {call.input(0), min ? call.scalar(*min) : "", max ? call.scalar(*max) : ""});
}

void clamp(Call& call) { clip(call, call.optional_number("min"), call.optional_number("max")); }

void silu(Call& call) {
  const std::string x = call.input(0);
  call.become("Mul", {x, call.add("Sigmoid", {x})});
}

/// x times the normal distribution function, or the approximation of it by tanh.
void gelu(Call& call) {
  const std::string x = call.input(0), half = call.scalar(0.5);
  std::string inner;
  if (call.text("approximate") == "tanh") {
    const std::string cube = call.add("Mul", {x, call.add("Mul", {x, x})});
    const std::string sum = call.add("Add", {x, call.add("Mul", {cube, call.scalar(0.044715)})});
    constexpr double scale = std::numbers::sqrt2 * std::numbers::inv_sqrtpi;
    inner = call.add("Tanh", {call.add("Mul", {sum, call.scalar(scale)})});
  } else {
    inner = call.add("Erf", {call.add("Mul", {x, call.scalar(1 / std::numbers::sqrt2)})});
  }
  const std::string twice = call.add("Add", {inner, call.scalar(1)});
  call.become("Mul", {call.add("Mul", {x, half}), twice});
}

/// log(1 + e^(beta x)) / beta; what the op returns beyond its threshold differs by less than rounding does.
void softplus(Call& call) {
  const double beta = call.number("beta");
  if (beta == 1) return call.become("Softplus", call.inputs());
  const std::string scaled = call.add("Mul", {call.input(0), call.scalar(beta)});
  call.become("Div", {call.add("Softplus", {scaled}), call.scalar(beta)});
}

void logsigmoid(Call& call) { call.become("Neg", {call.add("Softplus", {call.add("Neg", call.inputs())})}); }

void mish(Call& call) {
  const std::string x = call.input(0);
  call.become("Mul", {x, call.add("Tanh", {call.add("Softplus", {x})})});
}

void tanhshrink(Call& call) {
  const std::string x = call.input(0);
  call.become("Sub", {x, call.add("Tanh", {x})});
}

void hardsigmoid(Call& call) {
  call.become("HardSigmoid", call.inputs(), {{"alpha", 1.0 / 6}, {"beta", 0.5}});
}

void square(Call& call) {
  const std::string x = call.input(0);
  call.become("Mul", {x, x});
}

void rsqrt(Call& call) { call.become("Reciprocal", {call.add("Sqrt", call.inputs())}); }
void expm1(Call& call) { call.become("Sub", {call.add("Exp", call.inputs()), call.scalar(1)}); }
void log1p(Call& call) { call.become("Log", {call.add("Add", {call.input(0), call.scalar(1)})}); }

/// A power of a tensor by a number or by a tensor; the third kind, of a number, is an exponential.
void pow(Call& call) {
  if (call.input_count() == 2) return call.become("Pow", call.inputs());
  if (call.attributes().starts_with("base="))
    return call.become("Pow", {call.scalar(call.number("base")), call.input(0)});
  call.become("Pow", {call.input(0), call.scalar(call.number("exponent"))});
}

void exp2(Call& call) { call.become("Pow", {call.scalar(2), call.input(0)}); }

void log_to(Call& call, double base) {
  call.become("Div", {call.add("Log", call.inputs()), call.scalar(std::log(base))});
}

void erfc(Call& call) { call.become("Sub", {call.scalar(1), call.add("Erf", call.inputs())}); }

/// log(x / (1 - x)), of x kept eps away from 0 and 1.
void logit(Call& call) {
  std::string x = call.input(0);
  if (const auto eps = call.optional_number("eps"))
    x = call.add("Clip", {x, call.scalar(*eps), call.scalar(1 - *eps)});
  call.become("Log", {call.add("Div", {x, call.add("Sub", {call.scalar(1), x})})});
}

/// max(a, b) + log(1 + e^-|a - b|)
void logaddexp(Call& call) {
  const Names both = call.inputs();
  const std::string distance = call.add("Neg", {call.add("Abs", {call.add("Sub", both)})});
  call.become("Add", {call.add("Max", both), call.add("Softplus", {distance})});
}

void hypot(Call& call) {
  const std::string a = call.input(0), b = call.input(1);
  call.become("Sqrt", {call.add("Add", {call.add("Mul", {a, a}), call.add("Mul", {b, b})})});
}

/// a - floor(a / b) b
void remainder(Call& call) {
  const std::string a = call.input(0), b = call.input(1);
  const std::string turns = call.add("Floor", {call.add("Div", {a, b})});
  call.become("Sub", {a, call.add("Mul", {turns, b})});
}

void floor_divide(Call& call) { call.become("Floor", {call.add("Div", call.inputs())}); }
void fmod(Call& call) { call.become("Mod", call.inputs(), {{"fmod", 1}}); }

void trunc(Call& call) {
  const std::string x = call.input(0);
  call.become("Mul", {call.add("Sign", {x}), call.add("Floor", {call.add("Abs", {x})})});
}

/// What lies within lambd of 0 becomes 0, the rest comes nearer by `bias`.
void shrink(Call& call, double bias) {
  call.become("Shrink", call.inputs(), {{"lambd", call.number("lambd")}, {"bias", bias}});
}

/// x where it is above the threshold.
void threshold(Call& call) {
  const std::string x = call.input(0);
  const std::string above = call.add("Greater", {x, call.scalar(call.number("threshold"))});
  call.become("Where", {above, x, call.scalar(call.number("replacement"))});
}

void abs_power(Call& call) {
  call.become("Pow", {call.add("Abs", call.inputs()), call.scalar(call.number("exponent"))});
}

void cast(Call& call) { call.become("Cast", call.inputs(), {{"to", onnx_type(call.dtype())}}); }

}  // namespace

Translations pointwise_translations() {
  return {{"abs", same("Abs")},
          {"abs_power", abs_power},
          {"acos", same("Acos")},
          {"acosh", same("Acosh")},
          {"add", same("Add")},
          {"asin", same("Asin")},
          {"asinh", same("Asinh")},
          {"atan", same("Atan")},
          {"atanh", same("Atanh")},
          {"ceil", same("Ceil")},
          {"celu", with("Celu", "alpha", "alpha")},
          {"clamp", clamp},
          {"clamp_max", same("Min")},
          {"clamp_min", same("Max")},
          {"clone", same("Identity")},
          {"cos", same("Cos")},
          {"cosh", same("Cosh")},
          {"div", same("Div")},
          {"elu", with("Elu", "alpha", "alpha")},
          {"erf", same("Erf")},
          {"erfc", erfc},
          {"exp", same("Exp")},
          {"exp2", exp2},
          {"expm1", expm1},
          {"floor", same("Floor")},
          {"floor_divide", floor_divide},
          {"fmod", fmod},
          {"gelu", gelu},
          {"hardshrink", [](Call& call) { shrink(call, 0); }},
          {"hardsigmoid", hardsigmoid},
          {"hardswish", same("HardSwish")},
          {"hardtanh", [](Call& call) { clip(call, call.number("min"), call.number("max")); }},
          {"hypot", hypot},
          {"leaky_relu", with("LeakyRelu", "negative_slope", "alpha")},
          {"log", same("Log")},
          {"log10", [](Call& call) { log_to(call, 10); }},
          {"log1p", log1p},
          {"log2", [](Call& call) { log_to(call, 2); }},
          {"logaddexp", logaddexp},
          {"logit", logit},
          {"logsigmoid", logsigmoid},
          {"maximum", same("Max")},
          {"minimum", same("Min")},
          {"mish", mish},
          {"mul", same("Mul")},
          {"neg", same("Neg")},
          {"pow", pow},
          {"prelu", same("PRelu")},
          {"reciprocal", same("Reciprocal")},
          {"relu", same("Relu")},
          {"relu6", [](Call& call) { clip(call, 0, 6); }},
          {"remainder", remainder},
          {"round", same("Round")},
          {"rsqrt", rsqrt},
          {"selu", same("Selu")},
          {"sigmoid", same("Sigmoid")},
          {"sign", same("Sign")},
          {"silu", silu},
          {"sin", same("Sin")},
          {"sinh", same("Sinh")},
          {"softplus", softplus},
          {"softshrink", [](Call& call) { shrink(call, call.number("lambd")); }},
          {"softsign", same("Softsign")},
          {"sqrt", same("Sqrt")},
          {"square", square},
          {"sub", same("Sub")},
          {"tan", same("Tan")},
          {"tanh", same("Tanh")},
          {"tanhshrink", tanhshrink},
          {"threshold", threshold},
          {"to", cast},
          {"trunc", trunc}};
}

}  // namespace gradus::onnx
