#include <gradus/autograd/trace.hpp>

namespace gradus {

namespace {
thread_local constinit Trace* current = nullptr;
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

}  // namespace gradus
