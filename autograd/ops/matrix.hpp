#pragma once

#include <gradus/autograd/kernels/gemm.hpp>
#include <gradus/autograd/tensor.hpp>

/// For writers of ops: matrices of the last two dimensions of a tensor.
namespace gradus {

/// The matrix that starts `offset` elements behind the first.
template <Element T>
kernels::Matrix<const T> matrix(const Tensor& x, std::int64_t offset = 0) {
  const std::size_t r = x.rank();
  return {x.data<T>() + offset, x.shape()[r - 2], x.shape()[r - 1], x.strides()[r - 2], x.strides()[r - 1]};
}
template <Element T>
kernels::Matrix<T> mutable_matrix(const Tensor& x, std::int64_t offset = 0) {
  const std::size_t r = x.rank();
  return {x.mutable_data<T>() + offset, x.shape()[r - 2], x.shape()[r - 1], x.strides()[r - 2],
          x.strides()[r - 1]};
}

}  // namespace gradus
