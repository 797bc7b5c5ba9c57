#include <gradus/optim/clip.hpp>

#include <cmath>
#include <gradus/autograd/ops/elementwise.hpp>
#include <gradus/autograd/ops/reduction.hpp>
#include <gradus/autograd/tape.hpp>
#include <limits>

namespace gradus::optim {

namespace {

/// The gradients there are, with their parameters.
std::vector<std::pair<Tensor, Tensor>> with_gradients(const std::vector<Tensor>& parameters) {
  std::vector<std::pair<Tensor, Tensor>> found;
  for (const Tensor& parameter : parameters)
    if (Tensor gradient = parameter.grad(); gradient.defined())
      found.emplace_back(parameter, gradient.detach());
  return found;
}

/// Folds f(|x|) of all elements with `combine`.
template <class Combine, class F>
double fold(const Tensor& x, Combine combine, F f) {
  kernels::Reduction all;
  all.reduced = kernels::plan_walk(x.shape(), x.strides());
  double result = 0;
  dispatch_floating(x.dtype(), [&]<class T>() {
    kernels::reduce(
        all, x.data<T>(), &result, 0.0,
        [&](double& sum, T v) { sum = combine(sum, f(std::abs(static_cast<double>(v)))); },
        [&](double& sum, double next) { sum = combine(sum, next); }, [](double sum) { return sum; });
  });
  return result;
}

double larger(double a, double b) { return b > a || std::isnan(b) ? b : a; }  // NaN wins
double added(double a, double b) { return a + b; }

/// max |x| for p infinite, else sum |x|^p.
double power_sum(const Tensor& x, double p) {
  if (std::isinf(p)) return fold(x, larger, [](double v) { return v; });
  if (p == 2) return fold(x, added, [](double v) { return v * v; });
  if (p == 1) return fold(x, added, [](double v) { return v; });
  return fold(x, added, [p](double v) { return std::pow(v, p); });
}

/// Replaces each gradient by f of it.
template <class F>
void replace(std::vector<std::pair<Tensor, Tensor>>& found, const F& f) {
  const NoGrad guard;
  for (auto& [parameter, gradient] : found) {
    Tensor changed = dispatch_floating(
        gradient.dtype(), [&]<class T>() { return elementwise::apply<T>(gradient, elementwise::cheap, f); });
    parameter.set_grad(std::move(changed));
  }
}

}  // namespace

double clip_grad_norm(const std::vector<Tensor>& parameters, double max_norm, const ClipNormOptions& options,
                      SourceLocation at) {
  const OpScope scope("clip_grad_norm", at);
  require(max_norm >= 0, "max_norm is {}; it must not be negative", max_norm);
  const double p = options.norm_type;
  require(p > 0, "norm_type is {}; it must be above 0", p);
  auto found = with_gradients(parameters);
  double total = 0;
  for (const auto& [parameter, gradient] : found) {
    const double part = power_sum(gradient, p);
    total = std::isinf(p) ? larger(total, part) : total + part;
  }
  const double norm = std::isinf(p) ? total : p == 2 ? std::sqrt(total) : std::pow(total, 1 / p);
  require(!options.error_if_nonfinite || std::isfinite(norm), "the norm of the gradients is {}", norm);
  const double factor = max_norm / (norm + 1e-6);
  if (!(factor >= 1)) replace(found, [factor]<class T>(T g) { return static_cast<T>(factor) * g; });
  return norm;
}

void clip_grad_value(const std::vector<Tensor>& parameters, double clip_value, SourceLocation at) {
  const OpScope scope("clip_grad_value", at);
  require(clip_value >= 0, "clip_value is {}; it must not be negative", clip_value);
  auto found = with_gradients(parameters);
  replace(found, [clip_value]<class T>(T g) {
    const T limit = static_cast<T>(clip_value);
    return g > limit ? limit : g < -limit ? -limit : g;
  });
}

}  // namespace gradus::optim
