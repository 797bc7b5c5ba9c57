#include <gradus/autograd/ops/linalg.hpp>

#include <algorithm>
#include <array>
#include <limits>

#include <gradus/autograd/kernels/linalg.hpp>
#include <gradus/autograd/kernels/loops.hpp>
#include <gradus/autograd/ops/arithmetic.hpp>
#include <gradus/autograd/ops/compare.hpp>
#include <gradus/autograd/ops/create.hpp>
#include <gradus/autograd/ops/diagonal.hpp>
#include <gradus/autograd/ops/matmul.hpp>
#include <gradus/autograd/ops/matrix.hpp>
#include <gradus/autograd/ops/pointwise.hpp>
#include <gradus/autograd/ops/triangle.hpp>
#include <gradus/autograd/ops/view.hpp>
#include <gradus/autograd/ops/where.hpp>
#include <gradus/autograd/tape.hpp>

namespace gradus {

namespace {

Shape batch_of(const Tensor& x) { return Shape(std::span(x.shape().begin(), x.shape().end() - 2)); }
Strides batch_strides(const Tensor& x) {
  return Strides(std::span(x.strides().begin(), x.strides().end() - 2));
}

Tensor mT(const Tensor& x) { return transpose(x, -2, -1); }

/// Calls `f(i, places)` for every matrix i of tensors with one batch shape: where it starts in each of them.
template <class F, class... X>
void for_each_matrix(F f, const Tensor& first, const X&... rest) {
  const Shape batch = batch_of(first);
  const auto walk =
      kernels::plan_walk(batch, contiguous_strides(batch), batch_strides(first), batch_strides(rest)...);
  const std::int64_t n = first.size(-1);
  kernels::walk_all(walk, std::max<std::int64_t>(n * n * n / 4, 1),
                    [&](auto places, std::int64_t count, const auto& steps) {
                      for (std::int64_t i = 0; i < count; ++i) {
                        f(places);
                        for (std::size_t k = 0; k < places.size(); ++k) places[k] += steps[k];
                      }
                    });
}

/// What each matrix of a batch has to report; all 0 at first.
std::vector<std::int64_t> reports(const Tensor& x) {
  return std::vector<std::int64_t>(static_cast<std::size_t>(numel(batch_of(x))), 0);
}
std::size_t first_report(const std::vector<std::int64_t>& all) {
  return static_cast<std::size_t>(
      std::find_if(all.begin(), all.end(), [](std::int64_t r) { return r != 0; }) - all.begin());
}

struct Cholesky {
  static constexpr std::string_view name = "cholesky";
  static constexpr Keep keep = keep_outputs(0);
  Tensor forward(const Tensor& a) const {
    const Tensor l = empty(a.shape(), a.dtype());
    auto minors = reports(a);
    dispatch_floating(a.dtype(), [&]<class T>() {
      for_each_matrix(
          [&](const auto& at) {
            minors[static_cast<std::size_t>(at[0])] =
                kernels::cholesky(matrix<T>(a, at[1]), mutable_matrix<T>(l, at[2]));
          },
          a, l);
    });
    const std::size_t bad = first_report(minors);
    if (bad < minors.size())
      fail<ValueError>(
          "matrix {} of {} is not positive definite: its leading minor of order {} is not positive", bad,
          a.shape(), minors[bad]);
    return l;
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
    const Tensor x = empty(b.shape(), b.dtype());
    dispatch_floating(a.dtype(), [&]<class T>() {
      for_each_matrix(
          [&](const auto& at) {
            kernels::solve_triangular(matrix<T>(a, at[1]), {upper, unit}, matrix<T>(b, at[2]),
                                      mutable_matrix<T>(x, at[3]));
          },
          a, b, x);
    });
    return x;
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
    const Tensor x = empty(b.shape(), b.dtype());
    auto singular = reports(a);
    dispatch_floating(a.dtype(), [&]<class T>() {
      for_each_matrix(
          [&](const auto& at) {
            singular[static_cast<std::size_t>(at[0])] =
                !kernels::solve(matrix<T>(a, at[1]), matrix<T>(b, at[2]), mutable_matrix<T>(x, at[3]));
          },
          a, b, x);
    });
    const std::size_t bad = first_report(singular);
    if (bad < singular.size()) fail<ValueError>("matrix {} of {} is singular", bad, a.shape());
    return x;
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
    const Tensor log = empty(batch_of(a), a.dtype()), sign = empty(batch_of(a), a.dtype());
    dispatch_floating(a.dtype(), [&]<class T>() {
      for_each_matrix(
          [&](const auto& at) {
            const auto found = kernels::log_determinant(matrix<T>(a, at[1]));
            log.mutable_data<T>()[at[0]] = found.log;
            sign.mutable_data<T>()[at[0]] = found.sign;
          },
          a);
    });
    return {log, sign};
  }
  void backward(Backward& d) const {
    d.wrt(0, [&] { return unsqueeze(unsqueeze(d.grad(0), -1), -1) * mT(inverse(d.input(0))); });
  }
};

void check_square(const Tensor& a) {
  require<ShapeError>(a.rank() >= 2 && a.size(-1) == a.size(-2), "given {}; needs [.., n, n]", a.shape());
  require<DTypeError>(is_floating(a.dtype()), "given {}; needs float32 or float64 (use to(float32))",
                      a.dtype());
}

/// Throws unless a [.., n, n] and b [.., n, m] have one dtype; gives both one batch shape.
std::pair<Tensor, Tensor> fitted(const Tensor& a, const Tensor& b) {
  check_square(a);
  require<DTypeError>(a.dtype() == b.dtype(), "a is {} and b is {}; dtypes are not mixed silently", a.dtype(),
                      b.dtype());
  require<ShapeError>(b.rank() >= 2 && b.size(-2) == a.size(-1), "a is {} and b is {}; needs [.., {}, m]",
                      a.shape(), b.shape(), a.size(-1));
  const Shape batch = broadcast(batch_of(a), batch_of(b));
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
