#pragma once

#include <gradus/autograd/kernels/matrix.hpp>

namespace gradus::kernels {

/// c = a b, or c += a b, of any strides; c must have col_stride 1 or row_stride 1 and overlap neither. The
/// same bits for any number of threads. float and double.
template <class T>
void gemm(const Matrix<const T>& a, const Matrix<const T>& b, const Matrix<T>& c, bool accumulate = false);

}  // namespace gradus::kernels
