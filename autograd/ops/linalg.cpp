#include <gradus/autograd/ops/linalg.hpp>

#include <array>
#include <limits>

#include <gradus/autograd/kernels/linalg.hpp>
#include <gradus/autograd/ops/arithmetic.hpp>
#include <gradus/autograd/ops/compare.hpp>
#include <gradus/autograd/ops/create.hpp>
#include <gradus/autograd/ops/diagonal.hpp>
#include <gradus/autograd/ops/matmul.hpp>
#include <gradus/autograd/ops/matrices.hpp>
#include <gradus/autograd/ops/pointwise.hpp>
#include <gradus/autograd/ops/triangle.hpp>
#include <gradus/autograd/ops/view.hpp>
#include <gradus/autograd/ops/where.hpp>
#include <gradus/autograd/tape.hpp>

namespace gradus {

namespace {

using matrices::check_square;
using matrices::mT;
using matrices::mutable_values;
using matrices::values;

struct Cholesky {
  static constexpr std::string_view name = "cholesky";
  static constexpr Keep keep = keep_outputs(0);
  Tensor forward(const Tensor& a) const {
    const Tensor x = matrices::dense(a), l = matrices::result(a.shape());
    const auto [bad, order] = matrices::first_report(
        x, [&](std::int64_t i) { return kernels::cholesky(x.size(-1), values(x, i), mutable_values(l, i)); });
    if (bad >= 0)
      fail<ValueError>(
          "matrix {} of {} is not positive definite: its leading minor of order {} is not positive", bad,
          a.shape(), order);
    return l.to(a.dtype());
  }
  void backward(Backward& d) const {
    d.wrt(0, [&] {
      const Tensor l = d.output(), p = matmul(mT(l), d.grad());
      const Tensor phi = tril(p) - diag_embed(diagonal(p, 0, -2, -1) / 2);
      const Tensor right = mT(solve_triangular(mT(l), mT(phi), {.upper = true}));  // phi l^-1
      const Tensor s = solve_triangular(mT(l), right, {.upper = true});            // l^-T phi l^-1
      return (s + mT(s)) / 2;
    });
  }
};

/// One batch shape for both inputs, here and below.
struct TriangularSolve {
  static constexpr std::string_view name = "solve_triangular";
  static constexpr Keep keep = keep_inputs(0) | keep_outputs(0);
  bool upper, unit;
  Tensor forward(const Tensor& a, const Tensor& b) const {
    const Tensor matrix = matrices::dense(a), right = matrices::dense(b), x = matrices::result(b.shape());
    matrices::for_each(matrix, [&](std::int64_t i) {
      kernels::solve_triangular(a.size(-1), b.size(-1), values(matrix, i), {upper, unit}, values(right, i),
                                mutable_values(x, i));
    });
    return x.to(b.dtype());
  }
  void backward(Backward& d) const {
    const Tensor a = d.input(0);
    const Tensor g = record(TriangularSolve{!upper, unit}, {}, mT(a), d.grad());
    d.wrt(0, [&] {
      const Tensor full = -matmul(g, mT(d.output()));
      const std::int64_t skip = unit ? 1 : 0;
      return upper ? triu(full, skip) : tril(full, -skip);
    });
    d.wrt(1, [&] { return g; });
  }
};

struct Solve {
  static constexpr std::string_view name = "solve";
  static constexpr Keep keep = keep_inputs(0) | keep_outputs(0);
  Tensor forward(const Tensor& a, const Tensor& b) const {
    const Tensor matrix = matrices::dense(a), right = matrices::dense(b), x = matrices::result(b.shape());
    const auto [bad, singular] = matrices::first_report(matrix, [&](std::int64_t i) -> std::int64_t {
      return !kernels::solve(a.size(-1), b.size(-1), values(matrix, i), values(right, i),
                             mutable_values(x, i));
    });
    if (bad >= 0) fail<ValueError>("matrix {} of {} is singular", bad, a.shape());
    return x.to(b.dtype());
  }
  void backward(Backward& d) const {
    const Tensor g = solve(mT(d.input(0)), d.grad());
    d.wrt(0, [&] { return -matmul(g, mT(d.output())); });
    d.wrt(1, [&] { return g; });
  }
};

struct LogDeterminant {
  static constexpr std::string_view name = "slogdet";
  static constexpr Keep keep = keep_inputs(0);
  std::array<Tensor, 2> forward(const Tensor& a) const {
    const Tensor x = matrices::dense(a), log = matrices::result(matrices::batch_of(a)),
                 sign = matrices::result(log.shape());
    matrices::for_each(x, [&](std::int64_t i) {
      const auto found = kernels::log_determinant(x.size(-1), values(x, i));
      log.mutable_data<double>()[i] = found.log;
      sign.mutable_data<double>()[i] = found.sign;
    });
    return {log.to(a.dtype()), sign.to(a.dtype())};
  }
  void backward(Backward& d) const {
    d.wrt(0, [&] { return unsqueeze(unsqueeze(d.grad(0), -1), -1) * mT(inverse(d.input(0))); });
  }
};

/// Throws unless a [.., n, n] and b [.., n, m] have one dtype; gives both one batch shape.
std::pair<Tensor, Tensor> fitted(const Tensor& a, const Tensor& b) {
  check_square(a);
  require<DTypeError>(a.dtype() == b.dtype(), "a is {} and b is {}; dtypes are not mixed silently", a.dtype(),
                      b.dtype());
  require<ShapeError>(b.rank() >= 2 && b.size(-2) == a.size(-1), "a is {} and b is {}; needs [.., {}, m]",
                      a.shape(), b.shape(), a.size(-1));
  const Shape batch = broadcast(matrices::batch_of(a), matrices::batch_of(b));
  const auto with_batch = [&](const Tensor& x) {
    Shape shape = batch;
    shape.push_back(x.size(-2));
    shape.push_back(x.size(-1));
    return x.shape() == shape ? x : expand(x, shape);
  };
  return {with_batch(a), with_batch(b)};
}

Tensor identity_like(const Tensor& a) { return expand(eye(a.size(-1), -1, {.dtype = a.dtype()}), a.shape()); }

}  // namespace

Tensor solve(const Tensor& a, const Tensor& b, SourceLocation at) {
  const OpScope scope("solve", at);
  if (b.rank() == 1) return squeeze(solve(a, unsqueeze(b, 1), at), -1);
  const auto [x, y] = fitted(a, b);
  return record(Solve{}, at, x, y);
}

Tensor inverse(const Tensor& a, SourceLocation at) {
  const OpScope scope("inverse", at);
  check_square(a);
  return solve(a, identity_like(a));
}

Tensor solve_triangular(const Tensor& a, const Tensor& b, const SolveTriangularOptions& options,
                        SourceLocation at) {
  const OpScope scope("solve_triangular", at);
  if (!options.left) {  // x a = b is a^T x^T = b^T
    check_square(a);
    require<ShapeError>(b.rank() >= 2, "b is {}; needs [.., m, {}]", b.shape(), a.size(-1));
    return mT(solve_triangular(mT(a), mT(b), {!options.upper, true, options.unitriangular}));
  }
  const auto [x, y] = fitted(a, b);
  return record(TriangularSolve{options.upper, options.unitriangular}, at, x, y);
}

Tensor triangular_solve(const Tensor& b, const Tensor& a, const TriangularSolveOptions& options,
                        SourceLocation at) {
  const OpScope scope("triangular_solve", at);
  check_square(a);
  return solve_triangular(options.transpose ? mT(a) : a, b,
                          {options.upper != options.transpose, true, options.unitriangular});
}

Tensor cholesky(const Tensor& a, SourceLocation at) {
  const OpScope scope("cholesky", at);
  check_square(a);
  return record(Cholesky{}, at, a);
}

Tensor cholesky_solve(const Tensor& b, const Tensor& l, SourceLocation at) {
  const OpScope scope("cholesky_solve", at);
  return solve_triangular(mT(l), solve_triangular(l, b), {.upper = true});
}

Tensor cholesky_inverse(const Tensor& l, SourceLocation at) {
  const OpScope scope("cholesky_inverse", at);
  check_square(l);
  return cholesky_solve(identity_like(l), l);
}

SlogDet slogdet(const Tensor& a, SourceLocation at) {
  const OpScope scope("slogdet", at);
  check_square(a);
  const auto [log, sign] = record(LogDeterminant{}, at, a);
  return {sign.detach(), log};
}

Tensor det(const Tensor& a, SourceLocation at) {
  const OpScope scope("det", at);
  const auto [sign, log] = slogdet(a);
  return sign * exp(log);
}

Tensor logdet(const Tensor& a, SourceLocation at) {
  const OpScope scope("logdet", at);
  const auto [sign, log] = slogdet(a);
  return where(sign < 0, std::numeric_limits<double>::quiet_NaN(), log);
}

Tensor matrix_power(const Tensor& a, std::int64_t n, SourceLocation at) {
  const OpScope scope("matrix_power", at);
  check_square(a);
  if (n == 0) return identity_like(a).clone();
  Tensor factor = n < 0 ? inverse(a) : a, power;
  for (auto rest = n < 0 ? 0 - static_cast<std::uint64_t>(n) : static_cast<std::uint64_t>(n); rest > 0;
       rest >>= 1) {
    if ((rest & 1) != 0) power = power.defined() ? matmul(power, factor) : factor;
    if (rest > 1) factor = matmul(factor, factor);
  }
  return power;
}

}  // namespace gradus
