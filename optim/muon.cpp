#include <gradus/optim/muon.hpp>

#include <cmath>

#include <gradus/autograd/ops/arithmetic.hpp>
#include <gradus/autograd/ops/create.hpp>
#include <gradus/autograd/ops/matmul.hpp>
#include <gradus/autograd/ops/vector_norm.hpp>
#include <gradus/autograd/ops/view.hpp>

namespace gradus::optim {

namespace {

/// A matrix with the singular vectors of x and singular values near 1. The iteration runs on the side with
/// fewer rows, whose Gram matrix is the smaller.
Tensor orthogonalised(Tensor x, const MuonOptions& o) {
  const bool tall = x.size(0) > x.size(1);
  if (tall) x = transpose(x, 0, 1);
  x = x / std::max(norm(x).item<double>(), o.eps);
  const auto [a, b, c] = o.ns_coefficients;
  for (std::int64_t i = 0; i < o.ns_steps; ++i) {
    const Tensor gram = matmul(x, transpose(x, 0, 1));
    x = a * x + matmul(b * gram + c * matmul(gram, gram), x);
  }
  return tall ? transpose(x, 0, 1) : x;
}

double adjusted(const MuonOptions& o, const Tensor& matrix) {
  const auto rows = static_cast<double>(matrix.size(0)), columns = static_cast<double>(matrix.size(1));
  return o.lr * (o.match_rms_adamw ? 0.2 * std::sqrt(std::max(rows, columns))
                                   : std::sqrt(std::max(1.0, rows / columns)));
}

}  // namespace

void MuonRule::check(const Options& o) {
  detail::check_not_negative("lr", o.lr);
  detail::check_not_negative("weight_decay", o.weight_decay);
  detail::check_range("momentum", o.momentum, 0, 1);
  require(o.eps > 0, "eps is {}; it must be above 0", o.eps);
  require(o.ns_steps >= 1 && o.ns_steps < 100, "ns_steps is {}; it must lie in [1, 100)", o.ns_steps);
}

void MuonRule::check_parameter(const Tensor& parameter, std::size_t index) {
  require<ShapeError>(parameter.rank() >= 2,
                      "{} is {}; needs a matrix; give vectors to another optimizer, such as AdamW",
                      detail::describe(parameter, index), parameter.shape());
}

void MuonRule::update(const Options& o, std::span<Update<State>> updates) {
  for (Update<State>& u : updates) {
    if (u.parameter.numel() == 0) continue;
    Tensor& mean = u.state.momentum_buffer;
    if (!mean.defined()) mean = zeros_like(u.parameter);
    mean.copy_(o.momentum * mean + (1 - o.momentum) * u.gradient);
    const Tensor way = o.nesterov ? (1 - o.momentum) * u.gradient + o.momentum * mean : mean;
    const Tensor matrix = reshape(way, {way.size(0), way.numel() / way.size(0)});
    const Tensor step = reshape(orthogonalised(matrix, o), way.shape());
    u.parameter.copy_((1 - o.lr * o.weight_decay) * u.parameter - adjusted(o, matrix) * step);
  }
}

template class RuleOptimizer<MuonRule>;

}  // namespace gradus::optim
