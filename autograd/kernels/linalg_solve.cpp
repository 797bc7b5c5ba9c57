#include <Eigen/Cholesky>
#include <Eigen/LU>
#include <cmath>
#include <limits>

#include <gradus/autograd/kernels/linalg.hpp>

namespace gradus::kernels {

namespace {

using Eigen::MatrixXd;
using Rows = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// The order of the first leading minor of a that is not positive: the row where plain Cholesky stops.
std::int64_t first_failure(MatrixXd a) {
  for (Eigen::Index j = 0; j < a.rows(); ++j) {
    const double pivot = a(j, j) - a.row(j).head(j).squaredNorm();
    if (!(pivot > 0)) return j + 1;
    a(j, j) = std::sqrt(pivot);
    for (Eigen::Index i = j + 1; i < a.rows(); ++i)
      a(i, j) = (a(i, j) - a.row(i).head(j).dot(a.row(j).head(j))) / a(j, j);
  }
  return a.rows();  // rounding alone let the other algorithm fail
}

}  // namespace

std::int64_t cholesky(std::int64_t n, const double* a, double* l) {
  if (n == 0) return 0;
  const MatrixXd values = Eigen::Map<const Rows>(a, n, n);
  const Eigen::LLT<MatrixXd> factor(values);
  if (factor.info() != Eigen::Success) return first_failure(values);
  Eigen::Map<Rows>(l, n, n) = MatrixXd(factor.matrixL());
  return 0;
}

void solve_triangular(std::int64_t n, std::int64_t m, const double* a, Triangle triangle, const double* b,
                      double* x) {
  if (n == 0 || m == 0) return;
  // An upper triangle read from its end is a lower one.
  MatrixXd matrix = Eigen::Map<const Rows>(a, n, n), values = Eigen::Map<const Rows>(b, n, m);
  if (triangle.upper) {
    matrix = matrix.reverse().eval();
    values = values.colwise().reverse().eval();
  }
  if (triangle.unit) matrix.diagonal().setOnes();
  matrix.triangularView<Eigen::Lower>().solveInPlace(values);
  if (triangle.upper) values = values.colwise().reverse().eval();
  Eigen::Map<Rows>(x, n, m) = values;
}

bool solve(std::int64_t n, std::int64_t m, const double* a, const double* b, double* x) {
  if (n == 0) return true;
  const Eigen::PartialPivLU<MatrixXd> lu(Eigen::Map<const Rows>(a, n, n));
  if ((lu.matrixLU().diagonal().array() == 0).any()) return false;
  const MatrixXd right = Eigen::Map<const Rows>(b, n, m);
  if (m > 0) Eigen::Map<Rows>(x, n, m) = MatrixXd(lu.solve(right));
  return true;
}

LogDeterminant log_determinant(std::int64_t n, const double* a) {
  if (n == 0) return {1, 0};
  const Eigen::PartialPivLU<MatrixXd> lu(Eigen::Map<const Rows>(a, n, n));
  LogDeterminant found{static_cast<double>(lu.permutationP().determinant()), 0};
  for (Eigen::Index i = 0; i < n; ++i) {
    const double pivot = lu.matrixLU()(i, i);
    if (pivot == 0) return {0, -std::numeric_limits<double>::infinity()};
    if (pivot < 0) found.sign = -found.sign;
    found.log += std::log(std::abs(pivot));
  }
  return found;
}

}  // namespace gradus::kernels
