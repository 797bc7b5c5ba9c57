#pragma once

#include <concepts>
#include <utility>
#include <vector>

#include <gradus/autograd/tensor_function.hpp>

/// Products with derivatives, and whole ones, of a function of tensors: a lambda, or a model. It may take its
/// tensors one by one or as a std::vector, and return a Tensor or several.
///
/// The derivatives are with respect to the inputs, floating ones, which need not ask for a gradient. If the
/// function takes nothing, they are leaves that it uses, such as the parameters of a model:
///
///     jacobian(net, {x});                                           // by the input of a model
///     hvp([&] { return nll_loss(net(x), y); }, nn::parameters(net), v);  // by its parameters
///
/// What does not depend on an input has the derivative 0; an input that is not floating has none (undefined).
/// All throw GraphError if an input of a function that takes nothing does not require a gradient.
namespace gradus {

/// Options of `vjp`, `jvp`, `jacobian`, `hvp` and `hessian`.
struct DerivativeOptions {
  /// Record the derivative, so that it can be differentiated itself, with respect to the inputs that require
  /// a gradient and to what the function uses besides.
  bool create_graph = false;
};

/// What a function gave, and a product with its derivative there.
struct DerivativeProduct {
  std::vector<Tensor> values;
  std::vector<Tensor> products;
};

/// Derivatives of each result (first index) with respect to each input.
using DerivativeTable = std::vector<std::vector<Tensor>>;

namespace detail {

/// A function for the derivative tools. If it takes nothing, its inputs are only what to differentiate by.
struct Differentiable {
  TensorFunction call;
  bool takes_inputs = true;
};

template <class F>
Differentiable differentiable(F& f) {
  if constexpr (std::invocable<F&>)
    return {[&f](const std::vector<Tensor>&) { return as_vector(f()); }, false};
  else
    return {as_function(f), true};
}

DerivativeProduct vjp(const Differentiable& f, const std::vector<Tensor>& inputs,
                      const std::vector<Tensor>& vectors, const DerivativeOptions& options,
                      const SourceLocation& at);
DerivativeProduct jvp(const Differentiable& f, const std::vector<Tensor>& inputs,
                      const std::vector<Tensor>& tangents, const DerivativeOptions& options,
                      const SourceLocation& at);
DerivativeTable jacobian(const Differentiable& f, const std::vector<Tensor>& inputs,
                         const DerivativeOptions& options, const SourceLocation& at);
DerivativeProduct hvp(const Differentiable& f, const std::vector<Tensor>& inputs,
                      const std::vector<Tensor>& vectors, const DerivativeOptions& options,
                      const SourceLocation& at);
DerivativeTable hessian(const Differentiable& f, const std::vector<Tensor>& inputs,
                        const DerivativeOptions& options, const SourceLocation& at);
/// Throws ValueError unless the table has one entry.
Tensor only_entry(const DerivativeTable& table, std::string_view name, const SourceLocation& at);

}  // namespace detail

/// Vector-Jacobian product: for each input the gradient of sum_k <vectors[k], f_k(inputs)>, one backward.
/// `vectors` has one for each result, undefined for a result that does not count; it may be left out if each
/// has one element. Throws ShapeError or DTypeError unless they fit the results.
template <class F>
DerivativeProduct vjp(F&& f, const std::vector<Tensor>& inputs, const std::vector<Tensor>& vectors = {},
                      const DerivativeOptions& options = {}, SourceLocation at = SourceLocation::current()) {
  return detail::vjp(detail::differentiable(f), inputs, vectors, options, at);
}

/// Jacobian-vector product: for each result its directional derivative along `tangents`, which has one tensor
/// for each input, undefined for a zero one. Computed by two reverse passes: the vector-Jacobian product is
/// linear in its vector u, and its derivative by u is the Jacobian (https://j-towns.github.io/2017/06/12/
/// A-new-trick.html); so the ops of `f` must be twice differentiable. Throws ShapeError or DTypeError unless
/// the tangents fit the inputs.
template <class F>
DerivativeProduct jvp(F&& f, const std::vector<Tensor>& inputs, const std::vector<Tensor>& tangents,
                      const DerivativeOptions& options = {}, SourceLocation at = SourceLocation::current()) {
  return detail::jvp(detail::differentiable(f), inputs, tangents, options, at);
}

/// All derivatives of each result by each input, [result..., input...] in shape: one backward for each
/// element of the results. Throws ShapeError if that makes too many dimensions.
template <class F>
DerivativeTable jacobian(F&& f, const std::vector<Tensor>& inputs, const DerivativeOptions& options = {},
                         SourceLocation at = SourceLocation::current()) {
  return detail::jacobian(detail::differentiable(f), inputs, options, at);
}
/// Of one result by one input.
template <class F>
Tensor jacobian(F&& f, const Tensor& input, const DerivativeOptions& options = {},
                SourceLocation at = SourceLocation::current()) {
  return detail::only_entry(detail::jacobian(detail::differentiable(f), {input}, options, at), "jacobian",
                            at);
}

/// Hessian-vector product of a function with a single element for a result: for each input i
/// sum_j H_ij vectors[j], by differentiating the gradient (Pearlmutter, "Fast exact multiplication by the
/// Hessian", 1994): two reverse passes. `vectors` as the tangents of `jvp`. Throws ShapeError unless there is
/// one element.
template <class F>
DerivativeProduct hvp(F&& f, const std::vector<Tensor>& inputs, const std::vector<Tensor>& vectors,
                      const DerivativeOptions& options = {}, SourceLocation at = SourceLocation::current()) {
  return detail::hvp(detail::differentiable(f), inputs, vectors, options, at);
}

/// All second derivatives of a function with a single element for a result: entry [i][j] is the derivative of
/// the gradient by input i with respect to input j, [input i..., input j...] in shape.
template <class F>
DerivativeTable hessian(F&& f, const std::vector<Tensor>& inputs, const DerivativeOptions& options = {},
                        SourceLocation at = SourceLocation::current()) {
  return detail::hessian(detail::differentiable(f), inputs, options, at);
}
/// By one input.
template <class F>
Tensor hessian(F&& f, const Tensor& input, const DerivativeOptions& options = {},
               SourceLocation at = SourceLocation::current()) {
  return detail::only_entry(detail::hessian(detail::differentiable(f), {input}, options, at), "hessian", at);
}

}  // namespace gradus
