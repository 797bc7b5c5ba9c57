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
  Origins(const std::vector<Tensor>& inputs, const nn::StateDict& state, const Trace& trace)
      : inputs_(inputs), state_(state) {
    for (std::size_t i = 0; i < trace.steps().size(); ++i) {
      const Trace::Step& step = trace.steps()[i];
      steps_.emplace(step.node.get(), i);
      for (std::uint32_t k = 0; k < step.outputs.size(); ++k)
        if (!is_floating(step.outputs[k].dtype()) && step.outputs[k].numel() > 0)
          places_.push_back({Value::Kind::step, i, k, step.outputs[k]});
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
      if (place.tensor.shape() == x.shape() && is_view_of_all(x, place.tensor)) return place;
    return {Value::Kind::constant, 0, 0, x};
  }

 private:
  const std::vector<Tensor>& inputs_;
  const nn::StateDict& state_;
  std::unordered_map<const Node*, std::size_t> steps_;
  std::vector<Value> places_;  ///< results that are no part of the tape, such as those of topk
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
  const Origins origins(recording.inputs, state, trace);
  for (const Trace::Step& seen : trace.steps()) {
    Step& step = recording.steps.emplace_back(Step{seen.node, {}, seen.outputs});
    for (const Tensor& x : seen.inputs) step.inputs.push_back(origins.of(x));
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
