#include <gradus/onnx/call.hpp>

#include <charconv>

#include <gradus/autograd/ops/create.hpp>
#include <gradus/onnx/builder.hpp>

namespace gradus::onnx {

namespace {

/// The value of `name` in a node's attributes, which read "stride=[1, 1] groups=1"; nothing if it is not
/// there.
std::optional<std::string_view> find_attribute(std::string_view all, std::string_view name) {
  while (!all.empty()) {
    const std::size_t sign = all.find('=');
    const std::string_view key = all.substr(0, sign), rest = all.substr(sign + 1);
    const std::size_t end = rest.starts_with('[') ? rest.find(']') + 1 : rest.find(' ');
    if (key == name) return rest.substr(0, end);
    all = rest.substr(std::min(end, rest.size()));
    all.remove_prefix(std::min<std::size_t>(1, all.size()));
  }
  return std::nullopt;
}

template <class T>
std::optional<T> parsed(std::string_view text) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

Call::Call(Builder& builder, std::size_t index)
    : builder_(builder),
      index_(index),
      step_(builder.example_.steps[index]),
      other_(builder.other_.steps[index]) {}

std::string_view Call::op() const { return step_.node->op(); }
std::size_t Call::input_count() const { return step_.inputs.size(); }
bool Call::has(std::size_t i) const { return !step_.inputs[i].is(Value::Kind::none); }
std::string Call::input(std::size_t i) { return builder_.value(index_, i); }
Names Call::inputs() {
  Names names;
  for (std::size_t i = 0; i < input_count(); ++i) names.push_back(input(i));
  return names;
}
const Shape& Call::shape(std::size_t i) const { return step_.inputs[i].tensor.shape(); }
const Shape& Call::result_shape(std::size_t output) const { return step_.outputs[output].shape(); }
DType Call::dtype(std::size_t output) const { return step_.outputs[output].dtype(); }
DType Call::input_dtype(std::size_t i) const { return step_.inputs[i].tensor.dtype(); }
std::size_t Call::output_count() const { return step_.outputs.size(); }
bool Call::is_dynamic(std::size_t d) const { return result_shape()[d] != other_.outputs[0].shape()[d]; }
bool Call::input_is_dynamic(std::size_t i, std::size_t d) const {
  return shape(i)[d] != other_.inputs[i].tensor.shape()[d];
}

std::string Call::attribute(std::string_view name) const {
  const std::string all = step_.node->attributes(), of_other = other_.node->attributes();
  const auto value = find_attribute(all, name), other = find_attribute(of_other, name);
  if (!value || !other) stop(fmt::format("has no attribute {}", name));
  if (*value != *other) stop(fmt::format("has {}={}, which depends on the size of the batch", name, *value));
  return std::string(*value);
}

std::string Call::attributes() const { return step_.node->attributes(); }

std::int64_t Call::integer(std::string_view name) const {
  const auto value = parsed<std::int64_t>(attribute(name));
  if (!value) stop(fmt::format("has {}={}, which is no integer", name, attribute(name)));
  return *value;
}

double Call::number(std::string_view name) const {
  const auto value = parsed<double>(attribute(name));
  if (!value) stop(fmt::format("has {}={}, which is no number", name, attribute(name)));
  return *value;
}

std::optional<double> Call::optional_number(std::string_view name) const {
  if (attribute(name) == "none") return std::nullopt;
  return number(name);
}

bool Call::flag(std::string_view name) const { return attribute(name) == "true"; }
std::int64_t Call::keepdims() const { return flag("keepdim") ? 1 : 0; }
std::string Call::text(std::string_view name) const { return attribute(name); }

Integers Call::integers(std::string_view name) const {
  const std::string all = attribute(name);
  Integers values;
  std::string_view rest = std::string_view(all).substr(1);  // behind the bracket
  while (rest != "]") {
    const std::size_t end = rest.find_first_of(",]");
    const auto value = parsed<std::int64_t>(rest.substr(0, end));
    if (!value) stop(fmt::format("has {}={}, which is no list of integers", name, all));
    values.push_back(*value);
    rest.remove_prefix(rest[end] == ',' ? end + 2 : end);
  }
  return values;
}

std::string Call::add(std::string_view type, const Names& inputs, const Attributes& attributes) {
  return builder_.node(type, inputs, attributes);
}

Names Call::add(std::string_view type, const Names& inputs, const Attributes& attributes, std::size_t count) {
  Names results;
  for (std::size_t i = 0; i < count; ++i) results.push_back(builder_.fresh(type));
  builder_.model_.add_node(type, results[0], inputs, results, attributes, builder_.line_);
  return results;
}

void Call::become(std::string_view type, const Names& inputs, const Attributes& attributes) {
  const std::string result = builder_.result_name({index_, 0});
  builder_.model_.add_node(type, builder_.fresh(type), inputs, {result}, attributes, builder_.line_);
}

void Call::become_all(std::string_view type, const Names& inputs, const Attributes& attributes) {
  Names results;
  for (std::size_t i = 0; i < output_count(); ++i)
    results.push_back(builder_.result_name({index_, static_cast<std::uint32_t>(i)}));
  builder_.model_.add_node(type, builder_.fresh(type), inputs, results, attributes, builder_.line_);
}

void Call::become_each(std::string_view type, const Names& inputs) {
  for (std::size_t i = 0; i < inputs.size(); ++i)
    builder_.model_.add_node(type, builder_.fresh(type), {inputs[i]},
                             {builder_.result_name({index_, static_cast<std::uint32_t>(i)})}, {},
                             builder_.line_);
}

std::string Call::constant(const Integers& values) {
  return constant(from_vector(values, {static_cast<std::int64_t>(values.size())}));
}
std::string Call::scalar(double value) { return constant(full({}, value, {.dtype = dtype()})); }
std::string Call::constant(const Tensor& value) { return builder_.stored(value, builder_.fresh("constant")); }

std::string Call::result_sizes(bool may_infer) {
  return builder_.sizes(result_shape(), other_.outputs[0].shape(), may_infer);
}

void Call::note_place(std::size_t output, std::int64_t place, const std::string& name) {
  builder_.places_[{{index_, static_cast<std::uint32_t>(output)}, place}] = name;
}

std::optional<std::string> Call::noted_place(std::size_t input, std::int64_t place) const {
  const Value& value = step_.inputs[input];
  if (!value.is(Value::Kind::step)) return std::nullopt;
  const auto found = builder_.places_.find({{value.index, value.output}, place});
  if (found == builder_.places_.end()) return std::nullopt;
  return found->second;
}

void Call::stop(const std::string& text) const {
  const OpScope scope("onnx::save", step_.node->at);
  fail("{} {}", op(), text);
}

}  // namespace gradus::onnx
