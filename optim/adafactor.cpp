#include <gradus/optim/adafactor.hpp>

#include <algorithm>
#include <cmath>

#include <gradus/autograd/ops/arithmetic.hpp>
#include <gradus/autograd/ops/copy.hpp>
#include <gradus/autograd/ops/create.hpp>
#include <gradus/autograd/ops/pointwise.hpp>
#include <gradus/autograd/ops/reduce.hpp>
#include <gradus/autograd/ops/vector_norm.hpp>
#include <gradus/autograd/ops/where.hpp>

namespace gradus::optim {

namespace {

/// The root of the mean square of what is not empty.
double rms(const Tensor& x) { return norm(x).item<double>() / std::sqrt(static_cast<double>(x.numel())); }

/// Moves a mean, 0 before its first step, towards `value`.
void approach(Tensor& mean, const Tensor& value, double share) {
  if (!mean.defined()) mean = zeros_like(value);
  mean.copy_(mean + share * (value - mean));
}

/// sqrt(v), broadcast to the gradient g, with the square of g taken in.
Tensor second_moment_root(AdafactorRule::State& state, const Tensor& g, double share, double eps) {
  const Tensor squares = square(g);
  if (g.rank() < 2) {
    approach(state.variance, squares, share);
    return sqrt(state.variance);
  }
  approach(state.row_var, mean(squares, -1, true), share);
  approach(state.col_var, mean(squares, -2, true), share);
  const Tensor level = clamp(mean(state.row_var, -2, true), eps);
  return sqrt(state.row_var / level) * sqrt(state.col_var);  // the product of r and c might underflow
}

}  // namespace

void AdafactorRule::check(const Options& o) {
  detail::check_not_negative("lr", o.lr);
  require(o.beta2_decay <= 0, "beta2_decay is {}; it must not be above 0", o.beta2_decay);
  detail::check_not_negative("eps[0]", o.eps[0]);
  detail::check_not_negative("eps[1]", o.eps[1]);
  require(o.d >= 1, "d is {}; it must be at least 1", o.d);
  detail::check_not_negative("weight_decay", o.weight_decay);
}

std::optional<Shape> AdafactorRule::state_shape(std::string_view state, const Shape& parameter) {
  if ((state == "variance") != (parameter.size() < 2)) return {};
  Shape shape = parameter;
  if (state == "row_var") shape[shape.size() - 1] = 1;
  if (state == "col_var") shape[shape.size() - 2] = 1;
  return shape;
}

void AdafactorRule::update(const Options& o, std::span<Update<State>> updates) {
  for (Update<State>& u : updates) {
    if (u.parameter.numel() == 0) continue;
    const Tensor& w = u.parameter;
    const auto t = static_cast<double>(u.steps);
    const double eps = o.eps[0] == 0 ? epsilon(w.dtype()) : o.eps[0];
    const double alpha = std::max(o.eps[1], rms(w)) * std::min(o.lr, 1 / std::sqrt(t));
    const Tensor root = second_moment_root(u.state, u.gradient, std::pow(t, o.beta2_decay), eps);
    const Tensor x = u.gradient / clamp(root, eps);
    const double length = alpha / std::max(1.0, rms(x) / o.d);
    copy_values((1 - o.lr * o.weight_decay) * w - length * x, w);
  }
}

template class RuleOptimizer<AdafactorRule>;

}  // namespace gradus::optim
