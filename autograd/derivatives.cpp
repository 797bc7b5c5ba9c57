#include <gradus/autograd/derivatives.hpp>

#include <gradus/autograd/backward.hpp>
#include <gradus/autograd/ops/create.hpp>
#include <gradus/autograd/ops/join.hpp>
#include <gradus/autograd/ops/view.hpp>
#include <gradus/autograd/tape.hpp>

namespace gradus::detail {

namespace {

/// A recorded call, and what to differentiate it by.
struct Recorded {
  std::vector<Tensor> inputs;  // of the caller
  std::vector<Tensor> variables;
  std::vector<std::size_t> places;  // of the variables among the inputs
  std::vector<Tensor> results;
};

/// A tensor that stands for this input alone, even if another is the same: a leaf, or, when derivatives are
/// to reach the input itself, a view.
Tensor variable_of(const Tensor& x, bool connected, const SourceLocation& at) {
  if (connected && x.requires_grad()) return expand(x, x.shape(), at);
  return x.detach().requires_grad_();
}

Recorded call(const Differentiable& f, const std::vector<Tensor>& inputs, bool connected,
              const SourceLocation& at) {
  Recorded r{inputs, {}, {}, {}};
  std::vector<Tensor> arguments = inputs;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (!inputs[i].defined() || !is_floating(inputs[i].dtype())) continue;
    if (f.takes_inputs)
      arguments[i] = variable_of(inputs[i], connected, at);
    else
      require<GraphError>(inputs[i].requires_grad(),
                          "input {} does not require a gradient, so a function that takes nothing cannot "
                          "depend on it",
                          i);
    r.places.push_back(i);
    r.variables.push_back(arguments[i]);
  }
  require(!r.variables.empty(), "none of the {} inputs is floating; there is nothing to differentiate by",
          inputs.size());
  r.results = f.call(arguments);
  return r;
}

Tensor zeros_as(const Tensor& x) { return zeros(x.shape(), {.dtype = x.dtype()}); }

/// The gradients of the outputs that depend on anything; zeros where none does.
std::vector<Tensor> gradients(const std::vector<Tensor>& outputs, const std::vector<Tensor>& vectors,
                              const std::vector<Tensor>& variables, bool retain, bool create,
                              const SourceLocation& at) {
  std::vector<Tensor> found(variables.size()), given, incoming;
  for (std::size_t k = 0; k < outputs.size(); ++k) {
    if (!outputs[k].defined() || !outputs[k].requires_grad() || !vectors[k].defined()) continue;
    given.push_back(outputs[k]);
    incoming.push_back(vectors[k]);
  }
  if (!given.empty())
    found = grad(
        given, variables,
        {.grad_outputs = incoming, .retain_graph = retain, .create_graph = create, .allow_unused = true}, at);
  for (std::size_t i = 0; i < variables.size(); ++i)
    if (!found[i].defined()) found[i] = zeros_as(variables[i]);
  return found;
}

/// The vectors of a product: they must fit the tensors they belong to, which are called `what`.
std::vector<Tensor> checked(const std::vector<Tensor>& vectors, const std::vector<Tensor>& tensors,
                            std::string_view what) {
  require(vectors.size() == tensors.size(), "{} vectors for {} {}s", vectors.size(), tensors.size(), what);
  for (std::size_t k = 0; k < vectors.size(); ++k) {
    if (!vectors[k].defined()) continue;
    require<ShapeError>(tensors[k].defined() && vectors[k].shape() == tensors[k].shape(),
                        "vector {} is {} but the {} is {}", k, vectors[k].shape(), what,
                        tensors[k].defined() ? to_string(tensors[k].shape()) : "undefined");
    require<DTypeError>(vectors[k].dtype() == tensors[k].dtype(), "vector {} is {} but the {} is {}", k,
                        vectors[k].dtype(), what, tensors[k].dtype());
  }
  return vectors;
}

/// A vector for each result: as given, or ones.
std::vector<Tensor> incoming(const std::vector<Tensor>& vectors, const std::vector<Tensor>& results) {
  if (!vectors.empty()) return checked(vectors, results, "result");
  std::vector<Tensor> all;
  for (const Tensor& y : results) {
    all.emplace_back();
    if (!y.defined() || !is_floating(y.dtype())) continue;
    require<ShapeError>(y.numel() == 1,
                        "a result is {}; only one of a single element can do without a vector", y.shape());
    all.back() = ones(y.shape(), {.dtype = y.dtype()});
  }
  return all;
}

/// One for each input, with nothing where that is no variable.
std::vector<Tensor> by_input(const Recorded& r, const std::vector<Tensor>& by_variable) {
  std::vector<Tensor> all(r.inputs.size());
  for (std::size_t v = 0; v < r.places.size(); ++v) all[r.places[v]] = by_variable[v];
  return all;
}

std::vector<Tensor> finished(std::vector<Tensor> all, const DerivativeOptions& options) {
  for (Tensor& x : all)
    if (x.defined() && !options.create_graph) x = x.detach();
  return all;
}

Shape joined(const Shape& a, const Shape& b) {
  require<ShapeError>(
      a.size() + b.size() <= Dims::max_rank,
      "the derivative of a result {} by an input {} has {} dimensions; at most {} are possible", a, b,
      a.size() + b.size(), Dims::max_rank);
  Shape all = a;
  for (const std::int64_t size : b) all.push_back(size);
  return all;
}

/// The derivatives of all elements of result k by each variable.
std::vector<Tensor> rows_of(const Recorded& r, std::size_t k, bool create, const SourceLocation& at) {
  const Tensor& y = r.results[k];
  std::vector<std::vector<Tensor>> rows(r.variables.size());
  for (std::int64_t i = 0; i < y.numel(); ++i) {
    std::vector<Tensor> one_hot(r.results.size());
    one_hot[k] = zeros_as(y);
    dispatch_floating(y.dtype(), [&]<class T>() { one_hot[k].mutable_data<T>()[i] = T(1); });
    const std::vector<Tensor> row = gradients(r.results, one_hot, r.variables, true, create, at);
    for (std::size_t v = 0; v < row.size(); ++v) rows[v].push_back(row[v]);
  }
  std::vector<Tensor> all;
  for (std::size_t v = 0; v < rows.size(); ++v) {
    const Shape shape = joined(y.shape(), r.variables[v].shape());
    all.push_back(rows[v].empty() ? zeros(shape, {.dtype = r.variables[v].dtype()})
                                  : reshape(stack(rows[v], 0, at), shape, at));
  }
  return all;
}

/// The gradient of `f` as a function; `value` receives what f gives.
Differentiable gradient_of(const Differentiable& f, std::vector<Tensor>& value, const SourceLocation& at) {
  return {[&f, &value, at](const std::vector<Tensor>& in) {
            DerivativeProduct first = vjp(f, in, {}, {.create_graph = true}, at);
            std::size_t elements = 0;
            for (const Tensor& y : first.values) elements += y.defined() && is_floating(y.dtype()) ? 1 : 0;
            require<ShapeError>(elements == 1, "the function gives {} floating results; one is needed",
                                elements);
            value = first.values;
            return first.products;
          },
          f.takes_inputs};
}

}  // namespace

