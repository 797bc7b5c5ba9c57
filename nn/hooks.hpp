#pragma once

#include <concepts>
#include <functional>
#include <memory>
#include <type_traits>
#include <typeinfo>
#include <utility>

#include <gradus/nn/module.hpp>
#include <gradus/nn/observe.hpp>

/// Hooks on the layers of a model. A layer is known by its place in memory: the model must stay where it is.
/// A hook sees the calls made on the thread that made it. Layers of the library tell of each call, and so
/// does any layer in a Sequential; a struct of one's own elsewhere does if it returns `observed(*this, x,
/// y)`.
namespace gradus::nn {

namespace detail {

/// `hook` as one that returns a Tensor: an undefined one if it returns nothing.
template <class... In, class F>
std::function<Tensor(In...)> returning(F hook) {
  if constexpr (std::is_void_v<std::invoke_result_t<F&, In...>>)
    return [hook = std::move(hook)](In... in) mutable { return hook(in...), Tensor(); };
  else
    return hook;
}

}  // namespace detail

/// A layer to hook: the layer itself, or one found by `modules`.
class HookedLayer {
 public:
  template <class L>
  requires(!std::same_as<L, HookedLayer> && !std::same_as<L, ModuleAt>)
      HookedLayer(const L& layer)  // NOLINT: implicit on purpose
      : layer_(&layer), type_(&typeid(L)) {}
  HookedLayer(const ModuleAt& found)  // NOLINT
      : layer_(found.part.object), type_(&found.part.type->id) {}

  bool made(const Call& call) const { return call.layer == layer_ && call.type == *type_; }

 private:
  const void* layer_;
  const std::type_info* type_;
};

/// As long as it lives, calls `hook(x, y)` after each call y = layer(x); a Tensor that it returns, if
/// defined, takes the place of y:
///
///     nn::ForwardHook hook(net.conv1, [&](const Tensor& x, const Tensor& y) { seen = y.shape(); });
class ForwardHook {
 public:
  using Function = std::function<Tensor(const Tensor& x, const Tensor& y)>;

  template <class F>
  requires std::invocable<F&, const Tensor&, const Tensor&> ForwardHook(const HookedLayer& layer, F hook)
      : ForwardHook(layer, detail::returning<const Tensor&, const Tensor&>(std::move(hook))) {}
  ForwardHook(const HookedLayer& layer, Function hook);

  /// Takes the hook away before its end; a second call does nothing.
  void remove() { observer_.reset(); }

 private:
  std::unique_ptr<Observer> observer_;
};

/// As long as it lives, calls `hook(g)` with the gradient of what the layer gave, in every backward through a
/// call made meanwhile; a Tensor that it returns, if defined, takes the place of g. Throws from within
/// backward unless that fits.
class BackwardHook {
 public:
  using Function = std::function<Tensor(const Tensor& gradient)>;

  template <class F>
  requires std::invocable<F&, const Tensor&> BackwardHook(const HookedLayer& layer, F hook)
      : BackwardHook(layer, detail::returning<const Tensor&>(std::move(hook))) {}
  BackwardHook(const HookedLayer& layer, Function hook);
  BackwardHook(BackwardHook&&) noexcept = default;
  BackwardHook& operator=(BackwardHook&& other) noexcept;
  ~BackwardHook() { remove(); }

  /// Takes the hook away before its end, also from what was recorded; a second call does nothing.
  void remove();

 private:
  std::shared_ptr<Function> function_;  // tensors in the graph refer to it weakly
  std::unique_ptr<Observer> observer_;
};

}  // namespace gradus::nn
