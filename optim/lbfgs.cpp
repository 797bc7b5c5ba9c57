#include <gradus/optim/lbfgs.hpp>

#include <algorithm>
#include <cmath>

#include <gradus/autograd/ops/arithmetic.hpp>
#include <gradus/autograd/ops/create.hpp>
#include <gradus/autograd/ops/extrema.hpp>
#include <gradus/autograd/ops/matmul.hpp>
#include <gradus/autograd/ops/pointwise.hpp>
#include <gradus/autograd/ops/reduce.hpp>
#include <gradus/autograd/tape.hpp>
#include <gradus/optim/line_search.hpp>
#include <gradus/optim/parameter_vector.hpp>

namespace gradus::optim {

namespace {

double product(const Tensor& a, const Tensor& b) { return dot(a, b).item<double>(); }
double largest(const Tensor& x) { return x.numel() == 0 ? 0 : amax(abs(x)).item<double>(); }

/// Takes note of the latest change of gradient and parameters, if the loss was convex along it.
void remember(LBFGS::History& h, const Tensor& gradient, std::int64_t history_size) {
  const Tensor y = gradient - h.gradient, s = h.direction * h.length;
  const double curvature = product(y, s);
  if (!(curvature > 1e-10)) return;
  if (static_cast<std::int64_t>(h.gradient_changes.size()) == history_size) {
    h.gradient_changes.erase(h.gradient_changes.begin());
    h.parameter_changes.erase(h.parameter_changes.begin());
  }
  h.gradient_changes.push_back(y);
  h.parameter_changes.push_back(s);
  h.scale = curvature / product(y, y);
}

/// The two-loop recursion: minus the approximate inverse Hessian times the gradient.
Tensor newton_direction(const LBFGS::History& h, const Tensor& gradient) {
  const std::size_t n = h.gradient_changes.size();
  std::vector<double> a(n), curvature(n);
  Tensor q = -gradient;
  for (std::size_t i = n; i-- > 0;) {
    curvature[i] = product(h.gradient_changes[i], h.parameter_changes[i]);
    a[i] = product(h.parameter_changes[i], q) / curvature[i];
    q = q - a[i] * h.gradient_changes[i];
  }
  Tensor r = h.scale * q;
  for (std::size_t i = 0; i < n; ++i)
    r = r + (a[i] - product(h.gradient_changes[i], r) / curvature[i]) * h.parameter_changes[i];
  return r;
}

}  // namespace

/// One `step`.
class LBFGS::Run {
 public:
  Run(LBFGS& owner, const Closure& closure, const SourceLocation& at)
      : owner_(owner), o_(owner.options_), h_(owner.history_), closure_(closure), at_(at) {}

  double operator()() {
    evaluate();
    const double before = loss_;
    const std::int64_t most = o_.max_eval > 0 ? o_.max_eval : o_.max_iter * 5 / 4;
    if (largest(gradient_) <= o_.tolerance_grad) return before;
    for (std::int64_t i = 1; i <= o_.max_iter; ++i) {
      const double last = loss_;
      if (!advance(i == o_.max_iter)) break;
      if (evaluations_ >= most || largest(gradient_) <= o_.tolerance_grad ||
          largest(h_.direction) * std::abs(h_.length) <= o_.tolerance_change ||
          std::abs(loss_ - last) < o_.tolerance_change)
        break;
    }
    return before;
  }

 private:
  void evaluate() {
    {
      const EnableGrad guard;
      loss_ = closure_().item<double>();  // without a scope of ours: its ops note their own lines
    }
    const OpScope scope("LBFGS", at_);
    std::vector<Tensor> gradients;
    for (std::size_t i = 0; i < owner_.parameters_.size(); ++i) {
      const Tensor& x = owner_.parameters_[i];
      const Tensor g = x.grad();
      if (g.defined()) detail::check_companion("gradient", g, x, i, x.shape());
      gradients.push_back(g.defined() ? g : zeros_like(x));
    }
    gradient_ = parameters_to_vector(gradients);
    ++evaluations_;
    ++h_.evaluations;
  }

  /// One iteration; false if there is no way down.
  bool advance(bool is_last) {
    const bool is_first = ++h_.iterations == 1;
    if (!is_first) remember(h_, gradient_, o_.history_size);
    h_.direction = is_first ? -gradient_ : newton_direction(h_, gradient_);
    h_.gradient = gradient_;
    h_.length = o_.lr * (is_first ? std::min(1.0, 1 / sum(abs(gradient_)).item<double>()) : 1);
    const double slope = product(gradient_, h_.direction);
    if (slope > -o_.tolerance_change) return false;
    const Tensor start = parameters_to_vector(owner_.parameters_).detach();
    if (o_.line_search_fn == LineSearch::strong_wolfe) search(start, slope);
    vector_to_parameters(start + h_.length * h_.direction, owner_.parameters_);
    if (o_.line_search_fn == LineSearch::none && !is_last) evaluate();
    return true;
  }

