#include <Eigen/Core>
#include <Eigen/Jacobi>
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include <gradus/autograd/kernels/linalg.hpp>

namespace gradus::kernels {

namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Rows = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// Rotates pairs of columns of w, and of v with them, until all are orthogonal: one-sided Jacobi (Hestenes
/// 1958). Returns false if they do not become so.
bool orthogonalise(MatrixXd& w, MatrixXd& v) {
  constexpr int most_sweeps = 60;
  constexpr double nothing = 1e-290;  // a squared length that is lost in rounding
  const double limit = std::numeric_limits<double>::epsilon() * std::sqrt(static_cast<double>(w.rows()));
  bool rotated = true;
  for (int sweep = 0; rotated; ++sweep) {
    if (sweep == most_sweeps) return false;
    rotated = false;
    for (Index p = 0; p < w.cols(); ++p)
      for (Index q = p + 1; q < w.cols(); ++q) {
        const double a = w.col(p).squaredNorm(), b = w.col(q).squaredNorm(), mixed = w.col(p).dot(w.col(q));
        if (std::min(a, b) < nothing || std::abs(mixed) <= limit * std::sqrt(a) * std::sqrt(b)) continue;
        Eigen::JacobiRotation<double> rotation;
        rotation.makeJacobi(a, mixed, b);
        w.applyOnTheRight(p, q, rotation);
        v.applyOnTheRight(p, q, rotation);
        rotated = true;
      }
  }
  return true;
}

/// For n >= m. With a = q r, and v that makes the columns of w = r^T v orthogonal: a = (q v) (w^T), where the
/// lengths of the columns of w are the singular values.
bool tall_svd(const MatrixXd& a, MatrixXd& u, Eigen::VectorXd& s, MatrixXd& right) {
  const Index n = a.rows(), m = a.cols();
  const double largest = a.cwiseAbs().maxCoeff(), scale = largest > 0 ? largest : 1;
  const Rows scaled = a / scale;
  Rows q(n, m), r(m, m), sorted(m, m);
  qr(n, m, scaled.data(), q.data(), r.data());
  MatrixXd w = r.transpose(), v = MatrixXd::Identity(m, m);
  if (!orthogonalise(w, v)) return false;

  std::vector<Index> order(static_cast<std::size_t>(m));
  std::iota(order.begin(), order.end(), Index{0});
  const Eigen::VectorXd lengths = w.colwise().norm();
  std::stable_sort(order.begin(), order.end(), [&](Index i, Index j) { return lengths(i) > lengths(j); });
  MatrixXd turned(m, m);
  for (Index j = 0; j < m; ++j) {
    const Index from = order[static_cast<std::size_t>(j)];
    sorted.col(j) = w.col(from);
    turned.col(j) = v.col(from);
    s(j) = lengths(from) * scale;
  }
  // Directions of the columns, orthonormal even where columns are zeros.
  Rows directions(m, m);
  qr(m, m, sorted.data(), directions.data(), r.data());
  for (Index j = 0; j < m; ++j)
    if (r(j, j) < 0) directions.col(j) = -directions.col(j);
  u = q * turned;
  right = directions;
  return true;
}

}  // namespace

bool svd(std::int64_t n, std::int64_t m, const double* a, double* u, double* s, double* vh) {
  const std::int64_t k = std::min(n, m);
  if (k == 0) return true;
  const MatrixXd matrix = Eigen::Map<const Rows>(a, n, m);
  if (!matrix.allFinite()) return false;
  MatrixXd left, right;
  Eigen::VectorXd values(k);
  if (!tall_svd(n < m ? MatrixXd(matrix.transpose()) : matrix, left, values, right)) return false;
  if (n < m) left.swap(right);
  Eigen::Map<Rows>(u, n, k) = left;
  Eigen::Map<Eigen::VectorXd>(s, k) = values;
  Eigen::Map<Rows>(vh, k, m) = right.transpose();
  return true;
}

}  // namespace gradus::kernels
