#include <gradus/autograd/ops/powers.hpp>

#include <cmath>

#include <gradus/autograd/ops/arithmetic.hpp>
#include <gradus/autograd/ops/join.hpp>
#include <gradus/autograd/ops/logarithm.hpp>
#include <gradus/autograd/ops/pad.hpp>
#include <gradus/autograd/ops/scan.hpp>
#include <gradus/autograd/ops/view.hpp>

namespace gradus {

Tensor logspace(double start, double stop, std::int64_t count, double base, const TensorOptions& options) {
  require(count >= 0, "logspace: a count of {} was given; it must not be negative", count);
  Tensor x = linspace(start, stop, count, {.dtype = float64});
  for (double& value : x.mutable_span<double>()) value = std::pow(base, value);
  return x.to(options.dtype).requires_grad_(options.requires_grad);
}

Tensor vander(const Tensor& x, const VanderOptions& options, SourceLocation at) {
  const OpScope scope("vander", at);
  require<ShapeError>(x.rank() >= 1, "given a 0-d tensor; needs [.., n]");
  require(options.columns >= -1, "columns = {} was given; it must not be negative", options.columns);
  Shape shape = x.shape();
  shape.push_back(options.columns == -1 ? x.size(-1) : options.columns);
  if (shape.back() == 0) return zeros(shape, {.dtype = x.dtype()});
  shape.back() -= 1;
  const Tensor column = unsqueeze(x, -1);
  const Tensor powers = cat({ones_like(column), cumprod(expand(column, shape), -1)}, -1);
  return options.increasing ? powers : flip(powers, -1);
}

Tensor ldexp(const Tensor& x, const Operand& exponent) {
  const OpScope scope("ldexp", exponent.at());
  return x * exp2(exponent.is_number() ? exponent.as(x.dtype()) : exponent.tensor().to(x.dtype()));
}

}  // namespace gradus
