#include <gradus/onnx/call.hpp>

#include <cmath>
#include <limits>
#include <numbers>

// Comparisons, what is made of flags, and ops that ONNX has by way of them.
namespace gradus::onnx {

namespace {

/// Input i in a dtype that runtimes compare: flags and bytes become integers.
std::string comparable(Call& call, std::size_t i) {
  const DType dtype = call.input_dtype(i);
  if (dtype != boolean && dtype != uint8) return call.input(i);
  return call.add("Cast", {call.input(i)}, {{"to", onnx_type(int64)}});
}

Translation compare(std::string_view type) {
  return [type](Call& call) { call.become(type, {comparable(call, 0), comparable(call, 1)}); };
}

void ne(Call& call) { call.become("Not", {call.add("Equal", {comparable(call, 0), comparable(call, 1)})}); }

/// Whether each element of input i is not 0.
std::string flag(Call& call, std::size_t i) {
  if (call.input_dtype(i) == boolean) return call.input(i);
  return call.add("Cast", {call.input(i)}, {{"to", onnx_type(boolean)}});
}

Translation logical(std::string_view type) {
  return [type](Call& call) { call.become(type, {flag(call, 0), flag(call, 1)}); };
}

void logical_not(Call& call) { call.become("Not", {flag(call, 0)}); }

/// Input 0 in a dtype that has NaN and infinities.
std::string floating(Call& call) {
  if (is_floating(call.input_dtype(0))) return call.input(0);
  return call.add("Cast", {call.input(0)}, {{"to", onnx_type(float32)}});
}

void isnan(Call& call) { call.become("IsNaN", {floating(call)}); }
void isinf(Call& call) { call.become("IsInf", {floating(call)}); }
void isfinite(Call& call) {
  const std::string x = floating(call);
  call.become("Not", {call.add("Or", {call.add("IsNaN", {x}), call.add("IsInf", {x})})});
}

void where(Call& call) { call.become("Where", call.inputs()); }

void nan_to_num(Call& call) {
  const bool wide = call.dtype() == float64;
  const double most = wide ? std::numeric_limits<double>::max() : std::numeric_limits<float>::max();
  const double infinity = std::numeric_limits<double>::infinity();
  const std::string x = call.input(0);
  const auto replaced = [&](const std::string& y, double from, double by) {
    return call.add("Where", {call.add("Equal", {x, call.scalar(from)}), call.scalar(by), y});
  };
  const std::string below = replaced(x, infinity, call.optional_number("posinf").value_or(most));
  const std::string finite = replaced(below, -infinity, call.optional_number("neginf").value_or(-most));
  call.become("Where", {call.add("IsNaN", {x}), call.scalar(call.number("nan")), finite});
}

/// The angle of y / x, and half a turn where x is to the left; 0 at the origin, whatever the zeros' signs.
void atan2(Call& call) {
  const std::string y = call.input(0), x = call.input(1), zero = call.scalar(0);
  const auto half_turn = [&](double sign) { return call.scalar(sign * std::numbers::pi); };
  const std::string on_axis = call.add("Equal", {x, zero});
  const std::string angle =
      call.add("Atan", {call.add("Div", {y, call.add("Where", {on_axis, call.scalar(1), x})})});
  const std::string quarter = call.add("Mul", {call.add("Sign", {y}), call.scalar(std::numbers::pi / 2)});
  const std::string turn = call.add("Where", {call.add("Less", {y, zero}), half_turn(-1), half_turn(1)});
  const std::string right = call.add("Where", {on_axis, quarter, angle});
  call.become("Add", {right, call.add("Where", {call.add("Less", {x, zero}), turn, zero})});
}

}  // namespace

Translations comparison_translations() {
  return {{"&", logical("And")},
          {"^", logical("Xor")},
          {"atan2", atan2},
          {"eq", compare("Equal")},
          {"ge", compare("GreaterOrEqual")},
          {"gt", compare("Greater")},
          {"isfinite", isfinite},
          {"isinf", isinf},
          {"isnan", isnan},
          {"le", compare("LessOrEqual")},
          {"logical_and", logical("And")},
          {"logical_not", logical_not},
          {"logical_or", logical("Or")},
          {"logical_xor", logical("Xor")},
          {"lt", compare("Less")},
          {"nan_to_num", nan_to_num},
          {"ne", ne},
          {"where", where},
          {"|", logical("Or")},
          {"~", logical("Xor")}};
}

}  // namespace gradus::onnx
