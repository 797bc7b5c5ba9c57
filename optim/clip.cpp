#include <gradus/optim/clip.hpp>

#include <cmath>

#include <gradus/autograd/ops/arithmetic.hpp>
#include <gradus/autograd/ops/vector_norm.hpp>
#include <gradus/autograd/ops/where.hpp>
#include <gradus/autograd/tape.hpp>

namespace gradus::optim {

namespace {

/// The parameters that have a gradient.
std::vector<Tensor> with_gradient(const std::vector<Tensor>& parameters) {
  std::vector<Tensor> found;
  for (const Tensor& parameter : parameters)
    if (parameter.grad().defined()) found.push_back(parameter);
  return found;
}

/// The p-norm of all gradients taken together: the norm of their norms.
double total_norm(const std::vector<Tensor>& parameters, double p) {
  double total = 0;
  for (const Tensor& parameter : parameters) {
    const Tensor gradient = parameter.grad();
    if (gradient.numel() == 0) continue;
    const double part = norm(gradient, p).item<double>();
    if (std::isinf(p))
      total = total > part || std::isnan(total) ? total : part;  // a NaN stays
    else
      total += std::pow(part, p);
  }
  return std::isinf(p) ? total : std::pow(total, 1 / p);
}

}  // namespace

double clip_grad_norm(const std::vector<Tensor>& parameters, double max_norm, const ClipNormOptions& options,
                      SourceLocation at) {
  const OpScope scope("clip_grad_norm", at);
  const NoGrad guard;
  require(max_norm >= 0, "max_norm is {}; it must not be negative", max_norm);
  require(options.norm_type > 0, "norm_type is {}; it must be above 0", options.norm_type);
  std::vector<Tensor> found = with_gradient(parameters);
  const double norm = total_norm(found, options.norm_type);
  require(!options.error_if_nonfinite || std::isfinite(norm), "the norm of the gradients is {}", norm);
  const double factor = max_norm / (norm + 1e-6);
  if (factor >= 1) return norm;
  for (Tensor& parameter : found) parameter.set_grad(parameter.grad() * factor);
  return norm;
}

void clip_grad_value(const std::vector<Tensor>& parameters, double clip_value, SourceLocation at) {
  const OpScope scope("clip_grad_value", at);
  const NoGrad guard;
  require(clip_value >= 0, "clip_value is {}; it must not be negative", clip_value);
  for (Tensor& parameter : with_gradient(parameters))
    parameter.set_grad(clamp(parameter.grad(), -clip_value, clip_value));
}

}  // namespace gradus::optim
