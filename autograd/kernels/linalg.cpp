#include <gradus/autograd/kernels/linalg.hpp>

#include <Eigen/Cholesky>
#include <Eigen/LU>
#include <cmath>
#include <limits>

namespace gradus::kernels {

namespace {

template <class T>
using Dense = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic>;
using Steps = Eigen::Stride<Eigen::Dynamic, Eigen::Dynamic>;

template <class T>
Dense<T> copy(const Matrix<const T>& m) {
  return Eigen::Map<const Dense<T>, 0, Steps>(m.data, m.rows, m.cols, Steps(m.col_stride, m.row_stride));
}

template <class T, class Values>
void store(const Values& values, const Matrix<T>& m) {
  Eigen::Map<Dense<T>, 0, Steps>(m.data, m.rows, m.cols, Steps(m.col_stride, m.row_stride)) = values;
}

/// The order of the first leading minor of a that is not positive: the row where plain Cholesky stops.
template <class T>
std::int64_t first_failure(Dense<T> a) {
  for (Eigen::Index j = 0; j < a.rows(); ++j) {
    const T pivot = a(j, j) - a.row(j).head(j).squaredNorm();
    if (!(pivot > T(0))) return j + 1;
    a(j, j) = std::sqrt(pivot);
    for (Eigen::Index i = j + 1; i < a.rows(); ++i)
      a(i, j) = (a(i, j) - a.row(i).head(j).dot(a.row(j).head(j))) / a(j, j);
  }
  return a.rows();  // rounding alone let the other algorithm fail
}

}  // namespace

template <class T>
std::int64_t cholesky(const Matrix<const T>& a, const Matrix<T>& l) {
  if (a.rows == 0) return 0;
  const Dense<T> values = copy(a);
  const Eigen::LLT<Dense<T>> factor(values);
  if (factor.info() != Eigen::Success) return first_failure<T>(values);
  store<T>(Dense<T>(factor.matrixL()), l);
  return 0;
}

template <class T>
void solve_triangular(const Matrix<const T>& a, Triangle triangle, const Matrix<const T>& b,
                      const Matrix<T>& x) {
  if (x.rows == 0 || x.cols == 0) return;
  const Dense<T> matrix = copy(a);
  Dense<T> values = copy(b);
  if (triangle.upper && triangle.unit)
    matrix.template triangularView<Eigen::UnitUpper>().solveInPlace(values);
  else if (triangle.upper)
    matrix.template triangularView<Eigen::Upper>().solveInPlace(values);
  else if (triangle.unit)
    matrix.template triangularView<Eigen::UnitLower>().solveInPlace(values);
  else
    matrix.template triangularView<Eigen::Lower>().solveInPlace(values);
  store<T>(values, x);
}

template <class T>
bool solve(const Matrix<const T>& a, const Matrix<const T>& b, const Matrix<T>& x) {
  if (x.rows == 0) return true;
  const Eigen::PartialPivLU<Dense<T>> lu(copy(a));
  if ((lu.matrixLU().diagonal().array() == T(0)).any()) return false;
  if (x.cols > 0) store<T>(Dense<T>(lu.solve(copy(b))), x);
  return true;
}

template <class T>
LogDeterminant<T> log_determinant(const Matrix<const T>& a) {
  if (a.rows == 0) return {T(1), T(0)};
  const Eigen::PartialPivLU<Dense<T>> lu(copy(a));
  T sign = static_cast<T>(lu.permutationP().determinant());
  double log = 0;
  for (Eigen::Index i = 0; i < a.rows; ++i) {
    const T pivot = lu.matrixLU()(i, i);
    if (pivot == T(0)) return {T(0), -std::numeric_limits<T>::infinity()};
    if (pivot < T(0)) sign = -sign;
    log += std::log(std::abs(static_cast<double>(pivot)));
  }
  return {sign, static_cast<T>(log)};
}

template std::int64_t cholesky(const Matrix<const float>&, const Matrix<float>&);
template std::int64_t cholesky(const Matrix<const double>&, const Matrix<double>&);
template void solve_triangular(const Matrix<const float>&, Triangle, const Matrix<const float>&,
                               const Matrix<float>&);
template void solve_triangular(const Matrix<const double>&, Triangle, const Matrix<const double>&,
                               const Matrix<double>&);
template bool solve(const Matrix<const float>&, const Matrix<const float>&, const Matrix<float>&);
template bool solve(const Matrix<const double>&, const Matrix<const double>&, const Matrix<double>&);
template LogDeterminant<float> log_determinant(const Matrix<const float>&);
template LogDeterminant<double> log_determinant(const Matrix<const double>&);

}  // namespace gradus::kernels
