#include <gradus/autograd/ops/products.hpp>

#include <algorithm>
#include <limits>

#include <gradus/autograd/ops/arithmetic.hpp>
#include <gradus/autograd/ops/join.hpp>
#include <gradus/autograd/ops/matmul.hpp>
#include <gradus/autograd/ops/reduce.hpp>
#include <gradus/autograd/ops/view.hpp>

namespace gradus {

namespace {

/// The best bracketing of a chain of matrices of sizes[i] x sizes[i + 1] (Cormen et al., "Introduction to
/// Algorithms", 15.2).
class Chain {
 public:
  Chain(const std::vector<Tensor>& matrices, const std::vector<double>& sizes)
      : matrices_(matrices), count_(matrices.size()), cost_(count_ * count_, 0), cut_(count_ * count_, 0) {
    for (std::size_t length = 1; length < count_; ++length)
      for (std::size_t i = 0; i + length < count_; ++i) choose(i, i + length, sizes);
  }
  /// The product of matrices i to j.
  Tensor product(std::size_t i, std::size_t j) const {
    if (i == j) return matrices_[i];
    const std::size_t cut = cut_[i * count_ + j];
    return matmul(product(i, cut), product(cut + 1, j));
  }

 private:
  void choose(std::size_t i, std::size_t j, const std::vector<double>& sizes) {
    double& best = cost_[i * count_ + j] = std::numeric_limits<double>::infinity();
    for (std::size_t k = i; k < j; ++k) {
      const double cost =
          cost_[i * count_ + k] + cost_[(k + 1) * count_ + j] + sizes[i] * sizes[k + 1] * sizes[j + 1];
      if (cost >= best) continue;
      best = cost;
      cut_[i * count_ + j] = k;
    }
  }

  const std::vector<Tensor>& matrices_;
  std::size_t count_;
  std::vector<double> cost_;
  std::vector<std::size_t> cut_;
};

}  // namespace

Tensor inner(const Tensor& a, const Tensor& b, SourceLocation at) {
  const OpScope scope("inner", at);
  if (a.rank() == 0 || b.rank() == 0) return a * b;
  require<ShapeError>(a.size(-1) == b.size(-1), "given {} and {}; need [.., k] and [.., k]", a.shape(),
                      b.shape());
  return tensordot(a, b, {-1}, {-1});
}

Tensor vecdot(const Tensor& a, const Tensor& b, std::int64_t dim, SourceLocation at) {
  const OpScope scope("vecdot", at);
  return sum(a * b, dim);
}

Tensor kron(const Tensor& a, const Tensor& b, SourceLocation at) {
  const OpScope scope("kron", at);
  const std::size_t rank = std::max(a.rank(), b.rank());
  Shape outer = Shape::filled(2 * rank, 1), inner = outer, result = Shape::filled(rank, 1);
  for (std::size_t d = 0; d < a.rank(); ++d) outer[2 * (rank - 1 - d)] = a.shape()[a.rank() - 1 - d];
  for (std::size_t d = 0; d < b.rank(); ++d) inner[2 * (rank - 1 - d) + 1] = b.shape()[b.rank() - 1 - d];
  for (std::size_t d = 0; d < rank; ++d) result[d] = outer[2 * d] * inner[2 * d + 1];
  return reshape(reshape(a, outer) * reshape(b, inner), result);
}

Tensor cross(const Tensor& a, const Tensor& b, std::int64_t dim, SourceLocation at) {
  const OpScope scope("cross", at);
  const Shape shape = broadcast(a.shape(), b.shape());
  const auto d = static_cast<std::int64_t>(wrap_dim(dim, shape.size()));
  const Tensor x = expand(a, shape), y = expand(b, shape);
  require<ShapeError>(x.size(d) == 3, "given {} and {}; dimension {} must have size 3", a.shape(), b.shape(),
                      d);
  const auto component = [&](std::int64_t i, std::int64_t j) {
    return select(x, d, i) * select(y, d, j) - select(x, d, j) * select(y, d, i);
  };
  return stack({component(1, 2), component(2, 0), component(0, 1)}, d);
}

Tensor multi_dot(const std::vector<Tensor>& given, SourceLocation at) {
  const OpScope scope("multi_dot", at);
  require(!given.empty(), "no matrices were given");
  std::vector<Tensor> matrices = given;
  const bool row = given.size() > 1 && given.front().rank() == 1,
             column = given.size() > 1 && given.back().rank() == 1;
  if (row) matrices.front() = unsqueeze(given.front(), 0);
  if (column) matrices.back() = unsqueeze(given.back(), 1);
  std::vector<double> sizes;
  for (std::size_t i = 0; i < matrices.size(); ++i) {
    require<ShapeError>(matrices[i].rank() == 2, "matrix {} is {}; needs [n, m]", i, given[i].shape());
    require<ShapeError>(i == 0 || matrices[i - 1].size(1) == matrices[i].size(0),
                        "matrices {} and {} are {} and {}; the inner sizes differ", i - 1, i,
                        given[i - (i > 0)].shape(), given[i].shape());
    sizes.push_back(static_cast<double>(matrices[i].size(0)));
  }
  sizes.push_back(static_cast<double>(matrices.back().size(1)));
  Tensor y = Chain(matrices, sizes).product(0, matrices.size() - 1);
  if (column) y = squeeze(y, 1);
  return row ? squeeze(y, 0) : y;
}

Tensor addbmm(const Tensor& x, const Tensor& a, const Tensor& b, const AddMmOptions& options,
              SourceLocation at) {
  const OpScope scope("addbmm", at);
  require<ShapeError>(a.rank() == 3 && b.rank() == 3 && a.size(0) == b.size(0) && a.size(2) == b.size(1),
                      "a is {} and b is {}; need [n, m, k] and [n, k, p]", a.shape(), b.shape());
  // The sum over the batch is part of the sum over the inner dimension: [m, n k] x [n k, p].
  return addmm(x, flatten(transpose(a, 0, 1), 1, 2), flatten(b, 0, 1), options);
}

Tensor addr(const Tensor& x, const Tensor& a, const Tensor& b, const AddMmOptions& options,
            SourceLocation at) {
  const OpScope scope("addr", at);
  require<ShapeError>(a.rank() == 1 && b.rank() == 1, "a is {} and b is {}; need [m] and [n]", a.shape(),
                      b.shape());
  return addmm(x, unsqueeze(a, 1), unsqueeze(b, 0), options);
}

}  // namespace gradus
