#include <gradus/autograd/tape.hpp>

#include <atomic>
#include <cstring>

#include <gradus/autograd/trace.hpp>

namespace gradus {

void intrusive_ptr_add_ref(const Node* p) noexcept {
  intrusive_ptr_add_ref(static_cast<const RefCounted<Node>*>(p));
}
void intrusive_ptr_release(const Node* p) noexcept {
  intrusive_ptr_release(static_cast<const RefCounted<Node>*>(p));
}

namespace {
thread_local constinit bool recording = true;
std::atomic<std::uint64_t> next_number{1};
}  // namespace

bool is_recording() { return recording; }
RecordingMode::RecordingMode(bool on) : before_(std::exchange(recording, on)) {}
RecordingMode::~RecordingMode() { recording = before_; }

Node::Node(const SourceLocation& at, std::size_t output_count)
    : at(at), number(next_number.fetch_add(1, std::memory_order_relaxed)), outputs(output_count) {}

void Node::destroy(Node* node) noexcept {
  // Deleting a node releases the nodes before it. Those that die on the way line up here instead of
  // recursing.
  thread_local std::vector<Node*>* dying = nullptr;
  if (dying != nullptr) {
    dying->push_back(node);
    return;
  }
  std::vector<Node*> line{node};
  dying = &line;
  while (!line.empty()) {
    Node* last = line.back();
    line.pop_back();
    delete last;
  }
  dying = nullptr;
}

void Node::free_graph() {
  freed = true;
  inputs.clear();
  saved.clear();
}

Leaf::Leaf(const Shape& shape, DType dtype, std::shared_ptr<const std::string> name)
    : Node({}, 1), name(std::move(name)) {
  outputs[0].shape = shape;
  outputs[0].dtype = dtype;
}

Tensor Leaf::gradient() const {
  const std::scoped_lock lock(mutex_);
  return gradient_;
}

// What was there dies after the lock has been given back: its end may run anything.
void Leaf::set_gradient(Tensor gradient) {
  const std::scoped_lock lock(mutex_);
  std::swap(gradient_, gradient);
}

bool Leaf::replace_gradient(const Tensor& before, const Tensor& now) {
  const std::scoped_lock lock(mutex_);
  if (gradient_.impl() != before.impl()) return false;
  gradient_ = now;  // `before` still holds the old one
  return true;
}

void Backward::set(std::size_t i, Tensor gradient) {
  if (!wants(i) || !gradient.defined()) return;
  const Output& input = node_.inputs[i].node->outputs[node_.inputs[i].output];
  require<DTypeError>(gradient.dtype() == input.dtype,
                      "the derivative for input {} is {} but the input is {}", i, gradient.dtype(),
                      input.dtype);
  require<ShapeError>(broadcastable_to(input.shape, gradient.shape()),
                      "the derivative for input {} is {} but the input is {}", i, gradient.shape(),
                      input.shape);
  results_[i] = std::move(gradient);
}

const Tensor& Backward::grad(std::size_t i) {
  Output& output = node_.outputs[i];
  if (!output.pending.defined()) {
    output.pending = empty(output.shape, output.dtype);
    const Storage& storage = *output.pending.impl()->storage;
    std::memset(storage.data(), 0, storage.bytes());
  }
  return output.pending;
}

Tensor Backward::unpack(std::size_t i, bool output) const {
  for (const Saved& saved : node_.saved) {
    if (saved.index != i || saved.is_output != output) continue;
    if (!saved.value.defined()) return {};
    const Storage& storage = *saved.value.impl()->storage;
    require<GraphError>(
        storage.version() == saved.version,
        "{} {} was needed for the gradient but has been changed in place since, by {} ({}:{}); "
        "clone() it before the change, or change it after backward",
        output ? "output" : "input", i, storage.writer(), storage.written_at().file_name(),
        storage.written_at().line);
    return place(saved.value, output ? Edge{&node_, static_cast<std::uint32_t>(i)} : node_.inputs[i]);
  }
  throw std::logic_error(fmt::format("{}: its derivative asks for {} {} but does not list it in `keep`",
                                     node_.op(), output ? "output" : "input", i));
}

Tensor Backward::place(const Tensor& value, const Edge& edge) const {
  // An output is saved without its node, which would own itself; an input may since have been made a leaf, or
  // no longer one.
  if (!is_recording() || value.impl()->node == edge.node) return value;
  Tensor placed = value.detach();
  placed.impl()->node = edge.node;
  placed.impl()->output = edge.output;
  return placed;
}

namespace detail {

std::string format_attribute(const std::vector<std::int64_t>& value) {
  const std::span<const std::int64_t> all(value);
  if (all.size() <= Dims::max_rank) return to_string(Dims(all));
  std::string text = to_string(Dims(all.first(Dims::max_rank)));
  text.replace(text.size() - 1, 1, fmt::format(", ... {} in all]", all.size()));
  return text;
}

bool any_requires_grad(std::span<const Tensor* const> inputs) {
  for (const Tensor* x : inputs)
    if (x->requires_grad()) return true;
  return false;
}

void separate(std::span<Tensor> outputs) {
  for (Tensor& y : outputs)
    if (y.defined() && y.impl()->references > 1) y = y.detach();
}

void attach(Ref<Node> node, Keep keep, std::span<const Tensor* const> inputs, std::span<Tensor> outputs) {
  for (const Tensor* x : inputs)
    node->inputs.push_back(x->defined() ? Edge{x->impl()->node, x->impl()->output} : Edge{});
  const auto save = [&](const Tensor& value, std::size_t i, bool output) {
    node->saved.push_back(
        {value, value.defined() ? value.version() : 0, static_cast<std::uint8_t>(i), output});
  };
  for (std::size_t i = 0; i < inputs.size() && i < 32; ++i)
    if ((keep.inputs >> i & 1U) != 0) save(*inputs[i], i, false);
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    Tensor& y = outputs[i];
    if (i < 32 && (keep.outputs >> i & 1U) != 0) save(y.detach(), i, true);
    if (!y.defined()) continue;
    node->outputs[i].shape = y.shape();
    node->outputs[i].dtype = y.dtype();
    if (!is_floating(y.dtype())) continue;
    y.impl()->node = node;
    y.impl()->output = static_cast<std::uint32_t>(i);
  }
  Trace::note(node, inputs, outputs);
}

}  // namespace detail

}  // namespace gradus
