#include <gradus/autograd/gradcheck.hpp>

#include <cmath>
#include <limits>

#include <gradus/autograd/backward.hpp>
#include <gradus/autograd/ops/create.hpp>
#include <gradus/autograd/ops/view.hpp>
#include <gradus/autograd/tape.hpp>

namespace gradus {

namespace {

/// A leaf whose elements are perturbed one after the other.
struct Variable {
  std::size_t number = 0;  // as the report counts: inputs, then parameters
  std::string name;
  Tensor leaf;
};

/// What the function is given for one input: a variable's leaf, expanded to `shape`, or a constant.
struct Argument {
  Tensor value;
  Shape shape;
};

/// Puts a number back, also when the function throws.
class Restore {
 public:
  explicit Restore(double* place) : place_(place), value_(*place) {}
  ~Restore() { *place_ = value_; }
  Restore(const Restore&) = delete;
  Restore& operator=(const Restore&) = delete;

 private:
  double* place_;
  double value_;
};

Dims unravel(std::int64_t position, const Shape& shape) {
  Dims index = shape;
  for (std::size_t d = shape.size(); d-- > 0; position /= shape[d]) index[d] = position % shape[d];
  return index;
}

double* element(const Tensor& x, const Dims& index) {
  double* place = x.mutable_data<double>();
  for (std::size_t d = 0; d < index.size(); ++d) place += index[d] * x.strides()[d];
  return place;
}

/// A leaf with the values, strides and offset of `x`, in memory of its own with NaN between its elements.
/// Dimensions of stride 0 get size 1, so that each element stands alone.
Tensor leaf_like(const Tensor& x) {
  Shape shape = x.shape();
  std::int64_t reach = 1;
  for (std::size_t d = 0; d < shape.size(); ++d) {
    if (x.strides()[d] == 0 && shape[d] > 1) shape[d] = 1;
    reach += (shape[d] - 1) * x.strides()[d];
  }
  if (numel(shape) == 0) reach = 0;
  const Tensor memory =
      full(x.offset() + reach, std::numeric_limits<double>::quiet_NaN(), {.dtype = float64});
  Tensor leaf = memory.alias(shape, x.strides(), x.offset());
  leaf.copy_(x.detach().alias(shape, x.strides(), x.offset()));
  leaf.requires_grad_();
  return leaf;
}

void check_double(const Tensor& x, const std::string& name) {
  require<DTypeError>(x.dtype() == float64,
                      "{} is {}; central differences need double precision, so make everything float64", name,
                      x.dtype());
}

/// The function, its variables, and both ways to differentiate it.
class Check {
 public:
  Check(const TensorFunction& f, const std::vector<Tensor>& inputs, const GradcheckOptions& options,
        const SourceLocation& at, detail::GradcheckNames names);

  /// Compares all derivatives.
  GradcheckReport run();

 private:
  using Values = std::vector<std::vector<double>>;  // of each result

  /// As gradus::require; not in scope while the function runs, whose own errors name its own ops and lines.
  template <class E = ValueError, class... T>
  void require(bool ok, fmt::format_string<T...> text, T&&... values) const {
    const OpScope scope(names_.check, at_);
    gradus::require<E>(ok, text, std::forward<T>(values)...);
  }
  std::vector<Tensor> evaluate() const;
  Values values() const;
  void find_outputs();
  void check_repeatable();
  void differentiate();
  void compare(std::size_t v, const Dims& index);
  void judge(GradcheckElement element);

  const TensorFunction& f_;
  const GradcheckOptions& options_;
  SourceLocation at_;
  detail::GradcheckNames names_;
  std::vector<Argument> arguments_;
  std::vector<Variable> variables_;
  std::vector<std::size_t> outputs_;  // numbers of the results that are floating
  std::vector<Shape> shapes_;         // of those
  // analytic_[output][element of the output][variable]: gradients, undefined for zero.
  std::vector<std::vector<std::vector<Tensor>>> analytic_;
  GradcheckReport report_;
};

Check::Check(const TensorFunction& f, const std::vector<Tensor>& inputs, const GradcheckOptions& options,
             const SourceLocation& at, detail::GradcheckNames names)
    : f_(f), options_(options), at_(at), names_(std::move(names)) {
  const OpScope scope(names_.check, at);
  const std::vector<std::string> called = detail::gradcheck_names(inputs, options);
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const Tensor& x = inputs[i];
    if (!x.requires_grad()) {
      arguments_.push_back({x, {}});
      continue;
    }
    check_double(x, called[i]);
    variables_.push_back({i, called[i], leaf_like(x)});
    arguments_.push_back({variables_.back().leaf, x.shape()});
  }
  for (std::size_t i = 0; i < options.parameters.size(); ++i) {
    const Tensor& p = options.parameters[i];
    const std::size_t number = inputs.size() + i;
    check_double(p, called[number]);
    require<GraphError>(p.requires_grad() && p.is_leaf(), "{} is not a leaf that requires a gradient",
                        called[number]);
    variables_.push_back({number, called[number], p});
  }
  require(!variables_.empty(), "no input requires a gradient; there is nothing to check");
}

std::vector<Tensor> Check::evaluate() const {
  const EnableGrad guard;
  std::vector<Tensor> in;
  for (const Argument& argument : arguments_) {
    const Tensor& x = argument.value;
    in.push_back(!x.requires_grad() || x.shape() == argument.shape ? x : expand(x, argument.shape));
  }
  return f_(in);
}

Check::Values Check::values() const {
  const std::vector<Tensor> results = evaluate();
  Values values;
  for (std::size_t k = 0; k < outputs_.size(); ++k) {
    require<ShapeError>(outputs_[k] < results.size() && results[outputs_[k]].shape() == shapes_[k],
                        "the shape of output {} depends on the values of the inputs", outputs_[k]);
    values.push_back(results[outputs_[k]].to_vector<double>());
  }
  return values;
}

void Check::find_outputs() {
  const std::vector<Tensor> results = evaluate();
  for (std::size_t k = names_.outputs.size(); k < results.size(); ++k)
    names_.outputs.push_back(fmt::format("output {}", k));
  for (std::size_t k = 0; k < results.size(); ++k) {
    const Tensor& y = results[k];
    if (!y.defined() || !is_floating(y.dtype())) continue;
    const OpScope scope(names_.check, at_);
    check_double(y, names_.outputs[k]);
    outputs_.push_back(k);
    shapes_.push_back(y.shape());
  }
  require(!outputs_.empty(), "the function has no floating output; there is nothing to check");
}

void Check::check_repeatable() {
  const auto same = [](double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); };
  const Values first = values(), again = values();
  for (std::size_t k = 0; k < first.size(); ++k)
    require(
        std::equal(first[k].begin(), first[k].end(), again[k].begin(), same),
        "{} differs between two calls on the same inputs; if the function draws random numbers, seed them "
        "within it",
        names_.outputs[outputs_[k]]);
}

