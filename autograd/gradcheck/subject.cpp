#include <gradus/autograd/gradcheck/subject.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

#include <gradus/autograd/backward.hpp>
#include <gradus/autograd/ops/create.hpp>
#include <gradus/autograd/ops/view.hpp>
#include <gradus/autograd/tape.hpp>

namespace gradus::detail {

namespace {

/// Moves elements, and puts them back, also when the function throws.
class Moved {
 public:
  Moved(const std::vector<double*>& places, const Direction& direction, double t) {
    for (const auto& [j, step] : direction) {
      double* const place = places[static_cast<std::size_t>(j)];
      before_.emplace_back(place, *place);
      *place += t * step;
    }
  }
  ~Moved() {
    for (const auto& [place, value] : before_) *place = value;
  }
  Moved(const Moved&) = delete;
  Moved& operator=(const Moved&) = delete;

 private:
  std::vector<std::pair<double*, double>> before_;
};

void check_double(const Tensor& x, const std::string& name) {
  require<DTypeError>(x.dtype() == float64,
                      "{} is {}; differences need double precision, so make everything float64", name,
                      x.dtype());
}

}  // namespace

std::vector<std::string> gradcheck_names(const std::vector<Tensor>& inputs, const GradcheckOptions& options) {
  std::vector<std::string> names = options.names;
  const std::size_t all = inputs.size() + options.parameters.size();
  require(names.empty() || names.size() == inputs.size() || names.size() == all,
          "{} names for {} inputs and {} parameters", names.size(), inputs.size(), options.parameters.size());
  names.resize(all);
  for (std::size_t i = 0; i < all; ++i) {
    if (!names[i].empty()) continue;
    const bool input = i < inputs.size();
    const Tensor& x = input ? inputs[i] : options.parameters[i - inputs.size()];
    names[i] = x.defined() && !x.name().empty() ? x.name()
               : input                          ? fmt::format("input{}", i)
                                                : fmt::format("parameter{}", i - inputs.size());
  }
  return names;
}

std::vector<Tensor> in_double(const std::vector<Tensor>& inputs) {
  const bool single = std::any_of(inputs.begin(), inputs.end(), [](const Tensor& x) {
    return x.defined() && x.requires_grad() && x.dtype() == float32;
  });
  if (!single) return inputs;
  std::vector<Tensor> converted;
  const NoGrad guard;
  for (const Tensor& x : inputs) {
    if (!x.defined() || x.dtype() != float32) {
      converted.push_back(x);
      continue;
    }
    // Converting writes a tensor without gaps; the layout of the input is what is to be checked.
    std::int64_t reach = numel(x.shape()) == 0 ? 0 : 1;
    for (std::size_t d = 0; d < x.rank() && reach != 0; ++d) reach += (x.shape()[d] - 1) * x.strides()[d];
    Tensor y = empty(Shape(x.offset() + reach), float64).alias(x.shape(), x.strides(), x.offset());
    Shape shape = x.shape();
    for (std::size_t d = 0; d < shape.size(); ++d)
      if (x.strides()[d] == 0 && shape[d] > 1) shape[d] = 1;
    const Tensor distinct = x.detach().alias(shape, x.strides(), x.offset());
    y.alias(shape, x.strides(), x.offset()).copy_(distinct.to(float64));
    y.set_name(x.name());
    if (x.requires_grad()) y.requires_grad_();
    converted.push_back(std::move(y));
  }
  return converted;
}

Dims unravel(std::int64_t i, const Shape& shape) {
  Dims index = shape;
  for (std::size_t d = shape.size(); d-- > 0; i /= shape[d]) index[d] = i % shape[d];
  return index;
}

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

Subject::Subject(const TensorFunction& f, const std::vector<Tensor>& inputs, const GradcheckOptions& options,
                 const SourceLocation& at, const GradcheckNames& names)
    : f_(f), at_(at), check_(names.check) {
  std::vector<std::string> called;
  {
    const OpScope scope(check_, at);
    called = gradcheck_names(inputs, options);
  }
  const std::vector<Tensor> doubled = in_double(inputs);
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const Tensor& x = doubled[i];
    const bool variable = x.defined() && x.requires_grad();
    converted_ = converted_ || (variable && inputs[i].dtype() == float32);
    arguments_.push_back(variable ? leaf_like(x) : x);
    shapes_.push_back(variable ? x.shape() : Shape());
    if (variable) add_variable(called[i], arguments_.back());
  }
  const OpScope scope(check_, at);
  for (std::size_t i = 0; i < options.parameters.size(); ++i) {
    const Tensor& p = options.parameters[i];
    const std::string& name = called[inputs.size() + i];
    check_double(p, name);
    require<GraphError>(p.requires_grad() && p.is_leaf(), "{} is not a leaf that requires a gradient", name);
    add_variable(name, p);
  }
  require(!variables_.empty(), "no input requires a gradient; there is nothing to check");
  find_outputs(names);
}

