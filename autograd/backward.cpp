#include <gradus/autograd/backward.hpp>

#include <algorithm>
#include <limits>
#include <unordered_map>
#include <unordered_set>

#include <gradus/autograd/anomaly.hpp>
#include <gradus/autograd/ops/arithmetic.hpp>
#include <gradus/autograd/ops/create.hpp>
#include <gradus/autograd/ops/reduce.hpp>
#include <gradus/autograd/ops/update.hpp>
#include <gradus/autograd/tape.hpp>

namespace gradus {

/// One pass from outputs back to leaves. Nodes are visited by falling number, so that each has received all
/// of its gradients when its turn comes, in an order that does not depend on anything but the tape.
class BackwardRun {
 public:
  BackwardRun(std::string_view name, const SourceLocation& at, bool retain, bool create,
              bool stop_at_inputs = false)
      : name_(name), at_(at), retain_(retain), create_(create), stop_(stop_at_inputs), mode_(create) {}
  ~BackwardRun() {
    for (const Ref<Node>& node : nodes_)
      if (node) leave(*node);
  }

  /// Finds and claims everything that the outputs were computed from. Throws GraphError, and nothing has
  /// happened, if some of it has been freed or is being differentiated elsewhere. With `inputs`, only what
  /// leads to them will be differentiated, and their gradients are kept for `take`.
  void prepare(const std::vector<Tensor>& outputs, const std::vector<Tensor>* inputs);
  /// Adds to the gradient that waits at an edge.
  void receive(const Edge& edge, Tensor gradient);
  void run();
  Tensor take(const Tensor& input) const;
  /// Gives what has arrived at leaves to their `grad()`.
  void store_leaves();

 private:
  using Key = std::pair<const Node*, std::uint32_t>;
  struct KeyHash {
    std::size_t operator()(const Key& key) const {
      return std::hash<const void*>()(key.first) * 31 + key.second;
    }
  };

  void discover(const std::vector<Tensor>& outputs);
  void claim(const Edge& edge);
  bool stops_at(const Edge& edge) const {
    return stop_ && edge.node != nullptr && captured_.contains({edge.node.get(), edge.output});
  }
  void mark_needed(const std::vector<Tensor>& inputs);
  bool needs(const Edge& edge) const;
  void leave(Node& node) {
    for (Output& output : node.outputs) output.pending = Tensor();
    node.in_backward.store(nullptr, std::memory_order_release);
  }
  void visit(Node& node);
  void complete(Node& node, std::uint32_t output, Tensor& gradient);
  static void accumulate(Tensor& sum, Tensor gradient) {
    sum = sum.defined() ? taken_sum(std::move(sum), std::move(gradient)) : std::move(gradient);
  }