void Check::differentiate() {
  std::vector<Tensor> leaves;
  for (const Variable& variable : variables_) leaves.push_back(variable.leaf);
  const std::vector<Tensor> results = evaluate();
  for (std::size_t k = 0; k < outputs_.size(); ++k) {
    const Tensor& y = results[outputs_[k]];
    auto& rows = analytic_.emplace_back();
    for (std::int64_t i = 0; i < y.numel(); ++i) {
      if (!y.requires_grad()) {
        rows.emplace_back(leaves.size());
        continue;
      }
      const Tensor one_hot = zeros(y.shape(), {.dtype = float64});
      one_hot.mutable_data<double>()[i] = 1;
      rows.push_back(
          grad({y}, leaves, {.grad_outputs = {one_hot}, .retain_graph = true, .allow_unused = true}));
    }
  }
}

void Check::compare(std::size_t v, const Dims& index) {
  double* const place = element(variables_[v].leaf, index);
  const Restore restore(place);
  const double x = *place;
  const double step = options_.eps * std::max(1.0, std::abs(x));
  *place = x + step;
  const Values high = values();
  *place = x - step;
  const Values low = values();
  const double width = (x + step) - (x - step);  // as rounded
  for (std::size_t k = 0; k < outputs_.size(); ++k)
    for (std::size_t i = 0; i < high[k].size(); ++i) {
      const Tensor& gradient = analytic_[k][i][v];
      const double analytic = gradient.defined() ? *element(gradient, index) : 0;
      const double numeric = (high[k][i] - low[k][i]) / width;
      const double rounding = 4 * std::numeric_limits<double>::epsilon() *
                              std::max(std::abs(high[k][i]), std::abs(low[k][i])) / width;
      judge({.output = outputs_[k],
             .output_name = names_.outputs[outputs_[k]],
             .output_index = unravel(static_cast<std::int64_t>(i), shapes_[k]),
             .input = variables_[v].number,
             .input_name = variables_[v].name,
             .input_index = index,
             .analytic = analytic,
             .numeric = numeric,
             .error = std::abs(analytic - numeric),
             .tolerance = options_.atol + options_.rtol * std::abs(numeric) + rounding});
    }
}

void Check::judge(GradcheckElement element) {
  // NaN and infinity are worse than anything.
  const auto badness = [](const GradcheckElement& e) {
    return e.error < std::numeric_limits<double>::infinity() ? e.error / e.tolerance
                                                             : std::numeric_limits<double>::infinity();
  };
  ++report_.checked;
  if (!element.ok()) ++report_.failed;
  if (!report_.worst || badness(element) > badness(*report_.worst)) report_.worst = std::move(element);
}

GradcheckReport Check::run() {
  report_.check = names_.check;
  find_outputs();
  check_repeatable();
  differentiate();
  for (std::size_t v = 0; v < variables_.size(); ++v) {
    const Shape& shape = variables_[v].leaf.shape();
    for (std::int64_t i = 0; i < numel(shape); ++i) compare(v, unravel(i, shape));
  }
  return report_;
}

}  // namespace

namespace detail {

std::vector<std::string> gradcheck_names(const std::vector<Tensor>& inputs, const GradcheckOptions& options) {
  std::vector<std::string> names = options.names;
  const std::size_t all = inputs.size() + options.parameters.size();
  gradus::require(names.empty() || names.size() == inputs.size() || names.size() == all,
                  "{} names for {} inputs and {} parameters", names.size(), inputs.size(),
                  options.parameters.size());
  names.resize(all);
  for (std::size_t i = 0; i < all; ++i) {
    if (!names[i].empty()) continue;
    const bool input = i < inputs.size();
    const Tensor& x = input ? inputs[i] : options.parameters[i - inputs.size()];
    names[i] = !x.name().empty() ? x.name()
               : input           ? fmt::format("input {}", i)
                                 : fmt::format("parameter {}", i - inputs.size());
  }
  return names;
}

GradcheckReport gradcheck(const TensorFunction& f, const std::vector<Tensor>& inputs,
                          const GradcheckOptions& options, const SourceLocation& at, GradcheckNames names) {
  return Check(f, inputs, options, at, std::move(names)).run();
}

}  // namespace detail

}  // namespace gradus
