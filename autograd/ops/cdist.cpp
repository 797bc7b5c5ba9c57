#include <gradus/autograd/ops/cdist.hpp>

#include <vector>

#include <gradus/autograd/ops/arithmetic.hpp>
#include <gradus/autograd/ops/create.hpp>
#include <gradus/autograd/ops/index.hpp>
#include <gradus/autograd/ops/vector_norm.hpp>
#include <gradus/autograd/ops/view.hpp>

namespace gradus {

Tensor cdist(const Tensor& a, const Tensor& b, double p, SourceLocation at) {
  const OpScope scope("cdist", at);
  require<ShapeError>(a.rank() >= 2 && b.rank() >= 2 && a.size(-1) == b.size(-1),
                      "given {} and {}; need [.., n, d] and [.., m, d]", a.shape(), b.shape());
  require(p >= 0, "p is {}; it must not be negative", p);
  return norm(unsqueeze(a, -2) - unsqueeze(b, -3), p, {-1});
}

Tensor pdist(const Tensor& x, double p, SourceLocation at) {
  const OpScope scope("pdist", at);
  require<ShapeError>(x.rank() == 2, "given {}; needs [n, d]", x.shape());
  require(p >= 0, "p is {}; it must not be negative", p);
  std::vector<std::int64_t> first, second;
  for (std::int64_t i = 0; i < x.size(0); ++i)
    for (std::int64_t j = i + 1; j < x.size(0); ++j) {
      first.push_back(i);
      second.push_back(j);
    }
  const Shape size(static_cast<std::int64_t>(first.size()));
  const Tensor a = index_select(x, 0, from_vector(first, size)),
               b = index_select(x, 0, from_vector(second, size));
  return norm(a - b, p, {-1});
}

}  // namespace gradus
