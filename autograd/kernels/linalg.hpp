#pragma once

#include <cstdint>

/// Factorisations of one dense matrix in double, row-major without gaps, as are all results. Eigen does them,
/// for one dtype only: its templates take long to compile, and float32 matrices gain digits on the way.
namespace gradus::kernels {

/// l [n, n] lower triangular with l l^T = a for a symmetric positive definite a, of which the lower triangle
/// is read. Returns the order of the first leading minor that is not positive definite, 0 for success; l is
/// then not defined.
std::int64_t cholesky(std::int64_t n, const double* a, double* l);

/// How `solve_triangular` reads its matrix.
struct Triangle {
  bool upper = false;
  bool unit = false;  ///< ones on the diagonal, which is not read
};
/// x [n, m] with a x = b, where only one triangle of a [n, n] is read. Division by a zero on the diagonal
/// gives infinities.
void solve_triangular(std::int64_t n, std::int64_t m, const double* a, Triangle triangle, const double* b,
                      double* x);

/// x [n, m] with a x = b, by LU with partial pivoting. Returns false, and leaves x undefined, if a pivot is
/// 0.
bool solve(std::int64_t n, std::int64_t m, const double* a, const double* b, double* x);

/// The sign of the determinant (0 for a singular matrix) and the logarithm of its magnitude.
struct LogDeterminant {
  double sign, log;
};
LogDeterminant log_determinant(std::int64_t n, const double* a);

/// l [n, k] lower triangular with ones on the diagonal and u [k, m] upper triangular, k = min(n, m), with row
/// i of l u row order[i] of a [n, m], by partial pivoting. No a is refused: where a column has no pivot but
/// 0, l has zeros below the diagonal.
void lu(std::int64_t n, std::int64_t m, const double* a, std::int64_t* order, double* l, double* u);

/// q [n, k] with orthonormal columns and r [k, m] upper triangular with q r = a [n, m], k = min(n, m), by
/// Householder's reflections.
void qr(std::int64_t n, std::int64_t m, const double* a, double* q, double* r);

/// Ascending eigenvalues [n] and orthonormal eigenvectors, the columns of [n, n], of a symmetric a, of which
/// the lower triangle is read. Returns false for a matrix that is not finite (or if the iteration fails).
bool eigh(std::int64_t n, const double* a, double* values, double* vectors);

/// Eigenvalues [n] and eigenvectors of length 1, the columns of [n, n], of any a, as pairs of real and
/// imaginary part. Returns as `eigh`.
bool eig(std::int64_t n, const double* a, double* values, double* vectors);

/// u [n, k], descending s [k] and vh [k, m] with u diag(s) vh = a [n, m], k = min(n, m). Returns as `eigh`.
bool svd(std::int64_t n, std::int64_t m, const double* a, double* u, double* s, double* vh);

}  // namespace gradus::kernels
