#include <gradus/onnx/recording.hpp>

#include <algorithm>
#include <unordered_map>

namespace gradus::onnx {

namespace {

/// Whether x is `whole`, or all of it in another shape.
bool is_view_of_all(const Tensor& x, const Tensor& whole) {
  if (!x.shares_storage(whole) || x.offset() != whole.offset()) return false;
  if (x.shape() == whole.shape()) return x.strides() == whole.strides();
  return x.numel() == whole.numel() && x.is_contiguous() && whole.is_contiguous();
}

/// Finds out where values came from.
class Origins {
 public:
  Origins(const std::vector<Tensor>& inputs, const nn::StateDict& state) : inputs_(inputs), state_(state) {}

  /// The next step, whose inputs came from there. One that is no part of the tape and has nothing to do with
  /// the inputs makes constants.
  void add(const Trace::Step& step, const std::vector<Value>& from) {
    const std::size_t number = depends_.size();
    depends_.push_back(std::any_of(from.begin(), from.end(), [&](const Value& x) {
      return x.is(Value::Kind::input) || (x.is(Value::Kind::step) && depends_[x.index]);
    }));
    steps_.emplace(step.node.get(), number);
    nodes_.push_back(step.node.get());
    if (step.is_plain && !depends_.back()) return;
    for (std::uint32_t k = 0; k < step.outputs.size(); ++k) {
      const Tensor& y = step.outputs[k];
      if (y.defined() && y.numel() > 0)
        (y.version() == 0 ? places_ : changed_).push_back({Value::Kind::step, number, k, y});
    }
  }

  Value of(const Tensor& x) const {
    if (!x.defined()) return {};
    const TensorImpl& impl = *x.impl();
    if (impl.node != nullptr && !impl.node->is_leaf()) {
      const auto step = steps_.find(impl.node.get());
      require<GraphError>(step != steps_.end(),
                          "onnx::save: a value was computed by {} ({}:{}) before the model was called",
                          impl.node->op(), impl.node->at.file_name(), impl.node->at.line);
      return {Value::Kind::step, step->second, impl.output, x};
    }
    for (std::size_t i = 0; i < inputs_.size(); ++i)
      if (is_view_of_all(x, inputs_[i])) return {Value::Kind::input, i, 0, x};
    for (std::size_t i = 0; i < state_.size(); ++i)
      if (is_view_of_all(x, state_[i].second)) return {Value::Kind::state, i, 0, x};
    for (const Value& place : places_)
      if (is_view_of_all(x, place.tensor)) return {Value::Kind::step, place.index, place.output, x};
    for (const Value& place : changed_) {
      const Node& node = *nodes_[place.index];
      require(is_floating(x.dtype()) || !x.shares_storage(place.tensor),
              "onnx::save: the result of {} was changed in place ({}:{})", node.op(), node.at.file_name(),
              node.at.line);
    }
    return {Value::Kind::constant, 0, 0, x};
  }

 private:
  const std::vector<Tensor>& inputs_;
  const nn::StateDict& state_;
  std::unordered_map<const Node*, std::size_t> steps_;
  std::vector<bool> depends_;       ///< on the inputs, by step
  std::vector<const Node*> nodes_;  ///< by step
  std::vector<Value> changed_;      ///< results that were changed in place
  std::vector<Value> places_;       ///< results, for those that are no part of the tape or have been detached
};

/// Drops the steps that no result needs, and numbers the others anew.
void keep_needed(Recording& recording) {
  std::vector<bool> needed(recording.steps.size(), false);
  const auto need = [&](const Value& value) {
    if (value.is(Value::Kind::step)) needed[value.index] = true;
  };
  std::for_each(recording.results.begin(), recording.results.end(), need);
  for (std::size_t i = recording.steps.size(); i-- > 0;)
    if (needed[i]) std::for_each(recording.steps[i].inputs.begin(), recording.steps[i].inputs.end(), need);

  std::vector<std::size_t> numbers(needed.size());
  std::vector<Step> kept;
  for (std::size_t i = 0; i < needed.size(); ++i) {
    numbers[i] = kept.size();
    if (needed[i]) kept.push_back(std::move(recording.steps[i]));
  }
  const auto renumber = [&](Value& value) {
    if (value.is(Value::Kind::step)) value.index = numbers[value.index];
  };
  for (Step& step : kept) std::for_each(step.inputs.begin(), step.inputs.end(), renumber);
  std::for_each(recording.results.begin(), recording.results.end(), renumber);
  recording.steps = std::move(kept);
}

bool same_origin(const Value& a, const Value& b) {
  return a.kind == b.kind && a.index == b.index && a.output == b.output;
}

}  // namespace

Recording record(const TensorFunction& model, const nn::StateDict& state, const std::vector<Tensor>& inputs) {
  Recording recording{inputs, {}, {}};
  for (Tensor& x : recording.inputs) {
    x = x.detach().clone();
    if (is_floating(x.dtype())) x.requires_grad_();
  }
  const EnableGrad guard;
  const Trace trace;
  const std::vector<Tensor> results = model(recording.inputs);
  Origins origins(recording.inputs, state);
  for (const Trace::Step& seen : trace.steps()) {
    Step& step = recording.steps.emplace_back(Step{seen.node, {}, seen.outputs});
    for (const Tensor& x : seen.inputs) step.inputs.push_back(origins.of(x));
    origins.add(seen, step.inputs);
  }
  for (const Tensor& y : results) recording.results.push_back(origins.of(y));
  keep_needed(recording);
  return recording;
}

void require_same_way(const Recording& a, const Recording& b) {
  const std::size_t count = std::min(a.steps.size(), b.steps.size());
  for (std::size_t i = 0; i < count; ++i) {
    const Step &one = a.steps[i], &other = b.steps[i];
    const OpScope scope("onnx::save", one.node->at);
    require(one.node->op() == other.node->op() && one.inputs.size() == other.inputs.size() &&
                std::equal(one.inputs.begin(), one.inputs.end(), other.inputs.begin(), same_origin),
            "the model goes another way for other inputs: {} here, {} there ({}:{})", one.node->op(),
            other.node->op(), other.node->at.file_name(), other.node->at.line);
  }
  require(a.steps.size() == b.steps.size() && a.results.size() == b.results.size() &&
              std::equal(a.results.begin(), a.results.end(), b.results.begin(), same_origin),
          "onnx::save: the model goes another way for other inputs: {} ops and {} results, or {} and {}",
          a.steps.size(), a.results.size(), b.steps.size(), b.results.size());
}

}  // namespace gradus::onnx
