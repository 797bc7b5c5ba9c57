#include <gradus/autograd/ops/matrix_norm.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

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

/// The largest or the smallest of the descending singular values.
Tensor singular_value(const Tensor& x, bool largest) {
  const Tensor s = svdvals(x);
  require<ShapeError>(s.size(-1) > 0, "given {}; there are no singular values", x.shape());
  return select(s, -1, largest ? 0 : s.size(-1) - 1);
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
  if (size == 2) return with_dims(singular_value(x, p > 0), keepdim);
  const Tensor sums = sum(abs(x), size == 1 ? -2 : -1);
  return with_dims(p > 0 ? amax(sums, -1) : amin(sums, -1), keepdim);
}

Tensor cond(const Tensor& a, double p, SourceLocation at) {
  const OpScope scope("cond", at);
  if (std::abs(p) != 2) return matrix_norm(a, p) * matrix_norm(inverse(a), p);
  matrices::check(a);
  const Tensor s = svdvals(a);
  require<ShapeError>(s.size(-1) > 0, "given {}; there are no singular values", a.shape());
  const Tensor largest = select(s, -1, 0), smallest = select(s, -1, s.size(-1) - 1);
  return p > 0 ? largest / smallest : smallest / largest;
}

Tensor matrix_rank(const Tensor& x, std::optional<double> rtol, SourceLocation at) {
  const OpScope scope("matrix_rank", at);
  matrices::check(x);
  require(!rtol || *rtol >= 0, "rtol is {}; it must not be negative", rtol.value_or(0));
  const double epsilon =
      x.dtype() == float64 ? std::numeric_limits<double>::epsilon() : std::numeric_limits<float>::epsilon();
  const Tensor s = svdvals(x.detach());
  const double share = rtol.value_or(static_cast<double>(std::max(x.size(-2), x.size(-1))) * epsilon);
  const std::int64_t first = std::min<std::int64_t>(s.size(-1), 1);  // of no values the rank is 0
  return sum((s > share * sum(narrow(s, -1, 0, first), -1, true)).to(int64), -1);
}

}  // namespace gradus
