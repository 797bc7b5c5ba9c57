#include <Eigen/Eigenvalues>
#include <complex>

#include <gradus/autograd/kernels/linalg.hpp>

namespace gradus::kernels {

using Eigen::MatrixXd;
using Rows = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

bool eig(std::int64_t n, const double* a, double* values, double* vectors) {
  if (n == 0) return true;
  const MatrixXd matrix = Eigen::Map<const Rows>(a, n, n);
  if (!matrix.allFinite()) return false;
  const Eigen::EigenSolver<MatrixXd> found(matrix);
  if (found.info() != Eigen::Success) return false;
  const auto put = [](std::complex<double> number, double* to) {
    to[0] = number.real();
    to[1] = number.imag();
  };
  const auto columns = found.eigenvectors();
  for (Eigen::Index i = 0; i < n; ++i) {
    put(found.eigenvalues()(i), values + 2 * i);
    for (Eigen::Index j = 0; j < n; ++j) put(columns(i, j), vectors + 2 * (i * n + j));
  }
  return true;
}

}  // namespace gradus::kernels
