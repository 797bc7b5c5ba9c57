#pragma once

#include <array>

#include <gradus/autograd/kernels/groups.hpp>
#include <gradus/autograd/ops/elementwise.hpp>
#include <gradus/autograd/tape.hpp>

/// For writers of ops that normalise: groups of elements, brought to mean 0 and variance 1 and then scaled
/// and shifted. `dims` (wrapped, ascending) are the dimensions that a group spans.
namespace gradus::normalization {

/// The dimensions that `shape` stands for, the last ones of x. Throws ShapeError unless x ends with it.
Dims trailing_dims(const Tensor& x, const Shape& shape);
/// Throws unless `parameter`, if defined, has that shape and the dtype of x.
void check_parameter(const Tensor& x, const Tensor& parameter, const Shape& shape, std::string_view role);

/// Simple operations that an element takes, as for `kernels::chunk_for`.
inline constexpr std::int64_t cost = 4;

/// f of the elements of tensors of type T that broadcast to `shape`; `counts` as for `kernels::map_groups`.
template <Element T, std::size_t... counts, class F, class... In>
Tensor apply(const Shape& shape, F f, const In&... in) {
  const Tensor y = elementwise::result(shape, dtype_of<T>, in...);
  kernels::map_groups<counts...>(
      kernels::plan_walk(shape, y.strides(), broadcast_strides(in.shape(), in.strides(), shape)...), cost, f,
      y.mutable_data<T>(), in.template data<T>()...);
  return y;
}

/// y = (x - mean) / sqrt(variance + eps) * weight + bias, with the (biased) mean and variance of each group,
/// which keep `dims` with size 1. Weight and bias broadcast to x; undefined stands for 1 and 0.
std::array<Tensor, 3> forward(const Tensor& x, const Tensor& weight, const Tensor& bias, const Dims& dims,
                              double eps);

/// The derivative of `forward`: inputs x, weight and bias, outputs y, mean and variance. Recorded, it is made
/// of public ops; otherwise of loops of its own.
void backward(Backward& d, const Dims& dims, double eps);

/// The op, with the name of `Kind`.
template <class Kind>
struct Normalize {
  static constexpr std::string_view name = Kind::name;
  static constexpr Keep keep = keep_inputs(0, 1) | keep_outputs(1, 2);
  Dims dims;
  double eps;

  std::array<Tensor, 3> forward(const Tensor& x, const Tensor& weight, const Tensor& bias) const {
    return normalization::forward(x, weight, bias, dims, eps);
  }
  void backward(Backward& d) const { normalization::backward(d, dims, eps); }
};

}  // namespace gradus::normalization
