#pragma once

#include <cstdint>

namespace gradus::kernels {

/// A matrix in memory: element (i, j) lies at data[i * row_stride + j * col_stride].
template <class T>
struct Matrix {
  T* data;
  std::int64_t rows, cols;
  std::int64_t row_stride, col_stride;

  Matrix transposed() const { return {data, cols, rows, col_stride, row_stride}; }
};

template <class T>
Matrix<T> row_major(T* data, std::int64_t rows, std::int64_t cols) {
  return {data, rows, cols, cols, 1};
}

/// c = a b, or c += a b, of any strides; c must have col_stride 1 or row_stride 1 and overlap neither. The
/// same bits for any number of threads. float and double.
template <class T>
void gemm(const Matrix<const T>& a, const Matrix<const T>& b, const Matrix<T>& c, bool accumulate = false);

}  // namespace gradus::kernels