void Subject::add_variable(std::string name, Tensor leaf) {
  const std::int64_t begin = variable_count(), size = leaf.numel();
  double* const first = leaf.mutable_data<double>();
  for (std::int64_t i = 0; i < size; ++i) {
    const Dims index = unravel(i, leaf.shape());
    double* place = first;
    for (std::size_t d = 0; d < index.size(); ++d) place += index[d] * leaf.strides()[d];
    places_.push_back(place);
  }
  variables_.push_back({std::move(name), leaf.shape(), begin, size});
  leaves_.push_back(std::move(leaf));
}

void Subject::find_outputs(const GradcheckNames& names) {
  const EnableGrad guard;
  std::vector<Tensor> in;
  for (std::size_t i = 0; i < arguments_.size(); ++i)
    in.push_back(shapes_[i] == Shape() || arguments_[i].shape() == shapes_[i]
                     ? arguments_[i]
                     : expand(arguments_[i], shapes_[i]));
  const std::vector<Tensor> results = f_(in);
  ++calls_;
  std::int64_t begin = 0;
  for (std::size_t k = 0; k < results.size(); ++k) {
    const Tensor& y = results[k];
    if (!y.defined() || !is_floating(y.dtype())) continue;
    std::string name = k < names.outputs.size() ? names.outputs[k]
                       : results.size() == 1    ? std::string("out")
                                                : fmt::format("out{}", k);
    if (y.dtype() != float64)
      throw Refusal{{GradcheckBug::wrong_dtype, name,
                     fmt::format("the result is {} although the inputs are float64", y.dtype())}};
    results_.push_back(k);
    outputs_.push_back({std::move(name), y.shape(), begin, y.numel()});
    begin = outputs_.back().end();
  }
  const OpScope scope(check_, at_);
  require(!outputs_.empty(), "the function has no floating output; there is nothing to check");
}

std::vector<Tensor> Subject::call(const std::vector<Tensor>& arguments) const {
  const EnableGrad guard;
  ++calls_;
  const std::vector<Tensor> results = f_(arguments);
  std::vector<Tensor> chosen;
  for (const std::size_t k : results_) chosen.push_back(k < results.size() ? results[k] : Tensor());
  return chosen;
}

std::vector<Tensor> Subject::record() const {
  std::vector<Tensor> in;
  {
    const EnableGrad guard;
    for (std::size_t i = 0; i < arguments_.size(); ++i)
      in.push_back(shapes_[i] == Shape() || arguments_[i].shape() == shapes_[i]
                       ? arguments_[i]
                       : expand(arguments_[i], shapes_[i]));
  }
  std::vector<Tensor> results = call(in);
  const OpScope scope(check_, at_);
  for (std::size_t k = 0; k < results.size(); ++k)
    require<ShapeError>(results[k].defined() && results[k].shape() == outputs_[k].shape,
                        "the shape of {} depends on the values of the inputs", outputs_[k].name);
  return results;
}

Values Subject::values() const {
  Values all;
  all.reserve(static_cast<std::size_t>(output_count()));
  for (const Tensor& y : record()) {
    const std::vector<double> one = y.to_vector<double>();
    all.insert(all.end(), one.begin(), one.end());
  }
  return all;
}

Values Subject::values(const Direction& direction, double t) const {
  const Moved moved(places_, direction, t);
  return values();
}

Values Subject::pull(const std::vector<Tensor>& recorded, const Values& incoming,
                     bool leave_out_zeros) const {
  std::vector<Tensor> outputs, gradients;
  for (std::size_t k = 0; k < recorded.size(); ++k) {
    const Block& block = outputs_[k];
    const std::vector<double> part(incoming.begin() + block.begin, incoming.begin() + block.end());
    const bool zero = std::all_of(part.begin(), part.end(), [](double g) { return g == 0; });
    if (!recorded[k].requires_grad() || (leave_out_zeros && zero)) continue;
    outputs.push_back(recorded[k]);
    gradients.push_back(from_vector(part, block.shape));
  }
  Values all(static_cast<std::size_t>(variable_count()), 0.0);
  if (outputs.empty()) return all;
  const std::vector<Tensor> found = refusing([&] {
    return grad(outputs, leaves_, {.grad_outputs = gradients, .retain_graph = true, .allow_unused = true},
                at_);
  });
  for (std::size_t v = 0; v < found.size(); ++v) {
    if (!found[v].defined()) continue;
    const std::vector<double> part = found[v].to_vector<double>();
    std::copy(part.begin(), part.end(), all.begin() + variables_[v].begin);
  }
  return all;
}

double Subject::scale(std::int64_t variable) const {
  const double size = std::abs(x(variable));
  return size > 1 && std::isfinite(size) ? std::exp2(std::floor(std::log2(size))) : 1;
}

}  // namespace gradus::detail
