#pragma once

#include <gradus/autograd/ops/planes.hpp>
#include <gradus/autograd/tape.hpp>

/// For writers of ops that take means over windows.
namespace gradus::average_pool {

/// The windows of an image, and what their sums are divided by (0: the positions they count).
struct Plan {
  kernels::Windows rows, columns;
  std::int64_t divisor = 0;
};

/// [.., H, W] to [.., rows, columns]: the mean over each window.
Tensor mean(const Plan& plan, const Tensor& x);
/// Its transpose: spreads each element over its window.
Tensor spread(const Plan& plan, const Tensor& y);

/// The derivative of an op struct `F` with a `plan()` and a `gradient_name`, whose forward is `mean`.
template <class F>
struct Gradient {
  static constexpr std::string_view name = F::gradient_name;
  F op;

  Tensor forward(const Tensor& y) const { return spread(op.plan(), y); }
  void backward(Backward& d) const {
    d.wrt(0, [&] { return record(op, SourceLocation::current(), d.grad()); });
  }
};

template <class F>
Tensor gradient(const F& op, const Tensor& y) {
  return record(Gradient<F>{op}, SourceLocation::current(), y);
}

}  // namespace gradus::average_pool
