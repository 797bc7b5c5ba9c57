#include <gradus/nn/gradcheck.hpp>

#include <gradus/autograd/tape.hpp>

namespace gradus::nn {

std::vector<Tensor> detail::checked_inputs(const std::vector<Tensor>& inputs) {
  std::vector<Tensor> checked;
  for (const Tensor& x : inputs) {
    Tensor leaf = x.detach();
    if (is_floating(x.dtype())) leaf = leaf.to(float64).requires_grad_();
    checked.push_back(std::move(leaf));
  }
  return checked;
}

GradcheckOptions detail::checked_parameters(const std::vector<Part>& parts, GradcheckOptions options) {
  for (const Tensor& parameter : tensors(parts, Part::Kind::parameter))
    if (parameter.requires_grad()) options.parameters.push_back(parameter);
  return options;
}

}  // namespace gradus::nn
