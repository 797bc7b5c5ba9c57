#include <gradus/autograd/ops/decomposition.hpp>

#include <array>

#include <gradus/autograd/kernels/linalg.hpp>
#include <gradus/autograd/ops/arithmetic.hpp>
#include <gradus/autograd/ops/compare.hpp>
#include <gradus/autograd/ops/create.hpp>
#include <gradus/autograd/ops/diagonal.hpp>
#include <gradus/autograd/ops/join.hpp>
#include <gradus/autograd/ops/linalg.hpp>
#include <gradus/autograd/ops/matmul.hpp>
#include <gradus/autograd/ops/matrices.hpp>
#include <gradus/autograd/ops/pointwise.hpp>
#include <gradus/autograd/ops/reduce.hpp>
#include <gradus/autograd/ops/triangle.hpp>
#include <gradus/autograd/ops/view.hpp>
#include <gradus/autograd/ops/where.hpp>
#include <gradus/autograd/tape.hpp>

namespace gradus {

namespace {

using matrices::dense;
using matrices::mT;
using matrices::mutable_values;
using matrices::result;
using matrices::values;
using matrices::with_size;

Tensor rows_of(const Tensor& x) { return unsqueeze(x, -2); }     // [.., 1, n]
Tensor columns_of(const Tensor& x) { return unsqueeze(x, -1); }  // [.., n, 1]

std::int64_t smaller_side(const Tensor& a) { return std::min(a.size(-2), a.size(-1)); }

void require_found(const Tensor& a, const matrices::Report& report) {
  require(report.matrix < 0, "matrix {} of {} has elements that are not finite, or no factors were found",
          report.matrix, a.shape());
}

struct QrOp {
  static constexpr std::string_view name = "qr";
  static constexpr Keep keep = keep_outputs(0, 1);
  std::array<Tensor, 2> forward(const Tensor& a) const {
    const std::int64_t n = a.size(-2), m = a.size(-1), k = smaller_side(a);
    const Tensor x = dense(a), q = result(with_size(a, n, k)), r = result(with_size(a, k, m));
    matrices::for_each(x, [&](std::int64_t i) {
      kernels::qr(n, m, values(x, i), mutable_values(q, i), mutable_values(r, i));
    });
    return {q.to(a.dtype()), r.to(a.dtype())};
  }
  void backward(Backward& d) const {
    d.wrt(0, [&] {
      // A wide a is [x, y] with x = q u and y = q v, r = [u, v].
      const Tensor q = d.output(0), r = d.output(1);
      const std::int64_t k = r.size(-2), rest = r.size(-1) - k;
      const Tensor u = narrow(r, -1, 0, k), v = narrow(r, -1, k, rest);
      const Tensor gu = narrow(d.grad(1), -1, 0, k), gv = narrow(d.grad(1), -1, k, rest);
      const Tensor gq = rest == 0 ? d.grad(0) : d.grad(0) + matmul(q, matmul(v, mT(gv)));
      const Tensor inner = matmul(gu, mT(u)) - matmul(mT(q), gq);
      const Tensor symmetric = triu(inner) + mT(triu(inner, 1));
      const Tensor gx = solve_triangular(mT(u), gq + matmul(q, symmetric), {.left = false});
      return rest == 0 ? gx : cat({gx, matmul(q, gv)}, -1);
    });
  }
};

struct EighOp {
  static constexpr std::string_view name = "eigh";
  static constexpr Keep keep = keep_outputs(0, 1);
  std::array<Tensor, 2> forward(const Tensor& a) const {
    const std::int64_t n = a.size(-1);
    Shape lengths = matrices::batch_of(a);
    lengths.push_back(n);
    const Tensor x = dense(a), found = result(lengths), vectors = result(a.shape());
    require_found(a, matrices::first_report(x, [&](std::int64_t i) -> std::int64_t {
                    return !kernels::eigh(n, values(x, i), found.mutable_data<double>() + i * n,
                                          mutable_values(vectors, i));
                  }));
    return {found.to(a.dtype()), vectors.to(a.dtype())};
  }
  void backward(Backward& d) const {
    d.wrt(0, [&] {
      const Tensor v = d.output(1);
      if (!d.has_grad(1)) return matmul(v * rows_of(d.grad(0)), mT(v));
      const Tensor values = d.output(0), p = matmul(mT(v), d.grad(1));
      const Tensor gaps = rows_of(values) - columns_of(values) + eye(v.size(-1), -1, {.dtype = v.dtype()});
      const Tensor inner = diag_embed(d.grad(0)) + (p - mT(p)) / (2 * gaps);
      return matmul(v, matmul(inner, mT(v)));
    });
  }
};

struct SvdOp {
  static constexpr std::string_view name = "svd";
  static constexpr Keep keep = keep_outputs(0, 1, 2);
  std::array<Tensor, 3> forward(const Tensor& a) const {
    const std::int64_t n = a.size(-2), m = a.size(-1), k = smaller_side(a);
    Shape lengths = matrices::batch_of(a);
    lengths.push_back(k);
    const Tensor x = dense(a), u = result(with_size(a, n, k)), s = result(lengths),
                 vh = result(with_size(a, k, m));
    require_found(a, matrices::first_report(x, [&](std::int64_t i) -> std::int64_t {
                    return !kernels::svd(n, m, values(x, i), mutable_values(u, i),
                                         s.mutable_data<double>() + i * k, mutable_values(vh, i));
                  }));
    return {u.to(a.dtype()), s.to(a.dtype()), vh.to(a.dtype())};
  }
  void backward(Backward& d) const {
    d.wrt(0, [&] {
      const Tensor u = d.output(0), s = d.output(1), vh = d.output(2);
      if (!d.has_grad(0) && !d.has_grad(2)) return matmul(u * rows_of(d.grad(1)), vh);
      const Tensor gu = d.grad(0), gvh = d.grad(2), p = matmul(mT(u), gu), r = matmul(vh, mT(gvh));
      const std::int64_t k = s.size(-1);
      const Tensor gaps =
          (rows_of(s) - columns_of(s)) * (rows_of(s) + columns_of(s)) + eye(k, -1, {.dtype = s.dtype()});
      const Tensor inner =
          (p - mT(p)) / gaps * rows_of(s) + columns_of(s) * ((r - mT(r)) / gaps) + diag_embed(d.grad(1));
      Tensor g = matmul(u, matmul(inner, vh));
      // What lies outside of the spans of u and vh.
      if (u.size(-2) > k) g = g + matmul((gu - matmul(u, p)) / rows_of(s), vh);
      if (vh.size(-1) > k) g = g + matmul(u, (gvh - matmul(mT(r), vh)) / columns_of(s));
      return g;
    });
  }
};

struct Pinverse {
  static constexpr std::string_view name = "pinverse";
  static constexpr Keep keep = keep_inputs(0) | keep_outputs(0);
  double rcond;
  Tensor forward(const Tensor& a) const {
    const auto [u, s, vh] = svd(a.to(float64));
    if (s.size(-1) == 0) return zeros(with_size(a, a.size(-1), a.size(-2)), {.dtype = a.dtype()});
    const Tensor inverted = where(s > rcond * narrow(s, -1, 0, 1), reciprocal(s), 0);
    return matmul(mT(vh) * rows_of(inverted), mT(u)).to(a.dtype());
  }
  void backward(Backward& d) const {
    d.wrt(0, [&] {
      const Tensor a = d.input(0), p = d.output(), g = d.grad(), pt = mT(p), gt = mT(g);
      const Tensor left = matmul(gt, matmul(p, pt)), right = matmul(matmul(pt, p), gt);
      return left - matmul(a, matmul(p, left)) + right - matmul(matmul(right, p), a) -
             matmul(pt, matmul(g, pt));
    });
  }
};

}  // namespace

QR qr(const Tensor& a, SourceLocation at) {
  const OpScope scope("qr", at);
  matrices::check(a);
  const auto [q, r] = record(QrOp{}, at, a);
  return {q, r};
}

Eigh eigh(const Tensor& a, SourceLocation at) {
  const OpScope scope("eigh", at);
  matrices::check_square(a);
  const auto [values, vectors] = record(EighOp{}, at, a);
  return {values, vectors};
}

Tensor eigvalsh(const Tensor& a, SourceLocation at) {
  const OpScope scope("eigvalsh", at);
  return eigh(a).values;
}

SVD svd(const Tensor& a, SourceLocation at) {
  const OpScope scope("svd", at);
  matrices::check(a);
  const auto [u, s, vh] = record(SvdOp{}, at, a);
  return {u, s, vh};
}

Tensor svdvals(const Tensor& a, SourceLocation at) {
  const OpScope scope("svdvals", at);
  return svd(a).s;
}

Tensor pinverse(const Tensor& a, std::optional<double> rcond, SourceLocation at) {
  const OpScope scope("pinverse", at);
  matrices::check(a);
  return record(Pinverse{matrices::singular_tolerance(a, rcond, "rcond")}, at, a);
}

Tensor lstsq(const Tensor& a, const Tensor& b, std::optional<double> rcond, SourceLocation at) {
  const OpScope scope("lstsq", at);
  if (b.rank() == 1) return squeeze(lstsq(a, unsqueeze(b, 1), rcond, at), -1);
  matrices::check(a);
  require<DTypeError>(a.dtype() == b.dtype(), "a is {} and b is {}; dtypes are not mixed silently", a.dtype(),
                      b.dtype());
  require<ShapeError>(b.rank() >= 2 && b.size(-2) == a.size(-2), "a is {} and b is {}; needs [.., {}, k]",
                      a.shape(), b.shape(), a.size(-2));
  return matmul(pinverse(a, rcond), b);
}

}  // namespace gradus