  void search(const Tensor& start, double slope) {
    const auto at = [&](double t) -> detail::LinePoint {
      vector_to_parameters(start + t * h_.direction, owner_.parameters_);
      evaluate();
      return {t, loss_, gradient_, product(gradient_, h_.direction)};
    };
    const detail::LinePoint found =
        detail::strong_wolfe(at, {0, loss_, gradient_, slope}, h_.length, largest(h_.direction),
                             {.tolerance_change = o_.tolerance_change});
    h_.length = found.t;
    loss_ = found.loss;
    gradient_ = found.gradient;
  }

  LBFGS& owner_;
  const Options& o_;
  History& h_;
  const Closure& closure_;
  const SourceLocation& at_;
  double loss_ = 0;
  Tensor gradient_;
  std::int64_t evaluations_ = 0;
};

LBFGS::LBFGS(std::vector<Tensor> parameters, const Options& options, SourceLocation at)
    : parameters_(std::move(parameters)), options_(options) {
  const OpScope scope("LBFGS", at);
  detail::check_parameters(parameters_, {});
  for (std::size_t i = 1; i < parameters_.size(); ++i)
    require<DTypeError>(parameters_[i].dtype() == parameters_[0].dtype(),
                        "{} is {} but {} is {}; all must have one dtype", detail::describe(parameters_[0], 0),
                        parameters_[0].dtype(), detail::describe(parameters_[i], i), parameters_[i].dtype());
  check();
}

void LBFGS::check() const {
  detail::check_not_negative("lr", options_.lr);
  require(options_.max_iter >= 1, "max_iter is {}; it must be at least 1", options_.max_iter);
  require(options_.max_eval >= 0, "max_eval is {}; it must not be negative", options_.max_eval);
  detail::check_not_negative("tolerance_grad", options_.tolerance_grad);
  detail::check_not_negative("tolerance_change", options_.tolerance_change);
  require(options_.history_size >= 1, "history_size is {}; it must be at least 1", options_.history_size);
}

double LBFGS::step(const Closure& closure, SourceLocation at) {
  {
    const OpScope scope("LBFGS", at);
    check();
  }
  const NoGrad guard;
  return Run(*this, closure, at)();
}

void LBFGS::step(SourceLocation at) {
  const OpScope scope("LBFGS", at);
  fail("it evaluates the loss several times; call step([&] {{ zero_grad; loss; backward; return loss; }})");
}

double& LBFGS::lr(std::size_t group) {
  require<IndexError>(group == 0, "LBFGS has no parameter group {}; there is 1", group);
  return options_.lr;
}

double* LBFGS::momentum(std::size_t group) {
  lr(group);  // throws for a group that does not exist
  return nullptr;
}

State LBFGS::state_dict() const {
  State out;
  out.numbers = {{"lr", options_.lr},
                 {"scale", history_.scale},
                 {"length", history_.length},
                 {"iterations", static_cast<double>(history_.iterations)},
                 {"evaluations", static_cast<double>(history_.evaluations)},
                 {"changes", static_cast<double>(history_.gradient_changes.size())}};
  if (history_.iterations == 0) return out;
  out.tensors = {{"direction", history_.direction.clone()}, {"gradient", history_.gradient.clone()}};
  for (std::size_t i = 0; i < history_.gradient_changes.size(); ++i) {
    out.tensors[fmt::format("gradient_changes.{}", i)] = history_.gradient_changes[i].clone();
    out.tensors[fmt::format("parameter_changes.{}", i)] = history_.parameter_changes[i].clone();
  }
  return out;
}

void LBFGS::load_state_dict(const State& state, SourceLocation at) {
  const OpScope scope("LBFGS", at);
  const NoGrad guard;
  StateReader reader(state);
  const Tensor like = parameters_to_vector(parameters_);
  History loaded;
  const double lr = reader.number("lr");
  loaded.scale = reader.number("scale");
  loaded.length = reader.number("length");
  loaded.iterations = reader.integer("iterations");
  loaded.evaluations = reader.integer("evaluations");
  const std::int64_t changes = reader.integer("changes");
  const auto tensor = [&](const std::string& name) {
    const Tensor found = reader.find_tensor(name, like);
    require(found.defined(), "the state does not fit; missing: {}", name);
    return found;
  };
  if (loaded.iterations > 0) {
    loaded.direction = tensor("direction");
    loaded.gradient = tensor("gradient");
  }
  for (std::int64_t i = 0; i < changes; ++i) {
    loaded.gradient_changes.push_back(tensor(fmt::format("gradient_changes.{}", i)));
    loaded.parameter_changes.push_back(tensor(fmt::format("parameter_changes.{}", i)));
  }
  reader.finish();
  history_ = std::move(loaded);
  options_.lr = lr;
}

}  // namespace gradus::optim
