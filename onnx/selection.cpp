#include <gradus/onnx/call.hpp>

// Ops that pick elements, put them elsewhere, or measure how they spread.
namespace gradus::onnx {

namespace {

/// Elements first to first + count of the order along a dimension; the second result says where they stood.
void sort(Call& call) {
  if (call.flag("nan_wins")) call.stop("that looks for NaN has no ONNX form");
  const std::int64_t dim = call.integer("dim"), first = call.integer("first"), count = call.integer("count");
  if (call.shape(0).empty()) call.stop("of a single number has no ONNX form");
  const Names inputs{call.input(0), call.constant(Integers{first + count})};
  const Attributes attributes{{"axis", dim}, {"largest", std::int64_t{call.flag("descending")}}};
  if (first == 0) return call.become_all("TopK", inputs, attributes);
  Names parts;
  for (const std::string& whole : call.add("TopK", inputs, attributes, 2))
    parts.push_back(
        call.add("Slice", {whole, call.constant(Integers{first}), call.constant(Integers{first + count}),
                           call.constant(Integers{dim})}));
  call.become_each("Identity", parts);
}

/// Inputs x, index, source: all of one rank.
Translation scatter(const std::string& reduction) {
  return [reduction](Call& call) {
    call.become("ScatterElements", call.inputs(), {{"axis", call.integer("dim")}, {"reduction", reduction}});
  };
}

/// Inputs x, a list of places along a dimension, and what is added there.
void index_add(Call& call) {
  const std::int64_t dim = call.integer("dim");
  Integers along(call.shape(2).size(), 1);
  along[static_cast<std::size_t>(dim)] = -1;
  const std::string source = call.input(2), list = call.add("Reshape", {call.input(1), call.constant(along)});
  const std::string index = call.add("Expand", {list, call.add("Shape", {source})});
  call.become("ScatterElements", {call.input(0), index, source},
              {{"axis", dim}, {"reduction", std::string("add")}});
}

/// The sum of squared distances from the mean over count - correction; `root` of it.
Translation spread(bool root) {
  return [root](Call& call) {
    const Integers dims = call.integers("dims");
    std::int64_t count = 1;
    for (const std::int64_t d : dims) {
      if (call.input_is_dynamic(0, static_cast<std::size_t>(d)))
        call.stop("over the batch, whose size is left open, has no ONNX form");
      count *= call.shape(0)[static_cast<std::size_t>(d)];
    }
    const std::int64_t divisor = count - call.integer("correction");
    if (dims.empty() || divisor < 1) call.stop("of too few elements has no ONNX form");
    const std::string x = call.input(0);
    const std::string centred =
        call.add("Sub", {x, call.add("ReduceMean", {x}, {{"axes", dims}, {"keepdims", 1}})});
    const std::string sum = call.add("ReduceSum", {call.add("Mul", {centred, centred}), call.constant(dims)},
                                     {{"keepdims", call.keepdims()}});
    const std::string by = call.scalar(static_cast<double>(divisor));
    if (!root) return call.become("Div", {sum, by});
    call.become("Sqrt", {call.add("Div", {sum, by})});
  };
}

/// (sum |x|^p)^(1 / p)
void norm(Call& call) {
  const Integers dims = call.integers("dims");
  const double p = call.number("p");
  if (dims.empty()) return call.become("Abs", call.inputs());
  const Attributes over{{"axes", dims}, {"keepdims", call.keepdims()}};
  if (p == 1 || p == 2) return call.become(p == 1 ? "ReduceL1" : "ReduceL2", call.inputs(), over);
  if (p == 0) call.stop("with p = 0 has no ONNX form");
  const std::string powers = call.add("Pow", {call.add("Abs", call.inputs()), call.scalar(p)});
  const std::string sum =
      call.add("ReduceSum", {powers, call.constant(dims)}, {{"keepdims", call.keepdims()}});
  call.become("Pow", {sum, call.scalar(1 / p)});
}

}  // namespace

Translations selection_translations() {
  return {{"index_add", index_add},        {"norm", norm}, {"scatter", scatter("none")},
          {"scatter_add", scatter("add")}, {"sort", sort}, {"std", spread(true)},
          {"var", spread(false)}};
}

}  // namespace gradus::onnx
