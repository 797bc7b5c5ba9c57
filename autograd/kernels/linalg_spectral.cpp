#include <Eigen/Eigenvalues>
#include <Eigen/QR>
#include <algorithm>

#include <gradus/autograd/kernels/linalg.hpp>

namespace gradus::kernels {

using Eigen::MatrixXd;
using Rows = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

void qr(std::int64_t n, std::int64_t m, const double* a, double* q, double* r) {
  const std::int64_t k = std::min(n, m);
  if (k == 0) return;
  const Eigen::HouseholderQR<MatrixXd> factor(Eigen::Map<const Rows>(a, n, m));
  MatrixXd basis = MatrixXd::Identity(n, k);
  basis.applyOnTheLeft(factor.householderQ());
  Eigen::Map<Rows>(q, n, k) = basis;
  Eigen::Map<Rows>(r, k, m) = MatrixXd(factor.matrixQR().topRows(k).triangularView<Eigen::Upper>());
}

bool eigh(std::int64_t n, const double* a, double* values, double* vectors) {
  if (n == 0) return true;
  const MatrixXd matrix = Eigen::Map<const Rows>(a, n, n);
  if (!MatrixXd(matrix.triangularView<Eigen::Lower>()).allFinite()) return false;
  const Eigen::SelfAdjointEigenSolver<MatrixXd> found(matrix);
  if (found.info() != Eigen::Success) return false;
  Eigen::Map<Eigen::VectorXd>(values, n) = found.eigenvalues();
  Eigen::Map<Rows>(vectors, n, n) = found.eigenvectors();
  return true;
}

}  // namespace gradus::kernels
