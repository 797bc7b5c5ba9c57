#pragma once

#include <gradus/autograd/kernels/matrix.hpp>

namespace gradus::kernels {

/// Whether `gemm_blocked` is the faster way to c = a b.
template <class T>
bool worth_blocking(const Matrix<const T>& a, const Matrix<T>& c) {
  constexpr std::int64_t wide = 192, deep = 192;
  return c.rows >= wide && c.cols >= wide && a.cols >= deep;
}

/// As `gemm`, for products too large for the caches; c has col_stride 1. b is packed a slab of rows at a
/// time, into strips as wide as a tile, a in blocks that stay in L2, so that tiles read both in order (Goto
/// and van de Geijn, "Anatomy of high-performance matrix multiplication", 2008).
template <class T>
void gemm_blocked(const Matrix<const T>& a, const Matrix<const T>& b, const Matrix<T>& c, bool accumulate);

}  // namespace gradus::kernels
