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

/// `rows` rows and `cols` columns of m, the first of which are `row` and `col`.
template <class T>
Matrix<const T> part(const Matrix<const T>& m, std::int64_t row, std::int64_t col, std::int64_t rows,
                     std::int64_t cols) {
  return {m.data + row * m.row_stride + col * m.col_stride, rows, cols, m.row_stride, m.col_stride};
}

}  // namespace gradus::kernels
