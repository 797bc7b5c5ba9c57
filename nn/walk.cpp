#include <gradus/nn/walk.hpp>

#include <unordered_set>

namespace gradus::nn {

void Walker::add_tensor(Tensor& tensor, bool is_buffer) {
  if (!tensor.defined()) return;
  is_buffer = is_buffer || !is_floating(tensor.dtype());
  if (pass_ == (is_buffer ? Pass::buffers : Pass::parameters))
    parts_.push_back({is_buffer ? Part::Kind::buffer : Part::Kind::parameter, path_, &tensor});
}

void label(const std::vector<Part>& parts) {
  std::unordered_set<const TensorImpl*> seen;
  for (const Part& part : parts) {
    if (part.kind != Part::Kind::parameter && part.kind != Part::Kind::buffer) continue;
    if (!seen.insert(part.tensor().impl()).second) continue;
    const std::string& name = part.tensor().name();
    if (name != part.path && !name.ends_with("." + part.path)) part.tensor().set_name(part.path);
  }
}

}  // namespace gradus::nn