DerivativeProduct vjp(const Differentiable& f, const std::vector<Tensor>& inputs,
                      const std::vector<Tensor>& vectors, const DerivativeOptions& options,
                      const SourceLocation& at) {
  const OpScope scope("vjp", at);
  const EnableGrad guard;
  const Recorded r = call(f, inputs, options.create_graph, at);
  const std::vector<Tensor> found =
      gradients(r.results, incoming(vectors, r.results), r.variables, false, options.create_graph, at);
  return {finished(r.results, options), by_input(r, finished(found, options))};
}

DerivativeProduct jvp(const Differentiable& f, const std::vector<Tensor>& inputs,
                      const std::vector<Tensor>& tangents, const DerivativeOptions& options,
                      const SourceLocation& at) {
  const OpScope scope("jvp", at);
  const EnableGrad guard;
  const std::vector<Tensor> along = checked(tangents, inputs, "input");
  const Recorded r = call(f, inputs, options.create_graph, at);
  std::vector<Tensor> dummies(r.results.size()), used, products(r.results.size()), directions;
  for (std::size_t k = 0; k < r.results.size(); ++k) {
    const Tensor& y = r.results[k];
    if (!y.defined() || !is_floating(y.dtype())) continue;
    dummies[k] = zeros_as(y).requires_grad_();
    used.push_back(dummies[k]);
  }
  const std::vector<Tensor> linear = gradients(r.results, dummies, r.variables, true, true, at);
  for (const std::size_t place : r.places) directions.push_back(along[place]);
  const std::vector<Tensor> found = gradients(linear, directions, used, false, options.create_graph, at);
  for (std::size_t k = 0, next = 0; k < products.size(); ++k)
    if (dummies[k].defined()) products[k] = found[next++];
  return {finished(r.results, options), finished(std::move(products), options)};
}

DerivativeTable jacobian(const Differentiable& f, const std::vector<Tensor>& inputs,
                         const DerivativeOptions& options, const SourceLocation& at) {
  const OpScope scope("jacobian", at);
  const EnableGrad guard;
  const Recorded r = call(f, inputs, options.create_graph, at);
  DerivativeTable table;
  for (std::size_t k = 0; k < r.results.size(); ++k) {
    const bool floating = r.results[k].defined() && is_floating(r.results[k].dtype());
    table.push_back(floating ? by_input(r, finished(rows_of(r, k, options.create_graph, at), options))
                             : std::vector<Tensor>(inputs.size()));
  }
  return table;
}

DerivativeProduct hvp(const Differentiable& f, const std::vector<Tensor>& inputs,
                      const std::vector<Tensor>& vectors, const DerivativeOptions& options,
                      const SourceLocation& at) {
  const OpScope scope("hvp", at);
  std::vector<Tensor> value;
  // H is symmetric: its product with a vector is that of its transpose.
  const Differentiable gradient = gradient_of(f, value, at);
  std::vector<Tensor> products =
      vjp(gradient, inputs, checked(vectors, inputs, "input"), options, at).products;
  return {finished(value, options), std::move(products)};
}

DerivativeTable hessian(const Differentiable& f, const std::vector<Tensor>& inputs,
                        const DerivativeOptions& options, const SourceLocation& at) {
  const OpScope scope("hessian", at);
  std::vector<Tensor> value;
  const Differentiable gradient = gradient_of(f, value, at);
  return jacobian(gradient, inputs, options, at);
}

Tensor only_entry(const DerivativeTable& table, std::string_view name, const SourceLocation& at) {
  const OpScope scope(name, at);
  require(table.size() == 1 && table[0].size() == 1,
          "the function gives {} results; give the input as a std::vector to get a table", table.size());
  return table[0][0];
}

}  // namespace gradus::detail
