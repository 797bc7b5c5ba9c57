#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include <gradus/autograd/backward.hpp>
#include <gradus/autograd/gradcheck.hpp>
#include <gradus/autograd/ops.hpp>
#include <gradus/nn/nn.hpp>

#include "support/catch.hpp"
#include "support/fixtures.hpp"
#include "support/sanitized.hpp"
#include "support/strided.hpp"
#include "support/values.hpp"

// Layers against PyTorch's figures.
namespace gradus::test {

/// name [shape] of everything in the state, in one line.
template <class L>
std::string state_of(const L& layer) {
  std::string text;
  for (const auto& [name, tensor] : nn::state_dict(layer))
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", name, tensor.shape());
  return text;
}

/// All results one behind the other, undefined ones left out.
inline Tensor flat(const std::vector<Tensor>& results) {
  std::vector<Tensor> parts;
  for (const Tensor& x : results)
    if (x.defined()) parts.push_back(flatten(x));
  return cat(parts);
}

/// Loads the fixture's state, strictly, and compares the results of `call(layer, inputs)` (flattened), the
/// gradients of inputs and parameters, and the buffers after it. The gradients are those of loops, and those
/// recorded for a second derivative.
template <class L, class Call>
void check_layer(const Fixture& f, L layer, Call&& call) {
  CAPTURE(f.name);
  nn::to(layer, float64);
  nn::train(layer, f.options.flag("training"));
  nn::StateDict state;
  for (const auto& [name, tensor] : nn::state_dict(layer)) state.emplace_back(name, f.inputs[name]);
  nn::load_state_dict(layer, state);

  std::vector<std::string> names;
  std::vector<Tensor> wanted;
  for (const auto& [name, parameter] : nn::named_parameters(layer)) {
    names.push_back(name);
    wanted.push_back(parameter);
  }
  for (const auto& [name, expected] : f.grads) {
    if (std::find(names.begin(), names.end(), name) != names.end()) continue;
    names.push_back(name);
    wanted.push_back(Tensor(f.inputs[name]).requires_grad_());
  }
  CHECK(f.grads.size() == names.size());
  const Tensor y = call(layer, f.inputs);
  CHECK(difference(y.detach(), f.outputs["y"]) < 1e-9);
  for (const bool create_graph : {true, false}) {
    const auto found = grad(
        {y}, wanted, {.grad_outputs = {f.cotangent}, .retain_graph = true, .create_graph = create_graph});
    for (std::size_t i = 0; i < names.size(); ++i) {
      CAPTURE(names[i], create_graph);
      CHECK(difference(found[i].detach(), f.grads[names[i]]) < 1e-9);
    }
  }
  for (const auto& [name, buffer] : nn::named_buffers(layer)) {
    CAPTURE(name);
    CHECK(difference(buffer, f.outputs[name]) < 1e-9);
  }
}

/// First and second derivatives of a function, or of a layer with respect to inputs and parameters.
template <class F>
void check_derivatives(const F& f, const std::vector<Tensor>& inputs) {
  const GradcheckOptions options{.fast = sanitized};
  const auto first = gradcheck(f, inputs, options), second = gradgradcheck(f, inputs, options);
  INFO(first << "\n" << second);
  CHECK((first.ok() && second.ok()));
}

/// Whether the values lie in +-bound and come near to both ends: uniform, as far as few numbers can tell.
inline bool is_spread(const Tensor& x, double bound) {
  const auto v = x.detach().to(float64).to_vector<double>();
  const auto [low, high] = std::minmax_element(v.begin(), v.end());
  return *low >= -bound && *high <= bound && *low<-0.8 * bound&& * high> 0.8 * bound;
}

}  // namespace gradus::test
