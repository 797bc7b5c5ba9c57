#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include <gradus/autograd/kernels/linalg.hpp>

namespace gradus::kernels {

namespace {

/// Row-major rows of m numbers.
struct Rows {
  double* first;
  std::int64_t m;

  double* operator[](std::int64_t i) const { return first + i * m; }
};

/// The row from j on whose element of column j is the largest; the first of several.
std::int64_t pivot_row(Rows x, std::int64_t n, std::int64_t j) {
  std::int64_t best = j;
  for (std::int64_t i = j + 1; i < n; ++i)
    if (std::abs(x[i][j]) > std::abs(x[best][j])) best = i;
  return best;
}

}  // namespace

void lu(std::int64_t n, std::int64_t m, const double* a, std::int64_t* order, double* l, double* u) {
  const std::int64_t k = std::min(n, m);
  std::vector<double> values(a, a + n * m);
  const Rows x{values.data(), m};  // becomes u above the diagonal, and the factors l below it
  std::iota(order, order + n, 0);
  for (std::int64_t j = 0; j < k; ++j) {
    const std::int64_t pivot = pivot_row(x, n, j);
    if (pivot != j) {
      std::swap_ranges(x[j], x[j] + m, x[pivot]);
      std::swap(order[j], order[pivot]);
    }
    if (x[j][j] == 0) continue;
    for (std::int64_t i = j + 1; i < n; ++i) {
      const double factor = x[i][j] /= x[j][j];
      for (std::int64_t c = j + 1; c < m; ++c) x[i][c] -= factor * x[j][c];
    }
  }
  for (std::int64_t i = 0; i < n; ++i)
    for (std::int64_t j = 0; j < k; ++j) l[i * k + j] = i == j ? 1 : i > j ? x[i][j] : 0;
  for (std::int64_t i = 0; i < k; ++i)
    for (std::int64_t j = 0; j < m; ++j) u[i * m + j] = i <= j ? x[i][j] : 0;
}

}  // namespace gradus::kernels
