#include <gradus/autograd/backward.hpp>

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include <gradus/autograd/ops/arithmetic.hpp>
#include <gradus/autograd/ops/create.hpp>
#include <gradus/autograd/ops/reduce.hpp>
#include <gradus/autograd/tape.hpp>

namespace gradus {

/// One pass from outputs back to leaves. Nodes are visited by falling number, so that each has received all
/// of its gradients when its turn comes, in an order that does not depend on anything but the tape.
class BackwardRun {
 public:
  BackwardRun(bool retain, bool create) : retain_(retain), mode_(create) {}
  ~BackwardRun() {
    for (const Ref<Node>& node : waiting_) leave(*node);
  }

  /// Only what leads to `inputs` is differentiated, and their gradients are kept for `take`.
  void restrict_to(const std::vector<Tensor>& outputs, const std::vector<Tensor>& inputs);
  /// Adds to the gradient that waits at an edge.
  void receive(const Edge& edge, Tensor gradient);
  void run();
  Tensor take(const Tensor& input);
  /// Gives what has arrived at leaves to their `grad()`.
  void store_leaves();

 private:
  struct Later {
    bool operator()(const Ref<Node>& a, const Ref<Node>& b) const { return a->number < b->number; }
  };
  using Key = std::pair<const Node*, std::uint32_t>;
  struct KeyHash {
    std::size_t operator()(const Key& key) const {
      return std::hash<const void*>()(key.first) * 31 + key.second;
    }
  };

  void enter(const Ref<Node>& node);
  void leave(Node& node) {
    for (Output& output : node.outputs) output.pending = Tensor();
    node.in_backward.store(nullptr, std::memory_order_release);
  }
  void visit(Node& node);
  static void run_hooks(Output& output, Tensor& gradient);
  static void accumulate(Tensor& sum, Tensor gradient) {
    sum = sum.defined() ? add(sum, gradient) : std::move(gradient);
  }

