#pragma once

#include <functional>
#include <utility>
#include <vector>

#include <gradus/autograd/gradcheck.hpp>
#include <gradus/autograd/random.hpp>
#include <gradus/nn/module.hpp>

namespace gradus {

namespace nn::detail {

/// A model for the checks: calls start from the same random numbers and buffers each time.
class CheckedModel {
 public:
  CheckedModel(std::vector<Part> parts, TensorFunction call);
  ~CheckedModel();
  CheckedModel(const CheckedModel&) = delete;
  CheckedModel& operator=(const CheckedModel&) = delete;

  std::vector<Tensor> operator()(const std::vector<Tensor>& inputs) const;
  /// `options` with the parameters that ask for gradients added.
  GradcheckOptions with_parameters(GradcheckOptions options) const;
  /// Whether a call draws random numbers, which differ between dtypes.
  bool draws(const std::vector<Tensor>& inputs) const;

 private:
  struct Kept {
    Tensor buffer, value;
    std::uint32_t version;
  };
  std::vector<Part> parts_;
  TensorFunction call_;
  Generator::State random_;
  mutable std::vector<Kept> buffers_;
};

/// In this dtype, as leaves; the floating ones ask for gradients.
std::vector<Tensor> checked_inputs(const std::vector<Tensor>& inputs, DType dtype);
bool has_modes(const std::vector<Part>& parts);
bool is_float32(const std::vector<Part>& parts, const std::vector<Tensor>& inputs);
/// Says in each diagnosis which mode the model was in.
void add_mode(GradcheckReport& report, bool training);

/// Checks a clone of the model in double, in train and in eval mode if there are layers that tell them apart.
/// `check` is called with a function, its inputs, options and, for a float32 model, it in float32.
template <class M, class Check>
GradcheckReport check_model(const M& model, const std::vector<Tensor>& inputs,
                            const GradcheckOptions& options, Check check) {
  const bool modes = has_modes(walk(model));
  GradcheckReport report;
  for (const bool training : {true, false}) {
    if (!training && !modes) break;
    M single = clone(model), copy = clone(model);
    to(copy, float64);
    if (modes) train(single, training), train(copy, training);
    const CheckedModel checked(walk(copy), gradus::detail::as_function(copy));
    const CheckedModel rounded(walk(single), gradus::detail::as_function(single));
    const gradus::detail::InFloat32 in_float32{std::cref(rounded), checked_inputs(inputs, float32)};
    const bool compare = is_float32(walk(single), inputs) && !rounded.draws(in_float32.inputs);
    GradcheckReport one = check(std::cref(checked), checked_inputs(inputs, float64),
                                checked.with_parameters(options), compare ? &in_float32 : nullptr);
    if (modes) add_mode(one, training);
    if (training)
      report = std::move(one);
    else
      report.merge(one, options.k_worst);
  }
  return report;
}

}  // namespace nn::detail

/// As `gradcheck` of a function, for every floating input and, by name, every parameter of a model that asks
/// for a gradient, in train and in eval mode: `CHECK(gradcheck(net, {randn({2, 4})}))`. It works on clones in
/// double; the model, the inputs and the default generator stay as they are. Each call of the model starts
/// from the same state of generator and buffers, so dropout drops the same elements every time.
template <nn::Module M>
GradcheckReport gradcheck(M&& model, const std::vector<Tensor>& inputs, const GradcheckOptions& options = {},
                          SourceLocation at = SourceLocation::current()) {
  return nn::detail::check_model(
      std::as_const(model), inputs, options,
      [&](const TensorFunction& f, const auto& in, const auto& all, const auto* single) {
        return detail::gradcheck(f, in, all, at, {"gradcheck", {}}, single);
      });
}

/// As `gradgradcheck` of a function, likewise: the second derivatives.
template <nn::Module M>
GradcheckReport gradgradcheck(M&& model, const std::vector<Tensor>& inputs,
                              const GradcheckOptions& options = {},
                              SourceLocation at = SourceLocation::current()) {
  return nn::detail::check_model(std::as_const(model), inputs, options,
                                 [&](const TensorFunction& f, const auto& in, const auto& all, const auto*) {
                                   return detail::gradgradcheck(f, in, all, at);
                                 });
}

}  // namespace gradus
