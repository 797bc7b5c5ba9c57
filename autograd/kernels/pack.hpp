#pragma once

#include <algorithm>

#include <gradus/autograd/kernels/matrix.hpp>
#include <gradus/autograd/kernels/transpose.hpp>

namespace gradus::kernels {

/// Copies m to `to`, row-major.
template <class T>
void copy(const Matrix<const T>& m, T* to) {
  if (m.col_stride == 1) {
    for (std::int64_t i = 0; i < m.rows; ++i) std::copy_n(m.data + i * m.row_stride, m.cols, to + i * m.cols);
  } else if (m.row_stride == 1) {
    transpose(m.data, m.col_stride, m.cols, m.rows, to, m.cols);
  } else {
    for (std::int64_t i = 0; i < m.rows; ++i)
      for (std::int64_t j = 0; j < m.cols; ++j)
        to[i * m.cols + j] = m.data[i * m.row_stride + j * m.col_stride];
  }
}

}  // namespace gradus::kernels
