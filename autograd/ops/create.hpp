#pragma once

#include <initializer_list>
#include <memory>
#include <span>

#include <gradus/autograd/tensor.hpp>

namespace gradus {

/// Options of functions that make a tensor.
struct TensorOptions {
  DType dtype = float32;
  /// Makes the new tensor a leaf that gathers a gradient.
  bool requires_grad = false;
};

/// All elements `value`. Throws DTypeError for a number that the dtype cannot hold, here and below.
Tensor full(const Shape& shape, double value, const TensorOptions& options = {});
Tensor zeros(const Shape& shape, const TensorOptions& options = {});
Tensor ones(const Shape& shape, const TensorOptions& options = {});
/// Uninitialised.
Tensor empty(const Shape& shape, const TensorOptions& options = {});

/// With the shape and dtype of `x`, and its memory layout where it is dense.
Tensor full_like(const Tensor& x, double value);
Tensor zeros_like(const Tensor& x);
Tensor ones_like(const Tensor& x);

/// start, start + step, ... up to but not including `stop`. Throws ValueError for a step of 0 or one that
/// leads away.
Tensor arange(double start, double stop, double step = 1, const TensorOptions& options = {.dtype = int64});
/// 0, 1, ..., stop - 1.
Tensor arange(std::int64_t stop, const TensorOptions& options = {.dtype = int64});
/// `count` values from `start` to `stop`, both included.
Tensor linspace(double start, double stop, std::int64_t count, const TensorOptions& options = {});
/// Ones on the diagonal of an n x m matrix (m = n by default), zeros elsewhere.
Tensor eye(std::int64_t n, std::int64_t m = -1, const TensorOptions& options = {});

/// The values, copied; a 1-d tensor unless `shape` says otherwise. Throws ShapeError unless there are
/// numel(shape).
template <Element T>
Tensor from_span(std::span<const T> values, const Shape& shape);
template <Element T>
Tensor from_span(std::span<const T> values) {
  return from_span(values, Shape(static_cast<std::int64_t>(values.size())));
}
template <Element T>
Tensor from_vector(const std::vector<T>& values, const Shape& shape) {
  if constexpr (std::is_same_v<T, bool>) {
    Tensor x = empty(shape, boolean);
    require<ShapeError>(static_cast<std::size_t>(x.numel()) == values.size(),
                        "{} values do not fill shape {}", values.size(), shape);
    std::copy(values.begin(), values.end(), x.mutable_data<bool>());
    return x;
  } else {
    return from_span(std::span<const T>(values), shape);
  }
}

/// The caller's memory, not copied; it must outlive the tensor, or be kept alive by `owner`. Row-major unless
/// strides (in elements) are given. Throws ShapeError unless every element lies within `memory`.
template <Element T>
Tensor borrow(std::span<T> memory, const Shape& shape, std::shared_ptr<const void> owner = nullptr);
template <Element T>
Tensor borrow(std::span<T> memory, const Shape& shape, const Strides& strides,
              std::shared_ptr<const void> owner = nullptr);

/// Nested braces of numbers, for `tensor`.
class Nested {
 public:
  template <class T>
  requires std::is_arithmetic_v<T> Nested(T value)
      : value_(static_cast<double>(value)), leaf_(true) {}  // NOLINT
  Nested(std::initializer_list<Nested> parts) : parts_(parts) {}

  bool is_number() const { return leaf_; }
  double number() const { return value_; }
  std::span<const Nested> parts() const { return parts_; }

 private:
  double value_ = 0;
  bool leaf_ = false;
  std::vector<Nested> parts_;
};

/// A tensor written out: `tensor({{1, 2}, {3, 4}})`, `tensor(2.5)`. float32 unless options say otherwise.
/// Throws ShapeError if the rows differ in length.
Tensor tensor(const Nested& values, const TensorOptions& options = {});
Tensor tensor(std::initializer_list<Nested> values, const TensorOptions& options = {});

}  // namespace gradus
