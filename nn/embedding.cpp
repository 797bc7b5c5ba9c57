#include <gradus/nn/embedding.hpp>

#include <fmt/format.h>

#include <gradus/autograd/ops/embedding.hpp>
#include <gradus/autograd/ops/view.hpp>
#include <gradus/nn/init.hpp>
#include <gradus/nn/observe.hpp>

namespace gradus::nn {

Embedding::Embedding(std::int64_t count, std::int64_t size, const EmbeddingOptions& options)
    : padding_idx(options.padding_idx) {
  require(count >= 0 && size >= 0, "Embedding: count = {}, size = {}; must not be negative", count, size);
  weight = empty({count, size}, options.dtype);
  init::normal_(weight);
  if (padding_idx) init::zeros_(select(weight.detach(), 0, *padding_idx));
}

Tensor Embedding::operator()(const Tensor& indices, SourceLocation at) const {
  return observed(*this, indices, embedding(weight, indices, {.padding_idx = padding_idx}, at));
}

std::string Embedding::describe() const {
  return fmt::format("{}, {}{}", weight.size(0), weight.size(1),
                     padding_idx ? fmt::format(", padding_idx={}", *padding_idx) : "");
}

}  // namespace gradus::nn
