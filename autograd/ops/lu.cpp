#include <gradus/autograd/ops/lu.hpp>

#include <algorithm>
#include <array>

#include <gradus/autograd/kernels/linalg.hpp>
#include <gradus/autograd/ops/arithmetic.hpp>
#include <gradus/autograd/ops/compare.hpp>
#include <gradus/autograd/ops/create.hpp>
#include <gradus/autograd/ops/join.hpp>
#include <gradus/autograd/ops/linalg.hpp>
#include <gradus/autograd/ops/matmul.hpp>
#include <gradus/autograd/ops/matrices.hpp>
#include <gradus/autograd/ops/triangle.hpp>
#include <gradus/autograd/ops/view.hpp>
#include <gradus/autograd/tape.hpp>

namespace gradus {

namespace {

using matrices::mT;

/// The matrix that puts row i to row order[i].
Tensor permutation(const Tensor& order, DType dtype) {
  return (unsqueeze(order, -2) == unsqueeze(arange(order.size(-1)), -1)).to(dtype);
}

/// order [.., n], l and u with p l u = a for the permutation of that order.
struct LuOp {
  static constexpr std::string_view name = "lu";
  static constexpr Keep keep = keep_outputs(0, 1, 2);
  std::array<Tensor, 3> forward(const Tensor& a) const {
    const std::int64_t n = a.size(-2), m = a.size(-1), k = std::min(n, m);
    Shape rows = matrices::batch_of(a);
    rows.push_back(n);
    const Tensor x = matrices::dense(a), order = empty(rows, int64),
                 l = matrices::result(matrices::with_size(a, n, k)),
                 u = matrices::result(matrices::with_size(a, k, m));
    matrices::for_each(x, [&](std::int64_t i) {
      kernels::lu(n, m, matrices::values(x, i), order.mutable_data<std::int64_t>() + i * n,
                  matrices::mutable_values(l, i), matrices::mutable_values(u, i));
    });
    return {order, l.to(a.dtype()), u.to(a.dtype())};
  }
  // With a = p l u and k rows and columns first, l = [l1; l2] and u = [u1, u2].
  void backward(Backward& d) const {
    d.wrt(0, [&] {
      const Tensor l = d.output(1), u = d.output(2), gl = d.grad(1), gu = d.grad(2);
      const std::int64_t n = l.size(-2), m = u.size(-1), k = l.size(-1);
      const Tensor l1 = narrow(l, -2, 0, k), u1 = narrow(u, -1, 0, k);
      Tensor lower = matmul(mT(l1), narrow(gl, -2, 0, k)), upper = matmul(narrow(gu, -1, 0, k), mT(u1));
      std::vector<Tensor> parts;
      if (n > k) {
        const Tensor rest = narrow(gl, -2, k, n - k);
        upper = upper - matmul(mT(narrow(l, -2, k, n - k)), rest);
        parts.push_back(solve_triangular(mT(u1), rest, {.left = false}));  // rest u1^-T
      } else if (m > k) {
        const Tensor rest = narrow(gu, -1, k, m - k);
        lower = lower - matmul(rest, mT(narrow(u, -1, k, m - k)));
        parts.push_back(
            solve_triangular(mT(l1), rest, {.upper = true, .unitriangular = true}));  // l1^-T rest
      }
      const Tensor left =
          solve_triangular(mT(l1), tril(lower, -1) + triu(upper), {.upper = true, .unitriangular = true});
      parts.insert(parts.begin(), solve_triangular(mT(u1), left, {.left = false}));
      const Tensor g = parts.size() == 1 ? parts[0] : cat(parts, n > k ? -2 : -1);
      return matmul(permutation(d.output(0), g.dtype()), g);
    });
  }
};

}  // namespace

LU lu(const Tensor& a, SourceLocation at) {
  const OpScope scope("lu", at);
  matrices::check(a);
  const auto [order, l, u] = record(LuOp{}, at, a);
  return {permutation(order, a.dtype()), l, u};
}

Tensor lu_solve(const Tensor& b, const LU& factors, SourceLocation at) {
  const OpScope scope("lu_solve", at);
  const auto& [p, l, u] = factors;
  matrices::check_square(p);
  require<ShapeError>(b.rank() >= 2 && b.size(-2) == p.size(-1),
                      "b is {} and the factors are {}; needs [.., {}, m]", b.shape(), p.shape(), p.size(-1));
  require<DTypeError>(b.dtype() == p.dtype(), "b is {} and the factors are {}; dtypes are not mixed silently",
                      b.dtype(), p.dtype());
  return solve_triangular(u, solve_triangular(l, matmul(mT(p), b), {.unitriangular = true}), {.upper = true});
}

}  // namespace gradus
