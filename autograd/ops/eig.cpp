#include <gradus/autograd/ops/eig.hpp>

#include <array>

#include <gradus/autograd/kernels/linalg.hpp>
#include <gradus/autograd/ops/arithmetic.hpp>
#include <gradus/autograd/ops/create.hpp>
#include <gradus/autograd/ops/diagonal.hpp>
#include <gradus/autograd/ops/join.hpp>
#include <gradus/autograd/ops/linalg.hpp>
#include <gradus/autograd/ops/matmul.hpp>
#include <gradus/autograd/ops/matrices.hpp>
#include <gradus/autograd/ops/pointwise.hpp>
#include <gradus/autograd/ops/view.hpp>
#include <gradus/autograd/tape.hpp>

namespace gradus {

namespace {

using matrices::mT;

/// Complex numbers whose parts are tensors.
struct Complex {
  Tensor re, im;
};

Complex complex(const Tensor& pairs) { return {select(pairs, -1, 0), select(pairs, -1, 1)}; }
Complex adjoint(const Complex& a) { return {mT(a.re), -mT(a.im)}; }

Complex product(const Complex& a, const Complex& b) {
  return {matmul(a.re, b.re) - matmul(a.im, b.im), matmul(a.re, b.im) + matmul(a.im, b.re)};
}

/// The real part of x with a x = b, by real matrices of twice the size.
Tensor real_solution(const Complex& a, const Complex& b) {
  const Tensor both = cat({cat({a.re, -a.im}, -1), cat({a.im, a.re}, -1)}, -2);
  return narrow(solve(both, cat({b.re, b.im}, -2)), -2, 0, b.re.size(-2));
}

/// What the gradient g of the vectors v adds to that of the matrix in the basis of v: off the diagonal.
Complex through_vectors(const Complex& v, const Complex& g, const Complex& values) {
  const Complex inner = product(adjoint(v), g);
  const Tensor lengths = unsqueeze(diagonal(inner.re, 0, -2, -1), -2);
  const Complex kept = product(adjoint(v), {v.re * lengths, v.im * lengths});  // vectors keep their length
  const Complex rest{inner.re - kept.re, inner.im - kept.im};
  const Tensor one = eye(v.re.size(-1), -1, {.dtype = v.re.dtype()});
  const auto gaps = [](const Tensor& x) { return unsqueeze(x, -2) - unsqueeze(x, -1); };
  const Complex gap{gaps(values.re) + one, gaps(values.im)};
  const Tensor factor = (1 - one) / (square(gap.re) + square(gap.im));
  // Divided by the conjugate of the gaps.
  return {(rest.re * gap.re - rest.im * gap.im) * factor, (rest.re * gap.im + rest.im * gap.re) * factor};
}

struct EigOp {
  static constexpr std::string_view name = "eig";
  static constexpr Keep keep = keep_outputs(0, 1);
  std::array<Tensor, 2> forward(const Tensor& a) const {
    const std::int64_t n = a.size(-1);
    Shape pairs = matrices::batch_of(a), square_pairs = a.shape();
    for (const std::int64_t size : {n, std::int64_t{2}}) pairs.push_back(size);
    square_pairs.push_back(2);
    const Tensor x = matrices::dense(a), found = matrices::result(pairs),
                 vectors = matrices::result(square_pairs);
    const auto report = matrices::first_report(x, [&](std::int64_t i) -> std::int64_t {
      return !kernels::eig(n, matrices::values(x, i), found.mutable_data<double>() + 2 * i * n,
                           vectors.mutable_data<double>() + 2 * i * n * n);
    });
    require(report.matrix < 0, "matrix {} of {} has elements that are not finite, or no values were found",
            report.matrix, a.shape());
    return {found.to(a.dtype()), vectors.to(a.dtype())};
  }
  // In the basis v of vectors the gradient of the values stands on the diagonal; back from there it is
  // v^-H (..) v^H.
  void backward(Backward& d) const {
    d.wrt(0, [&] {
      const Complex values = complex(d.output(0)), v = complex(d.output(1)), g = complex(d.grad(0));
      Complex inner{diag_embed(g.re), diag_embed(g.im)};
      if (d.has_grad(1)) {
        const Complex off = through_vectors(v, complex(d.grad(1)), values);
        inner = {inner.re + off.re, inner.im + off.im};
      }
      return real_solution(adjoint(v), product(inner, adjoint(v)));
    });
  }
};

}  // namespace

Eig eig(const Tensor& a, SourceLocation at) {
  const OpScope scope("eig", at);
  matrices::check_square(a);
  const auto [values, vectors] = record(EigOp{}, at, a);
  return {values, vectors};
}

Tensor eigvals(const Tensor& a, SourceLocation at) {
  const OpScope scope("eigvals", at);
  return eig(a).values;
}

}  // namespace gradus
