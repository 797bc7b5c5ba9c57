#include <gradus/autograd/checkpoint.hpp>

#include <algorithm>
#include <memory>
#include <unordered_set>

#include <gradus/autograd/backward.hpp>
#include <gradus/autograd/ops/create.hpp>
#include <gradus/autograd/ops/view.hpp>
#include <gradus/autograd/random.hpp>
#include <gradus/autograd/tape.hpp>

namespace gradus::detail {

namespace {

/// What a recorded call reached outside of itself.
struct Outside {
  std::vector<Tensor> places;  // on the tape; they have no values
  /// Their memory, as far as the call kept it for its derivative.
  std::vector<std::pair<Ref<Storage>, std::uint32_t>> versions;
};

/// A tensor without values at the place where an edge leads.
Tensor placeholder(const Edge& edge) {
  Tensor x = empty(Shape{0}, edge.node->outputs[edge.output].dtype);
  x.impl()->node = edge.node;
  x.impl()->output = edge.output;
  return x;
}

/// Walks from the outputs of a call to what was there before it: nodes with lower numbers than `first`.
Outside outside_of(const std::vector<Tensor>& outputs, std::uint64_t first) {
  Outside found;
  std::vector<const Node*> open;
  std::unordered_set<const Node*> seen;
  const auto follow = [&](const Edge& edge) {
    if (edge.node == nullptr) return;
    if (edge.node->number < first) {
      const bool known = std::any_of(found.places.begin(), found.places.end(), [&](const Tensor& x) {
        return x.impl()->node == edge.node && x.impl()->output == edge.output;
      });
      if (!known) found.places.push_back(placeholder(edge));
    } else if (!edge.node->is_leaf() && seen.insert(edge.node.get()).second) {
      open.push_back(edge.node.get());
    }
  };
  for (const Tensor& y : outputs)
    if (y.defined()) follow({y.impl()->node, y.impl()->output});
  while (!open.empty()) {
    const Node& node = *open.back();
    open.pop_back();
    for (const Edge& edge : node.inputs) follow(edge);
    for (const Saved& saved : node.saved) {
      if (saved.is_output || !saved.value.defined()) continue;
      const Node* from = node.inputs[saved.index].node.get();
      if (from != nullptr && from->number < first)
        found.versions.emplace_back(saved.value.impl()->storage, saved.version);
    }
  }
  return found;
}

/// The results of a segment, computed beforehand, as an op of its inputs and of what lies outside.
struct Checkpoint {
  static constexpr std::string_view name = "checkpoint";
  static constexpr Keep keep{~0U, 0};

  TensorFunction again;
  Generator::State random;
  std::size_t input_count;
  Outside outside;  // these are inputs of the node too, behind those of the function
  std::vector<Tensor> results;

  std::vector<Tensor> forward(const std::vector<Tensor>&) { return std::exchange(results, {}); }
  void backward(Backward& d) const;

 private:
  void check_versions() const;
  std::vector<Tensor> variables(const Backward& d) const;
};

void Checkpoint::check_versions() const {
  for (const auto& [storage, version] : outside.versions)
    require<GraphError>(storage->version() == version,
                        "a tensor that the function uses has been changed in place since, by {} ({}:{}); "
                        "change it after backward",
                        storage->writer(), storage->written_at().file_name(), storage->written_at().line);
}

/// The inputs for the second call, each at a place of its own, even if one was given twice.
std::vector<Tensor> Checkpoint::variables(const Backward& d) const {
  const bool connected = is_recording();
  std::vector<Tensor> all;
  for (std::size_t i = 0; i < input_count; ++i) {
    const Tensor x = d.input(i);
    const bool recorded = x.defined() && x.requires_grad();
    if (!recorded)
      all.push_back(x);
    else
      all.push_back(connected ? expand(x, x.shape()) : x.detach().requires_grad_());
  }
  return all;
}

void Checkpoint::backward(Backward& d) const {
  check_versions();
  const bool create = is_recording();
  std::vector<Tensor> arguments = variables(d), outputs;
  {
    const RandomStateKept kept;
    default_generator().set_state(random);
    const EnableGrad guard;
    outputs = again(arguments);
  }
  require<GraphError>(outputs.size() == d.output_count(),
                      "called again, the function gives {} results, not {}", outputs.size(),
                      d.output_count());
  std::vector<Tensor> given, incoming, wanted;
  std::vector<std::size_t> places;
  for (std::size_t k = 0; k < outputs.size(); ++k) {
    if (!d.has_grad(k)) continue;
    require<GraphError>(outputs[k].requires_grad() && outputs[k].shape() == d.grad(k).shape(),
                        "called again, the function gives another result: {} where the gradient is {}",
                        outputs[k].shape(), d.grad(k).shape());
    given.push_back(outputs[k]);
    incoming.push_back(d.grad(k));
  }
  for (std::size_t i = 0; i < d.input_count(); ++i) {
    if (!d.wants(i)) continue;
    wanted.push_back(i < input_count ? arguments[i] : outside.places[i - input_count]);
    places.push_back(i);
  }
  std::vector<Tensor> found =
      grad(given, wanted,
           {.grad_outputs = incoming, .create_graph = create, .allow_unused = true, .stop_at_inputs = true});
  for (std::size_t i = 0; i < places.size(); ++i) d.set(places[i], std::move(found[i]));
}

}  // namespace

std::vector<Tensor> checkpoint(const Segment& segment, const std::vector<Tensor>& inputs,
                               const SourceLocation& at) {
  if (!is_recording()) return segment.forward(inputs);
  const OpScope scope("checkpoint", at);
  require(inputs.size() <= 32, "{} inputs; at most 32 can be kept", inputs.size());
  Checkpoint op{segment.again, default_generator().state(), inputs.size(), {}, {}};
  const std::uint64_t first = zeros({}).requires_grad_().impl()->node->number;
  std::vector<Tensor> all;
  for (const Tensor& x : inputs)
    all.push_back(x.defined() && x.requires_grad() ? x.detach().requires_grad_() : x);
  const std::vector<Tensor> recorded = segment.forward(all);
  op.outside = outside_of(recorded, first);
  for (const Tensor& y : recorded) op.results.push_back(y.defined() ? y.detach() : y);
  all = inputs;
  all.insert(all.end(), op.outside.places.begin(), op.outside.places.end());
  return record(std::move(op), at, all);
}

}  // namespace gradus::detail
