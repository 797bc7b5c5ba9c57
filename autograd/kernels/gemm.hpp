#pragma once

#include <gradus/autograd/kernels/matrix.hpp>
#include <gradus/autograd/kernels/memory.hpp>

namespace gradus::kernels {

/// c = a b, or c += a b, of any strides; c must have col_stride 1 or row_stride 1 and overlap neither. The
/// same bits for any number of threads. float and double.
template <class T>
void gemm(const Matrix<const T>& a, const Matrix<const T>& b, const Matrix<T>& c, bool accumulate = false);

/// A matrix arranged to be the right factor of several products: in strips of columns as wide as a tile, each
/// row-major without gaps.
template <class T>
class Strips {
 public:
  explicit Strips(const Matrix<const T>& b);
  /// Strip i, all rows of it.
  Matrix<const T> operator[](std::int64_t i) const;

 private:
  std::int64_t rows_, cols_;
  Scratch<T> memory_;
};

/// As above; a has col_stride 1, and so has c.
template <class T>
void gemm(const Matrix<const T>& a, const Strips<T>& b, const Matrix<T>& c, bool accumulate = false);

}  // namespace gradus::kernels
