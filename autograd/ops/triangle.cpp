#include <gradus/autograd/ops/triangle.hpp>

#include <gradus/autograd/ops/arithmetic.hpp>
#include <gradus/autograd/ops/compare.hpp>
#include <gradus/autograd/ops/create.hpp>
#include <gradus/autograd/ops/view.hpp>
#include <gradus/autograd/ops/where.hpp>

namespace gradus {

namespace {

/// How far each element of the last two dimensions lies above the main diagonal: [rows, columns].
Tensor height(const Tensor& x) {
  require<ShapeError>(x.rank() >= 2, "given {}; needs at least two dimensions", x.shape());
  return arange(x.size(-1)) - unsqueeze(arange(x.size(-2)), 1);
}

}  // namespace

Tensor tril(const Tensor& x, std::int64_t diagonal, SourceLocation at) {
  const OpScope scope("tril", at);
  return where(height(x) <= diagonal, x, 0);
}

Tensor triu(const Tensor& x, std::int64_t diagonal, SourceLocation at) {
  const OpScope scope("triu", at);
  return where(height(x) >= diagonal, x, 0);
}

}  // namespace gradus
