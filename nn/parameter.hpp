#pragma once

#include <fmt/core.h>

#include <concepts>
#include <utility>

#include <gradus/autograd/print.hpp>
#include <gradus/autograd/tensor.hpp>

namespace gradus::nn {

/// A tensor that a model learns. Made from a floating tensor, whose memory it shares, and asks for a
/// gradient: `nn::Parameter scale = ones({64});`. A plain `Tensor` member of a model counts as a parameter
/// too, but asks for a gradient only if it was told to.
class Parameter : public Tensor {
 public:
  Parameter() = default;
  /// The very same handle if that is a leaf which requires a gradient already (so parameters can be tied),
  /// else a leaf of its own over the same memory. Undefined for an undefined tensor. Throws DTypeError unless
  /// the dtype is floating.
  Parameter(Tensor values) : Tensor(leaf(std::move(values))) {}  // NOLINT: implicit on purpose

 private:
  static Tensor leaf(Tensor values) {
    if (!values.defined() || (values.is_leaf() && values.requires_grad())) return values;
    Tensor own = values.detach();
    own.requires_grad_();
    return own;
  }
};

/// A tensor that belongs to a model's state but is not learned: a running mean, a mask, a table. Saved and
/// loaded with the parameters.
class Buffer : public Tensor {
 public:
  Buffer() = default;
  Buffer(Tensor values)  // NOLINT: implicit on purpose
      : Tensor(values.requires_grad() ? values.detach() : std::move(values)) {}
};

/// A member of layers that act differently in training: `nn::train` sets it, `nn::eval` clears it. A copy of
/// the layer has its own.
class Training {
 public:
  Training(bool on = true) : on_(on) {}                  // NOLINT: implicit on purpose
  Training(const Training& other) : on_(other.on_) {}    // user-provided, so that what holds a Training is
  Training& operator=(const Training& other) = default;  // never taken for a plain value
  operator bool() const { return on_; }                  // NOLINT: implicit on purpose

 private:
  bool on_;
};

}  // namespace gradus::nn

/// As the tensor they are.
template <std::derived_from<gradus::Tensor> T>
requires(!std::same_as<T, gradus::Tensor>) struct fmt::formatter<T> : fmt::formatter<gradus::Tensor> {
};