  bool retain_;
  RecordingMode mode_;
  bool restricted_ = false;
  std::vector<Ref<Node>> waiting_;  // a heap
  std::unordered_set<const Node*> needed_;
  std::unordered_map<Key, Tensor, KeyHash> captured_;
  std::unordered_map<const Node*, std::size_t> leaf_index_;
  std::vector<std::pair<Ref<Node>, Tensor>>
      leaves_;  // kept here, not in the node: other threads may share leaves
};

void BackwardRun::restrict_to(const std::vector<Tensor>& outputs, const std::vector<Tensor>& inputs) {
  restricted_ = true;
  std::unordered_set<const Node*> wanted;
  for (const Tensor& x : inputs) {
    wanted.insert(x.impl()->node.get());
    captured_.emplace(Key{x.impl()->node.get(), x.impl()->output}, Tensor());
  }
  std::vector<const Node*> reached, stack;
  std::unordered_set<const Node*> seen;
  const auto reach = [&](const Node* node) {
    if (node != nullptr && seen.insert(node).second) {
      reached.push_back(node);
      stack.push_back(node);
    }
  };
  for (const Tensor& y : outputs) reach(y.impl()->node.get());
  while (!stack.empty()) {
    const Node* node = stack.back();
    stack.pop_back();
    for (const Edge& edge : node->inputs) reach(edge.node.get());
  }
  std::sort(reached.begin(), reached.end(),
            [](const Node* a, const Node* b) { return a->number < b->number; });
  for (const Node* node : reached) {
    const bool leads = std::any_of(node->inputs.begin(), node->inputs.end(),
                                   [&](const Edge& edge) { return needed_.contains(edge.node.get()); });
    if (leads || wanted.contains(node) || node->freed) needed_.insert(node);
  }
}

void BackwardRun::enter(const Ref<Node>& node) {
  const void* nobody = nullptr;
  if (node->in_backward.load(std::memory_order_relaxed) == this) return;
  require<GraphError>(
      node->in_backward.compare_exchange_strong(nobody, this, std::memory_order_acquire),
      "{} ({}:{}) is being differentiated by another backward at the same time; several threads may "
      "differentiate separate graphs, not one",
      node->op(), node->at.file_name(), node->at.line);
  waiting_.push_back(node);
  std::push_heap(waiting_.begin(), waiting_.end(), Later{});
}

void BackwardRun::receive(const Edge& edge, Tensor gradient) {
  if (edge.node == nullptr || !gradient.defined()) return;
  if (restricted_ && !needed_.contains(edge.node.get())) return;
  if (edge.node->is_leaf()) {
    const auto [place, first] = leaf_index_.emplace(edge.node.get(), leaves_.size());
    if (first) leaves_.emplace_back(edge.node, Tensor());
    accumulate(leaves_[place->second].second, std::move(gradient));
    return;
  }
  enter(edge.node);
  accumulate(edge.node->outputs[edge.output].pending, std::move(gradient));
}

void BackwardRun::run_hooks(Output& output, Tensor& gradient) {
  if (!output.hooks) return;
  const auto hooks = *output.hooks;  // a hook may remove itself
  for (const auto& hook : hooks)
    if (Tensor replaced = (*hook)(gradient); replaced.defined()) {
      require<ShapeError>(replaced.shape() == output.shape,
                          "a hook returned a gradient of shape {} for a tensor {}", replaced.shape(),
                          output.shape);
      gradient = std::move(replaced);
    }
}

void BackwardRun::visit(Node& node) {
  const OpScope scope(node.op(), node.at);
  for (std::size_t i = 0; i < node.outputs.size(); ++i) {
    Output& output = node.outputs[i];
    if (!output.pending.defined()) continue;
    run_hooks(output, output.pending);
    if (const auto place = captured_.find({&node, static_cast<std::uint32_t>(i)}); place != captured_.end())
      place->second = output.pending;
  }
  require<GraphError>(
      !node.freed,
      "the graph has been freed by an earlier backward; pass {{.retain_graph = true}} to that one to "
      "differentiate twice");
  Backward d(node);
  bool any = false;
  for (const Edge& edge : node.inputs) {
    d.wanted_.push_back(edge.node != nullptr && (!restricted_ || needed_.contains(edge.node.get())));
    any = any || d.wanted_.back();
  }
  if (!any) return;
  node.backward(d);
  for (std::size_t i = 0; i < d.results_.size(); ++i) {
    Tensor& gradient = d.results_[i];
    if (!gradient.defined()) continue;
    if (const Shape& shape = d.input_shape(i); gradient.shape() != shape) gradient = sum_to(gradient, shape);
    receive(node.inputs[i], std::move(gradient));
  }
  if (!retain_) node.free_graph();
}

void BackwardRun::run() {
  while (!waiting_.empty()) {
    const Ref<Node> node = waiting_.front();
    visit(*node);
    // What visiting pushed has lower numbers, so the node is still at the front.
    std::pop_heap(waiting_.begin(), waiting_.end(), Later{});
    waiting_.pop_back();
    leave(*node);
  }
  for (auto& [node, gradient] : leaves_) {
    run_hooks(node->outputs[0], gradient);
    if (const auto place = captured_.find({node.get(), 0}); place != captured_.end())
      place->second = gradient;
  }
}

Tensor BackwardRun::take(const Tensor& input) {
  return captured_.at({input.impl()->node.get(), input.impl()->output});
}

void BackwardRun::store_leaves() {
  for (auto& [node, gradient] : leaves_) {
    auto& leaf = static_cast<Leaf&>(*node);
    const std::scoped_lock lock(leaf.mutex);
    if (leaf.grad.defined()) {
      leaf.grad = add(leaf.grad, gradient);
      continue;
    }
    // The gradient becomes the leaf's own: not one that another leaf or an expanded view looks at.
    const bool own = gradient.impl()->references == 1 && gradient.impl()->storage->use_count() == 1 &&
                     gradient.is_contiguous() && !gradient.requires_grad();
    leaf.grad = own ? std::move(gradient) : gradient.clone();
  }
}

namespace {

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
void start(BackwardRun& run, const std::vector<Tensor>& outputs, const std::vector<Tensor>& gradients) {
  require<ValueError>(gradients.empty() || gradients.size() == outputs.size(), "{} gradients for {} outputs",
                      gradients.size(), outputs.size());
  for (std::size_t i = 0; i < outputs.size(); ++i)
    run.receive({outputs[i].impl()->node, outputs[i].impl()->output},
                root_gradient(outputs[i], gradients.empty() ? Tensor() : gradients[i]));
}

}  // namespace

std::vector<Tensor> grad(const std::vector<Tensor>& outputs, const std::vector<Tensor>& inputs,
                         const GradOptions& options, SourceLocation at) {
  BackwardRun run(options.retain_graph || options.create_graph, options.create_graph);
  {
    const OpScope scope("grad", at);
    for (const Tensor& y : outputs)
      require<GraphError>(y.requires_grad(), "an output does not require a gradient");
    for (std::size_t i = 0; i < inputs.size(); ++i)
      require<GraphError>(inputs[i].requires_grad(), "input {} does not require a gradient", i);
    run.restrict_to(outputs, inputs);
    start(run, outputs, options.grad_outputs);
  }
  run.run();
  std::vector<Tensor> gradients;
  const OpScope scope("grad", at);
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    gradients.push_back(run.take(inputs[i]));
    require<GraphError>(
        gradients.back().defined() || options.allow_unused,
        "no output depends on input {}{}; pass {{.allow_unused = true}} to get an undefined gradient", i,
        inputs[i].name().empty() ? "" : fmt::format(" ({})", inputs[i].name()));
  }
  return gradients;
}

Tensor grad(const Tensor& output, const Tensor& input, const GradOptions& options, SourceLocation at) {
  return grad(std::vector<Tensor>{output}, std::vector<Tensor>{input}, options, at)[0];
}

void backward(const std::vector<Tensor>& outputs, const std::vector<Tensor>& gradients,
              const BackwardOptions& options, SourceLocation at) {
  BackwardRun run(options.retain_graph || options.create_graph, options.create_graph);
  {
    const OpScope scope("backward", at);
    start(run, outputs, gradients);
  }
  run.run();
  run.store_leaves();
}

void Tensor::backward(const Tensor& gradient, const BackwardOptions& options, SourceLocation at) const {
  gradus::backward({*this}, {gradient}, options, at);
}

}  // namespace gradus
