#include <gradus/autograd/ops/matmul.hpp>

#include <gradus/autograd/kernels/dot.hpp>
#include <gradus/autograd/kernels/loops.hpp>
#include <gradus/autograd/ops/arithmetic.hpp>
#include <gradus/autograd/ops/matrix.hpp>
#include <gradus/autograd/ops/reduction.hpp>
#include <gradus/autograd/ops/view.hpp>
#include <gradus/autograd/tape.hpp>

namespace gradus {

namespace {

Shape without_last_two(const Shape& shape) { return Shape(std::span(shape.begin(), shape.end() - 2)); }

/// Both at least 2-d.
struct MatMul {
  static constexpr std::string_view name = "matmul";
  static constexpr Keep keep = keep_inputs(0, 1);

  Tensor forward(const Tensor& a, const Tensor& b) const {
    const Shape batch = broadcast(without_last_two(a.shape()), without_last_two(b.shape()));
    Shape shape = batch;
    shape.push_back(a.size(-2));
    shape.push_back(b.size(-1));
    Tensor c = empty(shape, a.dtype());
    const auto batch_strides = [&](const Tensor& x) {
      return broadcast_strides(without_last_two(x.shape()), without_last_two(x.strides()), batch);
    };
    const auto walk = kernels::plan_walk(batch, batch_strides(c), batch_strides(a), batch_strides(b));
    const std::int64_t cost = a.size(-2) * a.size(-1) * b.size(-1) / 16;
    dispatch_floating(a.dtype(), [&]<class T>() {
      kernels::walk_all(
          walk, std::max<std::int64_t>(cost, 1), [&](const auto& offsets, std::int64_t n, const auto& steps) {
            for (std::int64_t i = 0; i < n; ++i)
              kernels::gemm(matrix<T>(a, offsets[1] + i * steps[1]), matrix<T>(b, offsets[2] + i * steps[2]),
                            mutable_matrix<T>(c, offsets[0] + i * steps[0]));
          });
    });
    return c;
  }

  void backward(Backward& d) const {
    d.wrt(0, [&] { return matmul(d.grad(), transpose(d.input(1), -2, -1)); });  // [m, n] [n, k]
    d.wrt(1, [&] { return matmul(transpose(d.input(0), -2, -1), d.grad()); });  // [k, m] [m, n]
  }
};

template <class T>
struct DotFold : kernels::DotAddition<T> {
  T* out;

  explicit DotFold(T* out) : out(out) {}
  void finish(std::int64_t, double sum) const { *out = static_cast<T>(sum); }
};

/// Of vectors of one size and dtype.
struct Dot {
  static constexpr std::string_view name = "dot";
  static constexpr Keep keep = keep_inputs(0, 1);

  Tensor forward(const Tensor& a, const Tensor& b) const {
    Tensor c = empty({}, a.dtype());
    dispatch_floating(a.dtype(), [&]<class T>() {
      kernels::reduce(DotFold<T>(c.mutable_data<T>()),
                      reduction::plan(a.shape(), {0}, a.strides(), b.strides()), 1, a.data<T>(), b.data<T>());
    });
    return c;
  }
  void backward(Backward& d) const {
    d.wrt(0, [&] { return d.grad() * d.input(1); });
    d.wrt(1, [&] { return d.grad() * d.input(0); });
  }
};

}  // namespace

Tensor matmul(const Tensor& a, const Tensor& b, SourceLocation at) {
  const OpScope scope("matmul", at);
  require<DTypeError>(a.dtype() == b.dtype(), "a is {} and b is {}; dtypes are not mixed silently", a.dtype(),
                      b.dtype());
  require<ShapeError>(a.rank() > 0 && b.rank() > 0, "a is {} and b is {}; both need at least one dimension",
                      a.shape(), b.shape());
  require<ShapeError>(a.size(-1) == b.size(b.rank() == 1 ? 0 : -2),
                      "a is {} and b is {}; need [.., m, k] and [.., k, n]", a.shape(), b.shape());
  if (a.rank() == 1 && b.rank() == 1) return record(Dot{}, at, a, b);
  if (a.rank() == 1) return squeeze(matmul(unsqueeze(a, 0), b, at), -2);
  if (b.rank() == 1) return squeeze(matmul(a, unsqueeze(b, 1), at), -1);
  if (a.rank() > 2 && b.rank() == 2) {  // one product of all rows; its gradient needs no sum over the batch
    Shape shape = a.shape();
    shape.back() = b.size(1);
    std::int64_t rows = 1;
    for (std::size_t i = 0; i + 1 < a.rank(); ++i) rows *= a.shape()[i];
    return reshape(record(MatMul{}, at, reshape(a, {rows, a.size(-1)}), b), shape);
  }
  return record(MatMul{}, at, a, b);
}

Tensor bmm(const Tensor& a, const Tensor& b, SourceLocation at) {
  const OpScope scope("bmm", at);
  require<ShapeError>(a.rank() == 3 && b.rank() == 3 && a.size(0) == b.size(0) && a.size(2) == b.size(1),
                      "a is {} and b is {}; need [b, m, k] and [b, k, n]", a.shape(), b.shape());
  return matmul(a, b, at);
}

Tensor dot(const Tensor& a, const Tensor& b, SourceLocation at) {
  const OpScope scope("dot", at);
  require<ShapeError>(a.rank() == 1 && a.shape() == b.shape(),
                      "a is {} and b is {}; need two vectors of one size", a.shape(), b.shape());
  return matmul(a, b, at);
}

Tensor outer(const Tensor& a, const Tensor& b, SourceLocation at) {
  const OpScope scope("outer", at);
  require<ShapeError>(a.rank() == 1 && b.rank() == 1, "a is {} and b is {}; need two vectors", a.shape(),
                      b.shape());
  return mul({unsqueeze(a, 1), at}, {unsqueeze(b.contiguous(), 0), at});  // each of a's goes with all of b's
}

}  // namespace gradus
