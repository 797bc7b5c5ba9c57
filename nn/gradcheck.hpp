#pragma once

#include <vector>

#include <gradus/autograd/gradcheck.hpp>
#include <gradus/autograd/random.hpp>
#include <gradus/nn/module.hpp>

namespace gradus {

namespace nn::detail {

/// Puts the inputs in double, as leaves; the floating ones ask for gradients.
std::vector<Tensor> checked_inputs(const std::vector<Tensor>& inputs);
/// `options` with the parameters of the model that ask for gradients added.
GradcheckOptions checked_parameters(const std::vector<Part>& parts, GradcheckOptions options);

/// `check(f, inputs, options)` for a clone of the model in double. The default generator starts each call of
/// f alike, so dropout drops the same elements every time, and is put back at the end.
template <class M, class Check>
GradcheckReport check_model(const M& model, const std::vector<Tensor>& inputs,
                            const GradcheckOptions& options, Check check) {
  M copy = clone(model);
  to(copy, float64);
  const Generator::State random = default_generator().state();
  const TensorFunction call = gradus::detail::as_function(copy);
  const GradcheckReport report = check(
      [&](const std::vector<Tensor>& in) {
        default_generator().set_state(random);
        return call(in);
      },
      checked_inputs(inputs), checked_parameters(walk(copy), options));
  default_generator().set_state(random);
  return report;
}

}  // namespace nn::detail

/// As `gradcheck` of a function, for every floating input and, by name, every parameter of a model that asks
/// for a gradient, in the mode (train or eval) the model is in: `CHECK(gradcheck(net, {randn({2, 4})}))`. It
/// works on a clone in double; the model, the inputs and the default generator stay as they are.
template <nn::Module M>
GradcheckReport gradcheck(M&& model, const std::vector<Tensor>& inputs, const GradcheckOptions& options = {},
                          SourceLocation at = SourceLocation::current()) {
  return nn::detail::check_model(
      std::as_const(model), inputs, options,
      [&](const auto& f, const auto& in, const auto& all) { return gradcheck(f, in, all, at); });
}

/// As `gradgradcheck` of a function, likewise: the second derivatives.
template <nn::Module M>
GradcheckReport gradgradcheck(M&& model, const std::vector<Tensor>& inputs,
                              const GradcheckOptions& options = {},
                              SourceLocation at = SourceLocation::current()) {
  return nn::detail::check_model(
      std::as_const(model), inputs, options,
      [&](const auto& f, const auto& in, const auto& all) { return gradgradcheck(f, in, all, at); });
}

}  // namespace gradus
