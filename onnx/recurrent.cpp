#include <gradus/onnx/call.hpp>

// One layer of a recurrent network in one direction. x is [t, n, in], states are [n, hidden].
namespace gradus::onnx {

namespace {

/// Where the weights stand among the inputs of the op, and in which order ONNX wants the gates.
struct Cell {
  std::string_view type;
  std::size_t states;
  Integers gates;
};

/// The parts for the gates in ONNX's order.
std::string arranged(Call& call, std::size_t i, const Integers& gates) {
  const std::string whole = call.input(i);
  if (gates.size() == 1) return whole;
  const auto count = static_cast<std::int64_t>(gates.size());
  const Integers sizes(gates.size(), call.shape(i)[0] / count);
  const Names parts = call.add("Split", {whole, call.constant(sizes)}, {{"axis", 0}}, gates.size());
  Names order;
  for (const std::int64_t gate : gates) order.push_back(parts[static_cast<std::size_t>(gate)]);
  return call.add("Concat", order, {{"axis", 0}});
}

/// With a first dimension of 1: the only direction.
std::string one_direction(Call& call, const std::string& value) {
  return call.add("Unsqueeze", {value, call.constant(Integers{0})});
}

/// Both biases, one behind the other; "" for none.
std::string biases(Call& call, std::size_t first, const Integers& gates) {
  if (!call.has(first) && !call.has(first + 1)) return {};
  Names both;
  for (const std::size_t i : {first, first + 1})
    both.push_back(call.has(i) ? arranged(call, i, gates)
                               : call.add("Mul", {arranged(call, 2 * first + 1 - i, gates), call.scalar(0)}));
  return one_direction(call, call.add("Concat", both, {{"axis", 0}}));
}

void translate(Call& call, const Cell& cell, Attributes attributes) {
  const std::size_t weight = 1 + cell.states;
  const Shape& y = call.result_shape();
  Names inputs{call.input(0), one_direction(call, arranged(call, weight, cell.gates)),
               one_direction(call, arranged(call, weight + 1, cell.gates)),
               biases(call, weight + 2, cell.gates), ""};  // "": all sequences have one length
  for (std::size_t i = 1; i <= cell.states; ++i) inputs.push_back(one_direction(call, call.input(i)));
  const bool reverse = call.flag("reverse");
  attributes.push_back({"hidden_size", y[2]});
  attributes.push_back({"direction", std::string(reverse ? "reverse" : "forward")});
  const Names results = call.add(cell.type, inputs, attributes, 1 + cell.states);
  call.become("Squeeze", {results[0], call.constant(Integers{1})});  // [t, 1, n, hidden]
  // Of an LSTM's cell, ONNX gives the last state alone.
  if (cell.states == 2) call.note_place(1, reverse ? 0 : y[0] - 1, results[2]);
}

void rnn(Call& call) {
  const std::string activation = call.flag("is_relu") ? "Relu" : "Tanh";
  translate(call, {"RNN", 1, {0}}, {{"activations", Names{activation}}});
}

/// r, z, n here; z, r, h there, with the reset gate applied behind the product.
void gru(Call& call) { translate(call, {"GRU", 1, {1, 0, 2}}, {{"linear_before_reset", 1}}); }

/// i, f, g, o here; i, o, f, c there.
void lstm(Call& call) { translate(call, {"LSTM", 2, {0, 3, 1, 2}}, {}); }

}  // namespace

Translations recurrent_translations() {
  return {{"gru_layer", gru}, {"lstm_layer", lstm}, {"rnn_layer", rnn}};
}

}  // namespace gradus::onnx
