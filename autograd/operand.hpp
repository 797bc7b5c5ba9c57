#pragma once

#include <type_traits>

#include <gradus/autograd/tensor.hpp>

namespace gradus {

/// One side of an arithmetic op: a tensor or a plain number, which adapts to the dtype of the other side.
/// Made implicitly, and remembers the line where that happened, so that `a + b` knows the user's line.
class Operand {
 public:
  Operand(const Tensor& tensor, SourceLocation at = SourceLocation::current())
      : at_(at), tensor_(&tensor) {}  // NOLINT
  template <class T>
  requires std::is_arithmetic_v<T> Operand(T number, SourceLocation at = SourceLocation::current())  // NOLINT
      : at_(at), number_(static_cast<double>(number)) {}

  bool is_number() const { return tensor_ == nullptr; }
  const Tensor& tensor() const { return *tensor_; }
  double number() const { return number_; }
  const SourceLocation& at() const { return at_; }

  /// The tensor, or the number as a 0-d tensor of `dtype`. Throws DTypeError for a number that `dtype` cannot
  /// hold.
  Tensor as(DType dtype) const;

 private:
  SourceLocation at_;
  const Tensor* tensor_ = nullptr;
  double number_ = 0;
};

/// `number` as a T. Throws DTypeError unless T holds exactly that number; a floating T takes any.
template <Element T>
T exactly(double number) {
  const T value = kernels::convert<T>(number);
  if constexpr (!std::is_floating_point_v<T>)
    require<DTypeError>(static_cast<double>(value) == number && number < 0x1p63,
                        "the number {} does not fit a {} tensor; convert it with to(float32) first", number,
                        dtype_of<T>);
  return value;
}

/// Both sides as tensors of one dtype; two numbers become float32. Throws DTypeError naming both dtypes if
/// they differ.
std::pair<Tensor, Tensor> match(const Operand& a, const Operand& b);

}  // namespace gradus
