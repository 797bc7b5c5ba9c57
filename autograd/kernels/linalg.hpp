#pragma once

#include <cstdint>

#include <gradus/autograd/kernels/gemm.hpp>

/// Factorisations of one dense matrix. Each works on copies of its own, laid out in one way, so that the bits
/// of a result depend on the values alone.
namespace gradus::kernels {

/// l [n, n] lower triangular with l l^T = a for a symmetric positive definite a, of which the lower triangle
/// is read. Returns the order of the first leading minor that is not positive definite, 0 for success; l is
/// then not defined.
template <class T>
std::int64_t cholesky(const Matrix<const T>& a, const Matrix<T>& l);

/// How `solve_triangular` reads its matrix.
struct Triangle {
  bool upper = false;
  bool unit = false;  ///< ones on the diagonal, which is not read
};
/// x [n, m] with a x = b, where only one triangle of a [n, n] is read. Division by a zero on the diagonal
/// gives infinities.
template <class T>
void solve_triangular(const Matrix<const T>& a, Triangle triangle, const Matrix<const T>& b,
                      const Matrix<T>& x);

/// x [n, m] with a x = b, by LU with partial pivoting. Returns false, and leaves x undefined, if a pivot is
/// 0.
template <class T>
bool solve(const Matrix<const T>& a, const Matrix<const T>& b, const Matrix<T>& x);

/// The sign of the determinant (0 for a singular matrix) and the logarithm of its magnitude.
template <class T>
struct LogDeterminant {
  T sign;
  T log;
};
template <class T>
LogDeterminant<T> log_determinant(const Matrix<const T>& a);

}  // namespace gradus::kernels
