#pragma once

#include <concepts>
#include <cstdint>
#include <memory>
#include <string>
#include <type_traits>
#include <typeinfo>
#include <utility>
#include <vector>

#include <gradus/nn/observe.hpp>
#include <gradus/nn/walk.hpp>

namespace gradus::nn {

/// What can stand in a `Sequential`: a layer, a user's struct, a lambda, anything copyable that makes a
/// tensor of a tensor.
template <class T>
concept SequentialLayer = std::copy_constructible<T> && requires(const T& layer, const Tensor& x) {
  { layer(x) } -> std::convertible_to<Tensor>;
};

/// Any layer, as a value: a copy is a copy of the layer, and so shares its tensors.
class AnyLayer {
 public:
  template <class L>
  requires(!std::derived_from<std::remove_cvref_t<L>, AnyLayer> && SequentialLayer<std::remove_cvref_t<L>>)
      AnyLayer(L&& layer)  // NOLINT: implicit on purpose
      : held_(std::make_unique<Held<std::remove_cvref_t<L>>>(std::forward<L>(layer))) {}
  AnyLayer(const AnyLayer& other) : held_(other.held_->copy()) {}
  AnyLayer(AnyLayer&&) noexcept = default;
  AnyLayer& operator=(AnyLayer other) noexcept {
    held_ = std::move(other.held_);
    return *this;
  }

  /// A tensor that is moved here may be overwritten by the layer.
  Tensor operator()(Tensor x, SourceLocation at = SourceLocation::current()) const {
    return held_->call(std::move(x), at);
  }

  /// The layer, if it is an L, else null.
  template <class L>
  L* as() {
    return held_->type() == typeid(L) ? &static_cast<Held<L>&>(*held_).layer : nullptr;
  }
  template <class L>
  const L* as() const {
    return held_->type() == typeid(L) ? &static_cast<const Held<L>&>(*held_).layer : nullptr;
  }

  /// For the walk: shows what is held.
  void walk_held(Walker& walker) { held_->walk(walker); }

 private:
  struct Base {
    virtual ~Base() = default;
    virtual Tensor call(Tensor x, const SourceLocation& at) const = 0;
    virtual std::unique_ptr<Base> copy() const = 0;
    virtual const std::type_info& type() const = 0;
    virtual void walk(Walker& walker) = 0;
  };

  template <class L>
  struct Held final : Base {
    explicit Held(L value) : layer(std::move(value)) {}
    Tensor call(Tensor x, const SourceLocation& at) const override {
      if (!Observer::any()) return run(std::move(x), at);
      return observed_once(layer, x, [&] { return run(std::as_const(x), at); });
    }
    template <class X>
    Tensor run(X&& x, const SourceLocation& at) const {
      if constexpr (requires { layer(std::forward<X>(x), at); })
        return layer(std::forward<X>(x), at);
      else if constexpr (requires { layer(std::forward<X>(x)); })
        return layer(std::forward<X>(x));
      else
        return layer(std::as_const(x));  // as [](auto& x) wants it
    }
    std::unique_ptr<Base> copy() const override { return std::make_unique<Held>(layer); }
    const std::type_info& type() const override { return typeid(L); }
    void walk(Walker& walker) override { walker.found(layer); }

    L layer;
  };

  std::unique_ptr<Base> held_;
};

/// Layers one after the other: `nn::Sequential{nn::Conv2d{1, 32, 3}, nn::ReLU{}, [](Tensor x) { ... }}`.
/// Parameters are named by position, "0.weight". A copy shares the tensors; `clone` does not.
class Sequential {
 public:
  Sequential() = default;
  /// A single Sequential as argument is copied, not nested.
  template <class... L>
  requires(sizeof...(L) > 0) && (sizeof...(L) > 1 || (!std::same_as<L, Sequential> && ...)) &&
      (SequentialLayer<L> && ...)  // asked last, for the answer depends on the copy constructor
      Sequential(L... layers) {    // NOLINT: implicit on purpose
    layers_.reserve(sizeof...(L));
    (layers_.emplace_back(std::move(layers)), ...);
  }

  Tensor operator()(const Tensor& x, SourceLocation at = SourceLocation::current()) const;

  void append(AnyLayer layer) { layers_.push_back(std::move(layer)); }
  /// The layers of another one behind those of this one; they share their tensors with it.
  void extend(const Sequential& other) {
    const std::vector<AnyLayer> added = other.layers_;  // `other` may be this one
    layers_.insert(layers_.end(), added.begin(), added.end());
  }
  /// Before layer `i` (at the end for i = size()); negative ones count from the end. Throws IndexError.
  void insert(std::int64_t i, AnyLayer layer) {
    const std::size_t place = i == static_cast<std::int64_t>(size()) ? size() : index(i);
    layers_.insert(layers_.begin() + static_cast<std::ptrdiff_t>(place), std::move(layer));
  }
  /// Takes layer `i` out. Throws IndexError.
  void erase(std::int64_t i) { layers_.erase(layers_.begin() + static_cast<std::ptrdiff_t>(index(i))); }
  std::size_t size() const { return layers_.size(); }
  bool empty() const { return layers_.empty(); }
  /// Layer `i`; negative ones count from the end. Throws IndexError.
  AnyLayer& operator[](std::int64_t i) { return layers_[index(i)]; }
  const AnyLayer& operator[](std::int64_t i) const { return layers_[index(i)]; }
  auto begin() const { return layers_.begin(); }
  auto end() const { return layers_.end(); }

  void visit(auto& v) {
    for (std::size_t i = 0; i < layers_.size(); ++i) v(std::to_string(i), layers_[i]);
  }

 private:
  std::size_t index(std::int64_t i) const;

  std::vector<AnyLayer> layers_;
};

}  // namespace gradus::nn
