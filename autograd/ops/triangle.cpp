#include <gradus/autograd/ops/triangle.hpp>

#include <algorithm>
#include <array>

#include <gradus/autograd/ops/compare.hpp>
#include <gradus/autograd/ops/create.hpp>
#include <gradus/autograd/ops/view.hpp>
#include <gradus/autograd/ops/where.hpp>

namespace gradus {

namespace {

/// The columns of x, [columns], and for each row the column where it crosses the diagonal, [rows, 1]; in
/// float64, whose comparisons are vectorised.
std::array<Tensor, 2> columns_and_crossings(const Tensor& x, std::int64_t diagonal) {
  require<ShapeError>(x.rank() >= 2, "given {}; needs at least two dimensions", x.shape());
  const std::int64_t offset = std::clamp(diagonal, -x.size(-2), x.size(-1));  // those beyond cross no column either
  const Tensor rows =
      arange(static_cast<double>(offset), static_cast<double>(offset + x.size(-2)), 1, {.dtype = float64});
  return {arange(x.size(-1), {.dtype = float64}), unsqueeze(rows, 1)};
}

}  // namespace

Tensor tril(const Tensor& x, std::int64_t diagonal, SourceLocation at) {
  const OpScope scope("tril", at);
  const auto [columns, crossings] = columns_and_crossings(x, diagonal);
  return where(columns <= crossings, x, 0);
}

Tensor triu(const Tensor& x, std::int64_t diagonal, SourceLocation at) {
  const OpScope scope("triu", at);
  const auto [columns, crossings] = columns_and_crossings(x, diagonal);
  return where(columns >= crossings, x, 0);
}

}  // namespace gradus
