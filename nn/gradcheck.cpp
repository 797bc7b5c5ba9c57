#include <gradus/nn/gradcheck.hpp>

#include <algorithm>

#include <gradus/autograd/tape.hpp>

namespace gradus::nn::detail {

CheckedModel::CheckedModel(std::vector<Part> parts, TensorFunction call)
    : parts_(std::move(parts)), call_(std::move(call)), random_(default_generator().state()) {
  for (const Tensor& buffer : tensors(parts_, Part::Kind::buffer))
    if (buffer.defined()) buffers_.push_back({buffer, buffer.detach().clone(), buffer.version()});
}

CheckedModel::~CheckedModel() { default_generator().set_state(random_); }

std::vector<Tensor> CheckedModel::operator()(const std::vector<Tensor>& inputs) const {
  default_generator().set_state(random_);
  for (Kept& kept : buffers_) {
    if (kept.buffer.version() == kept.version) continue;
    const NoGrad guard;
    kept.buffer.copy_(kept.value);
    kept.version = kept.buffer.version();
  }
  return call_(inputs);
}

GradcheckOptions CheckedModel::with_parameters(GradcheckOptions options) const {
  for (const Tensor& parameter : tensors(parts_, Part::Kind::parameter))
    if (parameter.requires_grad()) options.parameters.push_back(parameter);
  return options;
}

bool CheckedModel::draws(const std::vector<Tensor>& inputs) const {
  const NoGrad guard;
  (*this)(inputs);
  return default_generator().state() != random_;
}

std::vector<Tensor> checked_inputs(const std::vector<Tensor>& inputs, DType dtype) {
  std::vector<Tensor> checked;
  for (const Tensor& x : inputs) {
    Tensor leaf = x.defined() ? x.detach() : x;
    if (leaf.defined() && is_floating(x.dtype())) leaf = leaf.to(dtype).requires_grad_();
    if (leaf.defined()) leaf.set_name(x.name());
    checked.push_back(std::move(leaf));
  }
  return checked;
}

bool has_modes(const std::vector<Part>& parts) {
  return std::any_of(parts.begin(), parts.end(),
                     [](const Part& part) { return part.kind == Part::Kind::training; });
}

bool is_float32(const std::vector<Part>& parts, const std::vector<Tensor>& inputs) {
  const auto other = [](const Tensor& x) {
    return x.defined() && is_floating(x.dtype()) && x.dtype() != float32;
  };
  const std::vector<Tensor> parameters = tensors(parts, Part::Kind::parameter);
  return std::none_of(parameters.begin(), parameters.end(), other) &&
         std::none_of(inputs.begin(), inputs.end(), other);
}

void add_mode(GradcheckReport& report, bool training) {
  for (GradcheckDiagnosis& diagnosis : report.diagnoses)
    diagnosis.text += training ? " (in train mode)" : " (in eval mode)";
}

}  // namespace gradus::nn::detail
