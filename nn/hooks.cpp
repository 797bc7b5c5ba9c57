#include <gradus/nn/hooks.hpp>

namespace gradus::nn {

ForwardHook::ForwardHook(const HookedLayer& layer, Function hook)
    : observer_(std::make_unique<Observer>([layer, hook = std::move(hook)](Call& call) {
        if (!layer.made(call)) return;
        Tensor replaced = hook(call.input, call.output);
        if (replaced.defined()) call.output = std::move(replaced);
      })) {}

BackwardHook::BackwardHook(const HookedLayer& layer, Function hook)
    : function_(std::make_shared<Function>(std::move(hook))),
      observer_(std::make_unique<Observer>([layer, weak = std::weak_ptr<Function>(function_)](Call& call) {
        if (!layer.made(call) || !call.output.requires_grad()) return;
        call.output.register_hook([weak](const Tensor& gradient) {
          const std::shared_ptr<Function> function = weak.lock();
          return function != nullptr ? (*function)(gradient) : Tensor();
        });
      })) {}

BackwardHook& BackwardHook::operator=(BackwardHook&& other) noexcept {
  remove();
  function_ = std::move(other.function_);
  observer_ = std::move(other.observer_);
  return *this;
}

void BackwardHook::remove() {
  observer_.reset();
  function_.reset();
}

}  // namespace gradus::nn
