#include <gradus/autograd/ops/isclose.hpp>

#include <gradus/autograd/operand.hpp>
#include <gradus/autograd/ops/arithmetic.hpp>
#include <gradus/autograd/ops/pointwise.hpp>

namespace gradus {

Tensor isclose(const Tensor& a, const Tensor& b, const CloseOptions& options, SourceLocation at) {
  const OpScope scope("isclose", at);
  match(a, b);  // or else eq complains
  const Tensor same = a == b, x = a.detach().to(float64), y = b.detach().to(float64);
  const Tensor close = same | (isfinite(y) & (abs(x - y) <= options.atol + options.rtol * abs(y)));
  return options.equal_nan ? close | (isnan(x) & isnan(y)) : close;
}

}  // namespace gradus
