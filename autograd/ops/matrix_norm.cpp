#include <gradus/autograd/ops/matrix_norm.hpp>

#include <cmath>

#include <gradus/autograd/ops/arithmetic.hpp>
#include <gradus/autograd/ops/compare.hpp>
#include <gradus/autograd/ops/decomposition.hpp>
#include <gradus/autograd/ops/extrema.hpp>
#include <gradus/autograd/ops/linalg.hpp>
#include <gradus/autograd/ops/matrices.hpp>
#include <gradus/autograd/ops/pointwise.hpp>
#include <gradus/autograd/ops/reduce.hpp>
#include <gradus/autograd/ops/vector_norm.hpp>
#include <gradus/autograd/ops/view.hpp>

namespace gradus {

namespace {

/// The largest and the smallest singular value.
struct Extremes {
  Tensor largest, smallest;
};
Extremes singular_extremes(const Tensor& x) {
  const Tensor s = svdvals(x);
  require<ShapeError>(s.size(-1) > 0, "given {}; there are no singular values", x.shape());
  return {select(s, -1, 0), select(s, -1, s.size(-1) - 1)};
}

Tensor with_dims(const Tensor& y, bool keepdim) { return keepdim ? unsqueeze(unsqueeze(y, -1), -1) : y; }

}  // namespace

Tensor matrix_norm(const Tensor& x, MatrixNorm kind, bool keepdim, SourceLocation at) {
  const OpScope scope("matrix_norm", at);
  matrices::check(x);
  if (kind == MatrixNorm::frobenius) return norm(x, 2, {-2, -1}, keepdim);
  return with_dims(sum(svdvals(x), -1), keepdim);
}

Tensor matrix_norm(const Tensor& x, double p, bool keepdim, SourceLocation at) {
  const OpScope scope("matrix_norm", at);
  matrices::check(x);
  const double size = std::abs(p);
  require(size == 1 || size == 2 || std::isinf(size),
          "p is {}; it must be 1, 2 or infinity, or one of their negatives", p);
  if (size == 2) {
    const auto [largest, smallest] = singular_extremes(x);
    return with_dims(p > 0 ? largest : smallest, keepdim);
  }
  const Tensor sums = sum(abs(x), size == 1 ? -2 : -1);
  return with_dims(p > 0 ? amax(sums, -1) : amin(sums, -1), keepdim);
}

Tensor cond(const Tensor& a, double p, SourceLocation at) {
  const OpScope scope("cond", at);
  if (std::abs(p) != 2) return matrix_norm(a, p) * matrix_norm(inverse(a), p);
  matrices::check(a);
  const auto [largest, smallest] = singular_extremes(a);
  return p > 0 ? largest / smallest : smallest / largest;
}

Tensor matrix_rank(const Tensor& x, std::optional<double> rtol, SourceLocation at) {
  const OpScope scope("matrix_rank", at);
  matrices::check(x);
  const double share = matrices::singular_tolerance(x, rtol, "rtol");
  const Tensor s = svdvals(x.detach());
  const std::int64_t first = std::min<std::int64_t>(s.size(-1), 1);  // of no values the rank is 0
  return sum((s > share * sum(narrow(s, -1, 0, first), -1, true)).to(int64), -1);
}

}  // namespace gradus
