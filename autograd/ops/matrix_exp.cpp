#include <gradus/autograd/ops/matrix_exp.hpp>

#include <algorithm>
#include <array>
#include <cmath>

#include <gradus/autograd/ops/arithmetic.hpp>
#include <gradus/autograd/ops/compare.hpp>
#include <gradus/autograd/ops/create.hpp>
#include <gradus/autograd/ops/extrema.hpp>
#include <gradus/autograd/ops/join.hpp>
#include <gradus/autograd/ops/linalg.hpp>
#include <gradus/autograd/ops/matmul.hpp>
#include <gradus/autograd/ops/matrices.hpp>
#include <gradus/autograd/ops/pointwise.hpp>
#include <gradus/autograd/ops/reduce.hpp>
#include <gradus/autograd/ops/view.hpp>
#include <gradus/autograd/ops/where.hpp>
#include <gradus/autograd/tape.hpp>

namespace gradus {

namespace {

/// Of the approximant of degree 13, divided by the first.
constexpr std::array<double, 14> coefficients{1,
                                              1.0 / 2,
                                              3.0 / 25,
                                              11.0 / 600,
                                              11.0 / 5520,
                                              3.0 / 18400,
                                              1.0 / 96600,
                                              1.0 / 1932000,
                                              1.0 / 48944000,
                                              1.0 / 1585785600,
                                              1.0 / 67395888000,
                                              1.0 / 3953892096000,
                                              1.0 / 355850288640000,
                                              1.0 / 64764752532480000};
constexpr double largest_norm = 5.371920351148152;  ///< for which the approximant holds in double

/// The approximant, for matrices of a 1-norm of at most `largest_norm`.
Tensor approximant(const Tensor& a) {
  const auto& c = coefficients;
  const Tensor one = eye(a.size(-1), -1, {.dtype = a.dtype()});
  const Tensor a2 = matmul(a, a), a4 = matmul(a2, a2), a6 = matmul(a4, a2);
  const Tensor odd = matmul(
      a, matmul(a6, c[13] * a6 + c[11] * a4 + c[9] * a2) + c[7] * a6 + c[5] * a4 + c[3] * a2 + c[1] * one);
  const Tensor even =
      matmul(a6, c[12] * a6 + c[10] * a4 + c[8] * a2) + c[6] * a6 + c[4] * a4 + c[2] * a2 + c[0] * one;
  return solve(even - odd, even + odd);
}

/// How often a matrix of this norm is halved.
double halvings(double norm) {
  return norm > largest_norm && std::isfinite(norm) ? std::ceil(std::log2(norm / largest_norm)) : 0;
}

struct MatrixExp {
  static constexpr std::string_view name = "matrix_exp";
  static constexpr Keep keep = keep_inputs(0);
  Tensor forward(const Tensor& a) const {
    if (a.numel() == 0) return zeros(a.shape(), {.dtype = a.dtype()});
    const Tensor x = a.to(float64), norms = amax(sum(abs(x), -2), -1);
    std::vector<double> counts, scales;
    for (const double norm : norms.to_vector<double>()) {
      counts.push_back(halvings(norm));
      scales.push_back(std::exp2(-counts.back()));
    }
    const auto for_each_matrix = [&](const std::vector<double>& numbers) {
      return unsqueeze(unsqueeze(from_vector(numbers, norms.shape()), -1), -1);
    };
    const Tensor count = for_each_matrix(counts);
    Tensor y = approximant(x * for_each_matrix(scales));
    const double most = *std::max_element(counts.begin(), counts.end());
    for (double done = 0; done < most; ++done) y = where(count > done, matmul(y, y), y);
    return y.to(a.dtype());
  }
  void backward(Backward& d) const {
    d.wrt(0, [&] {
      const Tensor a = matrices::mT(d.input(0));
      const std::int64_t n = a.size(-1);
      const Tensor blocks = cat({cat({a, d.grad()}, -1), cat({zeros_like(a), a}, -1)}, -2);
      return narrow(narrow(matrix_exp(blocks), -2, 0, n), -1, n, n);
    });
  }
};

}  // namespace

Tensor matrix_exp(const Tensor& a, SourceLocation at) {
  const OpScope scope("matrix_exp", at);
  matrices::check_square(a);
  return record(MatrixExp{}, at, a);
}

}  // namespace gradus
