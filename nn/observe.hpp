#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <typeinfo>
#include <utility>

#include <gradus/autograd/tensor.hpp>

namespace gradus::nn {

/// A finished call of a layer.
struct Call {
  const void* layer;
  const std::type_info& type;
  const Tensor& input;
  Tensor& output;      ///< may be replaced
  std::int64_t flops;  ///< of this call, as the layer counts them; 0 if it does not
};

/// Is told of every call of a layer on this thread as long as it lives, inner layers before the one around
/// them. All observers are told, the latest first; they may end in any order, but on the thread they began
/// on.
class Observer {
 public:
  explicit Observer(std::function<void(Call&)> observe)
      : observe_(std::make_shared<const std::function<void(Call&)>>(std::move(observe))), outer_(current_) {
    current_ = this;
  }
  ~Observer();
  Observer(const Observer&) = delete;
  Observer& operator=(const Observer&) = delete;

  static bool any() { return current_ != nullptr; }
  static void tell(Call& call);

 private:
  std::shared_ptr<const std::function<void(Call&)>> observe_;
  Observer* outer_;
  static thread_local constinit Observer* current_;
};

/// While it lives, calls of copies of layers on this thread are told as calls of their originals.
class ToldAs {
 public:
  using Originals = std::map<const void*, const void*>;  ///< by the address of the copy

  explicit ToldAs(const Originals& originals) : outer_(std::exchange(current_, &originals)) {}
  ~ToldAs() { current_ = outer_; }
  ToldAs(const ToldAs&) = delete;
  ToldAs& operator=(const ToldAs&) = delete;

  /// What calls of this layer are told as: itself if it is not a copy.
  static const void* original(const void* layer);

 private:
  const Originals* outer_;
  static thread_local constinit const Originals* current_;
};

/// The one place that every call of a layer passes: a layer returns `observed(*this, x, y)` instead of y.
/// Costs nothing but a look at a pointer when no one observes. A layer may count its work in a member
/// `std::int64_t flops(const Tensor& x, const Tensor& y) const`, at 2 for a multiplication with its addition.
template <class L>
Tensor observed(const L& layer, const Tensor& x, Tensor y) {
  if (Observer::any()) [[unlikely]] {
    std::int64_t flops = 0;
    if constexpr (requires { layer.flops(x, y); }) flops = layer.flops(x, y);
    Call call{ToldAs::original(&layer), typeid(L), x, y, flops};
    Observer::tell(call);
  }
  return y;
}

/// `call()`, the result of layer(x); observed here if the layer, a user's struct or lambda, does not do so.
template <class L, class F>
Tensor observed_once(const L& layer, const Tensor& x, F&& call) {
  if (!Observer::any()) [[likely]]
    return call();
  const void* const place = ToldAs::original(&layer);
  bool told = false;
  Tensor y = [&] {
    const Observer watch([&](const Call& seen) { told |= seen.layer == place && seen.type == typeid(L); });
    return call();
  }();
  return told ? y : observed(layer, x, std::move(y));
}

}  // namespace gradus::nn
