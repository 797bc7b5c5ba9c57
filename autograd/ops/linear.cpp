#include <gradus/autograd/ops/linear.hpp>

#include <gradus/autograd/ops/copy.hpp>
#include <gradus/autograd/ops/matmul.hpp>
#include <gradus/autograd/ops/matrix.hpp>
#include <gradus/autograd/ops/named.hpp>
#include <gradus/autograd/ops/reduce.hpp>
#include <gradus/autograd/ops/view.hpp>
#include <gradus/autograd/tape.hpp>

namespace gradus {

namespace {

/// x is [n, in].
struct Linear {
  static constexpr std::string_view name = "linear";
  static constexpr Keep keep = keep_inputs(0, 1);

  Tensor forward(const Tensor& x, const Tensor& weight, const Tensor& bias) const {
    Tensor y = empty({x.size(0), weight.size(0)}, x.dtype());
    if (bias.defined()) copy_values(bias, y);
    dispatch_floating(x.dtype(), [&]<class T>() {
      kernels::gemm(matrix<T>(x), matrix<T>(weight).transposed(), mutable_matrix<T>(y), bias.defined());
    });
    return y;
  }

  void backward(Backward& d) const {
    d.wrt(0, [&] { return matmul(d.grad(), d.input(1)); });                   // [n, out] [out, in]
    d.wrt(1, [&] { return matmul(transpose(d.grad(), 0, 1), d.input(0)); });  // [out, n] [n, in]
    d.wrt(2, [&] { return sum(d.grad(), 0); });
  }
};

}  // namespace

Tensor linear(const Tensor& x, const Tensor& weight, const Tensor& bias, SourceLocation at) {
  const OpScope scope("linear", at);
  require<ShapeError>(weight.rank() == 2, "{} is {}; needs [out, in]", named(weight, "weight"),
                      weight.shape());
  require<ShapeError>(x.rank() > 0 && x.size(-1) == weight.size(1),
                      "input is {} but {} is {}; the last dimension must be {}", x.shape(),
                      named(weight, "weight"), weight.shape(), weight.size(1));
  require_same_dtype(x, weight, named(weight, "weight"));
  if (bias.defined()) require_vector(bias, "bias", weight.size(0), weight.dtype());
  if (x.rank() == 2) return record(Linear{}, at, x, weight, bias);
  Shape shape = x.shape();
  shape.back() = weight.size(0);
  std::int64_t rows = 1;
  for (std::size_t i = 0; i + 1 < x.rank(); ++i) rows *= x.shape()[i];
  return reshape(record(Linear{}, at, reshape(x, {rows, x.size(-1)}), weight, bias), shape);
}

}  // namespace gradus