  std::string_view name_;
  SourceLocation at_;
  bool retain_;
  bool create_;
  bool stop_;
  RecordingMode mode_;
  bool restricted_ = false;
  std::vector<Ref<Node>> nodes_;  // claimed; by falling number after `discover`
  std::unordered_map<Key, Tensor, KeyHash> captured_;
  std::unordered_set<const Node*> wanted_leaves_;
  // Gradients of leaves are kept here, not in the node: other threads may share leaves.
  std::vector<std::pair<Ref<Node>, Tensor>> leaves_;
  std::unordered_map<const Node*, std::size_t> leaf_index_;
};

void BackwardRun::claim(const Edge& edge) {
  const void* nobody = nullptr;
  const Ref<Node>& node = edge.node;
  if (node == nullptr || node->is_leaf() || node->in_backward.load(std::memory_order_relaxed) == this) return;
  if (stops_at(edge)) return;
  nodes_.push_back(node);
  if (node->in_backward.compare_exchange_strong(nobody, this, std::memory_order_acquire)) return;
  nodes_.pop_back();
  fail<GraphError>(
      "{} ({}:{}) is being differentiated by another backward that has not ended; each needs a graph of its "
      "own, on one thread or several",
      node->op(), node->at.file_name(), node->at.line);
}

void BackwardRun::discover(const std::vector<Tensor>& outputs) {
  for (const Tensor& y : outputs) claim({y.impl()->node, y.impl()->output});
  for (std::size_t i = 0; i < nodes_.size(); ++i)
    for (const Edge& edge : nodes_[i]->inputs) claim(edge);
  const auto later = [](const Ref<Node>& a, const Ref<Node>& b) { return a->number > b->number; };
  if (!std::is_sorted(nodes_.begin(), nodes_.end(), later)) std::sort(nodes_.begin(), nodes_.end(), later);
}

void BackwardRun::mark_needed(const std::vector<Tensor>& inputs) {
  restricted_ = true;
  for (const Ref<Node>& node : nodes_) node->needed = false;
  for (const Tensor& x : inputs) {
    Node* const node = x.impl()->node.get();
    if (node->is_leaf())
      wanted_leaves_.insert(node);
    else if (node->in_backward.load(std::memory_order_relaxed) == this)
      node->needed = true;
  }
  // Inputs of a node have lower numbers: they are decided before it.
  for (auto node = nodes_.rbegin(); node != nodes_.rend(); ++node)
    for (const Edge& edge : (*node)->inputs)
      if (needs(edge)) (*node)->needed = true;
}

bool BackwardRun::needs(const Edge& edge) const {
  if (edge.node == nullptr) return false;
  if (!restricted_ || stops_at(edge)) return true;
  return edge.node->is_leaf() ? wanted_leaves_.contains(edge.node.get()) : edge.node->needed;
}

void BackwardRun::prepare(const std::vector<Tensor>& outputs, const std::vector<Tensor>* inputs) {
  if (inputs != nullptr)
    for (const Tensor& x : *inputs) captured_.emplace(Key{x.impl()->node.get(), x.impl()->output}, Tensor());
  discover(outputs);
  std::uint64_t first_wanted = 0;
  if (inputs != nullptr) {
    mark_needed(*inputs);
    first_wanted = std::numeric_limits<std::uint64_t>::max();
    for (const Tensor& x : *inputs) first_wanted = std::min(first_wanted, x.impl()->node->number);
  }
  // Where a freed node led is no longer known, except that it was to lower numbers.
  for (const Ref<Node>& node : nodes_)
    require<GraphError>(!node->freed || node->number <= first_wanted,
                        "{} ({}:{}) has been freed by an earlier backward; pass {{.retain_graph = true}} to "
                        "that one to differentiate twice",
                        node->op(), node->at.file_name(), node->at.line);
}

void BackwardRun::receive(const Edge& edge, Tensor gradient) {
  if (!needs(edge) || !gradient.defined()) return;
  if (stops_at(edge)) return accumulate(captured_[{edge.node.get(), edge.output}], std::move(gradient));
  if (!edge.node->is_leaf()) {
    accumulate(edge.node->outputs[edge.output].pending, std::move(gradient));
    return;
  }
  const auto [place, first] = leaf_index_.emplace(edge.node.get(), leaves_.size());
  if (first) leaves_.emplace_back(edge.node, Tensor());
  accumulate(leaves_[place->second].second, std::move(gradient));
}

/// The gradient of an output has all its parts: hooks see it, then those who asked for it.
void BackwardRun::complete(Node& node, std::uint32_t output, Tensor& gradient) {
  if (const auto& hooks = node.outputs[output].hooks) {
    const auto list = hooks->list;  // a hook may remove itself
    for (const auto& hook : list) {
      Tensor replaced = (*hook)(gradient);
      if (!replaced.defined()) continue;
      require<ShapeError>(replaced.shape() == gradient.shape(),
                          "a hook returned a gradient of shape {} for a tensor {}", replaced.shape(),
                          gradient.shape());
      require<DTypeError>(replaced.dtype() == gradient.dtype(),
                          "a hook returned a {} gradient for a {} tensor", replaced.dtype(),
                          gradient.dtype());
      gradient = std::move(replaced);
    }
    if (const auto kept = hooks->retained.lock(); kept && !restricted_) accumulate(*kept, gradient);
  }
  if (const auto place = captured_.find({&node, output}); place != captured_.end()) place->second = gradient;
}

void BackwardRun::visit(Node& node) {
  bool reached = false;
  const OpScope scope(node.op(), node.at);
  for (std::uint32_t i = 0; i < node.outputs.size(); ++i) {
    if (!node.outputs[i].pending.defined()) continue;
    reached = true;
    complete(node, i, node.outputs[i].pending);
  }
  Backward d(node);
  bool any = false;
  for (const Edge& edge : node.inputs) {
    d.wanted_.push_back(needs(edge));
    any = any || d.wanted_.back();
  }
  if (!any) return;
  std::vector<Tensor> shown;  // by a report, and therefore not to be overwritten
  if (DetectAnomaly::is_on()) [[unlikely]]
    for (const auto& output : node.outputs) shown.push_back(output.pending);
  if (reached) node.backward(d);
  for (std::size_t i = 0; i < d.results_.size(); ++i) {
    Tensor& gradient = d.results_[i];
    if (!gradient.defined()) continue;
    if (DetectAnomaly::is_on()) [[unlikely]]
      DetectAnomaly::check_gradient(node, i, gradient);
    if (const Shape& shape = d.input_shape(i); gradient.shape() != shape) gradient = sum_to(gradient, shape);
    receive(node.inputs[i], std::move(gradient));
  }
  if (!retain_) node.free_graph();
}

void BackwardRun::run() {
  for (Ref<Node>& node : nodes_) {
    if (!restricted_ || node->needed) visit(*node);
    leave(*node);
    node = nullptr;
  }
  const OpScope scope(name_, at_);
  for (auto& [node, gradient] : leaves_) complete(*node, 0, gradient);
}

Tensor BackwardRun::take(const Tensor& input) const {
  Tensor gradient = captured_.at({input.impl()->node.get(), input.impl()->output});
  return create_ || !gradient.requires_grad() ? gradient : gradient.detach();
}

void BackwardRun::store_leaves() {
  const OpScope scope(name_, at_);
  for (auto& [node, gradient] : leaves_) {
    auto& leaf = static_cast<Leaf&>(*node);
    // The gradient becomes the leaf's own: not one that another leaf or an expanded view looks at.
    const bool own = gradient.impl()->references == 1 && gradient.impl()->storage->use_count() == 1 &&
                     gradient.is_contiguous() && !gradient.requires_grad();
    if (!own) gradient = gradient.clone();
    // Added up outside of the lock: the thread pool may run another backward in here meanwhile.
    Tensor before, sum;
    do {
      before = leaf.gradient();
      sum = before.defined() ? add(before, gradient) : gradient;
    } while (!leaf.replace_gradient(before, sum));
  }
}

namespace {

std::string in_brackets(const Tensor& x) {
  return x.name().empty() ? std::string() : fmt::format(" ({})", x.name());
}

Tensor root_gradient(const Tensor& output, const Tensor& given) {
  require<GraphError>(
      output.requires_grad(),
      "the output does not require a gradient: nothing it was computed from does, it was detached, or it "
      "was made under NoGrad");
  if (!given.defined()) {
    require<ShapeError>(
        output.numel() == 1,
        "the output has shape {}; only one of a single element can do without a gradient of its own",
        output.shape());
    return ones(output.shape(), {.dtype = output.dtype()});
  }
  require<ShapeError>(given.shape() == output.shape(), "the gradient is {} but the output is {}",
                      given.shape(), output.shape());
  require<DTypeError>(given.dtype() == output.dtype(), "the gradient is {} but the output is {}",
                      given.dtype(), output.dtype());
  return given;
}

/// Checks the outputs and their gradients, and hands them to the run.
void start(BackwardRun& run, const std::vector<Tensor>& outputs, const std::vector<Tensor>& gradients,
           const std::vector<Tensor>* inputs) {
  require<ValueError>(gradients.empty() || gradients.size() == outputs.size(), "{} gradients for {} outputs",
                      gradients.size(), outputs.size());
  std::vector<Tensor> given;
  for (std::size_t i = 0; i < outputs.size(); ++i)
    given.push_back(root_gradient(outputs[i], gradients.empty() ? Tensor() : gradients[i]));
  run.prepare(outputs, inputs);
  for (std::size_t i = 0; i < outputs.size(); ++i)
    run.receive({outputs[i].impl()->node, outputs[i].impl()->output}, std::move(given[i]));
}

}  // namespace

std::vector<Tensor> grad(const std::vector<Tensor>& outputs, const std::vector<Tensor>& inputs,
                         const GradOptions& options, SourceLocation at) {
  BackwardRun run("grad", at, options.retain_graph || options.create_graph, options.create_graph,
                  options.stop_at_inputs);
  {
    const OpScope scope("grad", at);
    for (std::size_t i = 0; i < inputs.size(); ++i)
      require<GraphError>(inputs[i].requires_grad(), "input {}{} does not require a gradient", i,
                          in_brackets(inputs[i]));
    start(run, outputs, options.grad_outputs, &inputs);
  }
  run.run();
  std::vector<Tensor> gradients;
  const OpScope scope("grad", at);
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    gradients.push_back(run.take(inputs[i]));
    require<GraphError>(
        gradients.back().defined() || options.allow_unused,
        "no output depends on input {}{}; pass {{.allow_unused = true}} to get an undefined gradient", i,
        in_brackets(inputs[i]));
  }
  return gradients;
}

Tensor grad(const Tensor& output, const Tensor& input, const GradOptions& options, SourceLocation at) {
  return grad(std::vector<Tensor>{output}, std::vector<Tensor>{input}, options, at)[0];
}

void backward(const std::vector<Tensor>& outputs, const std::vector<Tensor>& gradients,
              const BackwardOptions& options, SourceLocation at) {
  BackwardRun run("backward", at, options.retain_graph || options.create_graph, options.create_graph);
  {
    const OpScope scope("backward", at);
    start(run, outputs, gradients, nullptr);
  }
  run.run();
  run.store_leaves();
}

void Tensor::backward(const Tensor& gradient, const BackwardOptions& options, SourceLocation at) const {
  gradus::backward({*this}, {gradient}, options, at);
}

}  // namespace gradus
