#include <gradus/autograd/trace.hpp>

namespace gradus {

namespace {
thread_local constinit Trace* current = nullptr;

/// An op that cannot be differentiated.
class Plain final : public Node {
 public:
  Plain(std::string_view op, const SourceLocation& at) : Node(at, 1), op_(op) {}
  std::string_view op() const override { return op_; }
  std::string attributes() const override { return {}; }
  void backward(Backward&) override {}

 private:
  std::string op_;
};

}  // namespace

Trace::Trace() : outer_(std::exchange(current, this)) {}
Trace::~Trace() { current = outer_; }

void Trace::note(const Ref<Node>& node, std::span<const Tensor* const> inputs,
                 std::span<const Tensor> outputs) {
  if (current == nullptr) [[likely]]
    return;
  Step& step = current->steps_.emplace_back();
  step.node = node;
  for (const Tensor* x : inputs) step.inputs.push_back(*x);
  step.outputs.assign(outputs.begin(), outputs.end());
}

void Trace::note_plain(std::string_view op, const SourceLocation& at,
                       std::initializer_list<const Tensor*> inputs, const Tensor& output) {
  if (current == nullptr || !is_recording()) [[likely]]
    return;
  note(Ref<Node>(new Plain(op, OpScope::outermost(at))), {inputs.begin(), inputs.size()}, {&output, 1});
  current->steps_.back().is_plain = true;
}

}  // namespace gradus
