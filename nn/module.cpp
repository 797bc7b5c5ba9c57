#include <gradus/nn/module.hpp>

#include <unordered_map>
#include <unordered_set>

#include <gradus/autograd/tape.hpp>

namespace gradus::nn {

namespace {

bool is_tensor(const Part& part) {
  return part.kind == Part::Kind::parameter || part.kind == Part::Kind::buffer;
}

/// Calls `f(part)` for each tensor of `parts`, once however many paths it has.
template <class F>
void for_each_tensor(const std::vector<Part>& parts, F f) {
  std::unordered_set<const TensorImpl*> seen;
  for (const Part& part : parts)
    if (is_tensor(part) && seen.insert(part.tensor().impl()).second) f(part);
}

/// Gives the handle, and with it every copy of it, other memory and another dtype.
void convert(Tensor& tensor, DType dtype) {
  const Tensor converted = tensor.detach().to(dtype);
  const Tensor gradient = tensor.grad();
  TensorImpl& impl = *tensor.impl();
  impl.storage = converted.impl()->storage;
  impl.offset = converted.offset();
  impl.strides = converted.strides();
  impl.dtype = dtype;
  if (!impl.node) return;
  tensor.zero_grad();
  impl.node->outputs[0].dtype = dtype;
  if (gradient.defined()) tensor.set_grad(gradient.to(dtype));
}

}  // namespace

std::vector<Tensor> detail::tensors(const std::vector<Part>& parts, Part::Kind kind) {
  std::vector<Tensor> found;
  for_each_tensor(parts, [&](const Part& part) {
    if (part.kind == kind) found.push_back(part.tensor());
  });
  return found;
}

Named detail::named_tensors(const std::vector<Part>& parts, Part::Kind kind) {
  Named found;
  for_each_tensor(parts, [&](const Part& part) {
    if (part.kind == kind) found.emplace_back(part.path, part.tensor());
  });
  return found;
}

void detail::set_training(const std::vector<Part>& parts, bool on) {
  for (const Part& part : parts)
    if (part.kind == Part::Kind::training) *static_cast<Training*>(part.object) = on;
}

void detail::set_requires_grad(const std::vector<Part>& parts, bool wanted) {
  for_each_tensor(parts, [&](const Part& part) {
    if (part.kind == Part::Kind::parameter) part.tensor().requires_grad_(wanted);
  });
}

void detail::zero_grad(const std::vector<Part>& parts) {
  for (const Part& part : parts)
    if (part.kind == Part::Kind::parameter) part.tensor().zero_grad();
}

void detail::convert(const std::vector<Part>& parts, DType dtype, const SourceLocation& at) {
  const OpScope scope("to", at);
  require<DTypeError>(is_floating(dtype), "a model cannot be converted to {}; needs float32 or float64",
                      dtype);
  const NoGrad guard;
  for_each_tensor(parts, [&](const Part& part) {
    Tensor& tensor = part.tensor();
    require<GraphError>(tensor.is_leaf(), "{} is the result of a recorded op; detach() it", part.path);
    if (is_floating(tensor.dtype()) && tensor.dtype() != dtype) nn::convert(tensor, dtype);
  });
}

void detail::separate(const std::vector<Part>& parts) {
  const NoGrad guard;
  std::unordered_map<const TensorImpl*, Tensor>
      copies;  // by original and by copy, for shared layers come twice
  for (const Part& part : parts) {
    if (!is_tensor(part)) continue;
    Tensor& tensor = part.tensor();
    Tensor& copy = copies[tensor.impl()];
    if (!copy.defined()) {
      copy = tensor.detach().clone();
      copy.requires_grad_(tensor.requires_grad());
      copy.set_name(tensor.name());
      copies.emplace(copy.impl(), copy);
    }
    tensor = copy;
  }
}

std::vector<ModuleAt> detail::modules(const std::vector<Part>& parts) {
  std::vector<ModuleAt> found;
  for (const Part& part : parts)
    if (part.kind == Part::Kind::module && !part.type->is_container)
      found.push_back({part.path, type_name(part.type->id), part});
  return found;
}

}  // namespace gradus::nn
