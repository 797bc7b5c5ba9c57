#include <gradus/nn/sequential.hpp>

namespace gradus::nn {

Tensor Sequential::operator()(const Tensor& x, SourceLocation at) const {
  Tensor y = x;
  for (const AnyLayer& layer : layers_) y = layer(std::move(y), at);
  return observed(*this, x, y);
}

std::size_t Sequential::index(std::int64_t i) const {
  const auto count = static_cast<std::int64_t>(layers_.size());
  require<IndexError>(-count <= i && i < count, "Sequential has {} layers; there is none at {}", count, i);
  return static_cast<std::size_t>(i < 0 ? i + count : i);
}

}  // namespace gradus::nn
