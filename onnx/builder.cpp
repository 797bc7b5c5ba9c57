#include <gradus/onnx/builder.hpp>

#include <algorithm>
#include <cstring>

#include <gradus/autograd/ops/create.hpp>

namespace gradus::onnx {

namespace {

std::string place_of(const Node& node) { return fmt::format("{}:{}", node.at.file_name(), node.at.line); }

bool same_bits(const Tensor& a, const Tensor& b) {
  if (a.shape() != b.shape() || a.dtype() != b.dtype()) return false;
  return dispatch(a.dtype(), [&]<class T>() {
    const Tensor x = a.detach().contiguous(), y = b.detach().contiguous();
    return std::memcmp(x.data<T>(), y.data<T>(), static_cast<std::size_t>(x.numel()) * sizeof(T)) == 0;
  });
}

/// The first element, 0-d, if all are the same; else undefined.
Tensor only_value(const Tensor& x) {
  if (x.numel() == 0) return {};
  const Tensor dense = x.detach().contiguous();
  const bool uniform = dispatch(x.dtype(), [&]<class T>() {
    const auto all = dense.span<T>();
    return std::all_of(all.begin(), all.end(),
                       [&](const T& v) { return std::memcmp(&v, &all[0], sizeof(T)) == 0; });
  });
  return uniform ? dense.alias({}, {}, dense.offset()) : Tensor();
}

}  // namespace

Builder::Builder(const Recording& example, const Recording& other, const nn::StateDict& state,
                 const Options& options)
    : example_(example), other_(other), state_(state), options_(options) {
  for (const Translations& family :
       {comparison_translations(), pointwise_translations(), shape_translations(), network_translations(),
        recurrent_translations(), selection_translations()})
    translations_.insert(family.begin(), family.end());
  for (const auto& [name, tensor] : state) used_[name] = 1;
}

std::string Builder::build() {
  name_inputs();
  name_outputs();
  for (std::size_t i = 0; i < example_.steps.size(); ++i) translate(i);
  add_outputs();
  return model_.serialized();
}

void Builder::name_inputs() {
  const std::size_t count = example_.inputs.size();
  require(options_.input_names.empty() || options_.input_names.size() == count,
          "onnx::save: {} input names were given for {} inputs", options_.input_names.size(), count);
  for (std::size_t i = 0; i < count; ++i) {
    inputs_.push_back(!options_.input_names.empty() ? options_.input_names[i]
                      : count == 1                  ? "input"
                                                    : fmt::format("input_{}", i));
    require(used_.emplace(inputs_[i], 1).second, "onnx::save: the name {} is taken twice", inputs_[i]);
    const Tensor& x = example_.inputs[i];
    model_.add_input(inputs_[i], x.dtype(), declared(x.shape(), other_.inputs[i].shape()));
  }
}

void Builder::name_outputs() {
  const std::size_t count = example_.results.size();
  require(options_.output_names.empty() || options_.output_names.size() == count,
          "onnx::save: {} output names were given for {} outputs", options_.output_names.size(), count);
  for (std::size_t i = 0; i < count; ++i) {
    outputs_.push_back(!options_.output_names.empty() ? options_.output_names[i]
                       : count == 1                   ? "output"
                                                      : fmt::format("output_{}", i));
    require(used_.emplace(outputs_[i], 1).second, "onnx::save: the name {} is taken twice", outputs_[i]);
    const Value& y = example_.results[i];
    require(y.is(Value::Kind::step),
            "onnx::save: output {} is not computed by a recorded op; results must be floating, or of a "
            "comparison, and depend on the inputs or the parameters",
            i);
    results_.emplace(Place{y.index, y.output}, outputs_[i]);  // a second name for one result comes later
  }
}

void Builder::add_outputs() {
  for (std::size_t i = 0; i < outputs_.size(); ++i) {
    const Value& y = example_.results[i];
    const std::string& name = results_.at({y.index, y.output});
    if (name != outputs_[i]) model_.add_node("Identity", fresh("identity"), {name}, {outputs_[i]}, {}, "");
    model_.add_output(outputs_[i], y.tensor.dtype(),
                      declared(y.tensor.shape(), other_.results[i].tensor.shape()));
  }
}

void Builder::translate(std::size_t step) {
  const Node& node = *example_.steps[step].node;
  line_ = place_of(node);
  Call call(*this, step);
  const auto translation = translations_.find(node.op());
  if (translation == translations_.end()) call.stop("has no ONNX form");
  translation->second(call);
}

std::string Builder::value(std::size_t step, std::size_t i) {
  const Step& here = example_.steps[step];
  const Value &value = here.inputs[i], &other = other_.steps[step].inputs[i];
  switch (value.kind) {
    case Value::Kind::none:
      return {};
    case Value::Kind::step: {
      const auto name = results_.find({value.index, value.output});
      if (name == results_.end())
        Call(*this, step)
            .stop(fmt::format("takes output {} of {} ({}), which has no ONNX form", value.output,
                              example_.steps[value.index].node->op(),
                              place_of(*example_.steps[value.index].node)));
      const Tensor& whole = example_.steps[value.index].outputs[value.output];
      if (value.tensor.shape() == whole.shape()) return name->second;
      return reshaped(name->second, value.tensor, other.tensor);
    }
    case Value::Kind::input:
      if (value.tensor.shape() == example_.inputs[value.index].shape()) return inputs_[value.index];
      return reshaped(inputs_[value.index], value.tensor, other.tensor);
    case Value::Kind::state:
      return state(value);
    case Value::Kind::constant:
      break;
  }
  return constant(value.tensor, other.tensor, here, i);
}

std::string Builder::state(const Value& value) {
  const auto& [name, tensor] = state_[value.index];
  if (stored_state_.emplace(value.index, name).second) model_.add_initializer(name, tensor);
  return value.tensor.shape() == tensor.shape() ? name : reshaped(name, value.tensor, value.tensor);
}

std::string Builder::constant(const Tensor& example, const Tensor& other, const Step& step, std::size_t i) {
  if (same_bits(example, other)) return stored(example, fresh("constant"));
  const OpScope scope("onnx::save", step.node->at);
  const Tensor value = only_value(example);
  require(
      example.shape() != other.shape() && value.defined() && only_value(other).defined() &&
          same_bits(value, only_value(other)),
      "input {} of {} is computed from the inputs by ops that are not recorded, such as those on integers", i,
      step.node->op());
  return node("Expand", {stored(value, fresh("constant")), sizes(example.shape(), other.shape(), false)});
}

std::string Builder::stored(const Tensor& value, const std::string& name) {
  model_.add_initializer(name, value);
  return name;
}

std::string Builder::reshaped(const std::string& name, const Tensor& x, const Tensor& other) {
  return node("Reshape", {name, sizes(x.shape(), other.shape(), true)});
}

std::string Builder::node(std::string_view type, const Names& inputs, const Attributes& attributes) {
  const std::string name = fresh(type);
  model_.add_node(type, name, inputs, {name}, attributes, line_);
  return name;
}

std::string Builder::result_name(Place place) {
  const auto known = results_.find(place);
  if (known != results_.end()) return known->second;
  return results_[place] = fresh(example_.steps[place.first].node->op());
}

std::string Builder::fresh(std::string_view start) {
  for (;;) {
    const auto counted = used_.try_emplace(std::string(start) + " ", 0).first;  // no name ends so
    const std::string name = fmt::format("{}_{}", start, ++counted->second);
    if (used_.emplace(name, 1).second) return name;
  }
}

std::string Builder::sizes(const Shape& example, const Shape& other, bool may_infer) {
  Integers fixed;
  std::vector<std::size_t> open;
  for (std::size_t d = 0; d < example.size(); ++d) {
    fixed.push_back(example[d]);
    if (example[d] == other[d]) continue;
    open.push_back(d);
    require(is_batch(example[d], other[d]),
            "onnx::save: a size of {} became {} with the batch; it must be a multiple of it ({})", example[d],
            other[d], line_);
  }
  if (open.size() == 1 && may_infer) fixed[open[0]] = -1;
  if (open.empty() || (open.size() == 1 && may_infer))
    return stored(from_vector(fixed, {static_cast<std::int64_t>(fixed.size())}), fresh("sizes"));
  Names parts;
  for (std::size_t d = 0; d < example.size(); ++d) {
    const bool is_open = std::find(open.begin(), open.end(), d) != open.end();
    const std::int64_t number = is_open ? example[d] / example_.inputs[0].size(0) : example[d];
    const std::string factor = stored(from_vector(Integers{number}, {1}), fresh("size"));
    parts.push_back(is_open ? node("Mul", {batch(), factor}) : factor);
  }
  return node("Concat", parts, {{"axis", 0}});
}

std::string Builder::batch() {
  if (batch_.empty())
    batch_ =
        node("Gather", {node("Shape", {inputs_[0]}), stored(from_vector(Integers{0}, {1}), fresh("first"))},
             {{"axis", 0}});
  return batch_;
}

bool Builder::is_batch(std::int64_t example, std::int64_t other) const {
  const std::int64_t before = example_.inputs[0].size(0), after = other_.inputs[0].size(0);
  return example % before == 0 && other % after == 0 && example / before == other / after;
}

std::vector<Size> Builder::declared(const Shape& example, const Shape& other) const {
  std::vector<Size> sizes;
  for (std::size_t d = 0; d < example.size(); ++d) {
    if (example[d] == other[d])
      sizes.emplace_back(example[d]);
    else
      sizes.emplace_back(example[d] == example_.inputs[0].size(0) ? std::string("batch") : std::string());
  }
  return sizes;
}

}  // namespace gradus::onnx
