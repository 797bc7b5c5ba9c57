#include <gradus/nn/embedding.hpp>

#include <fmt/format.h>

#include <gradus/autograd/ops/arithmetic.hpp>
#include <gradus/autograd/ops/embedding.hpp>
#include <gradus/autograd/ops/search.hpp>
#include <gradus/autograd/ops/vector_norm.hpp>
#include <gradus/autograd/ops/view.hpp>
#include <gradus/nn/init.hpp>
#include <gradus/nn/observe.hpp>

namespace gradus::nn {

Embedding::Embedding(std::int64_t count, std::int64_t size, const EmbeddingOptions& options)
    : options(options) {
  require(count >= 0 && size >= 0, "Embedding: count = {}, size = {}; must not be negative", count, size);
  require(options.max_norm.value_or(0) >= 0 && options.norm_type > 0,
          "Embedding: max_norm = {}, norm_type = {}; the first must not be negative, the second above 0",
          options.max_norm.value_or(0), options.norm_type);
  weight = empty({count, size}, options.dtype);
  init::normal_(weight);
  if (options.padding_idx) init::zeros_(select(weight.detach(), 0, *options.padding_idx));
}

Embedding Embedding::from_pretrained(const Tensor& table, bool freeze, EmbeddingOptions options) {
  require<ShapeError>(table.rank() == 2, "Embedding::from_pretrained: the table is {}; needs [count, size]",
                      table.shape());
  options.dtype = table.dtype();
  Embedding made(table.size(0), table.size(1), options);
  made.weight.detach().copy_(table.detach());
  if (freeze) made.weight.requires_grad_(false);
  return made;
}

/// As `renorm`, but for the rows named only. Indices that are none are left for `embedding` to refuse.
void Embedding::cap_norms(const Tensor& indices) const {
  const Tensor table = weight.detach();
  for (const std::int64_t i : unique(indices).values.to_vector<std::int64_t>()) {
    if (i < 0 || i >= table.size(0)) continue;
    Tensor row = select(table, 0, i);
    const double length = norm(row, options.norm_type).item<double>();
    if (length > *options.max_norm) row *= *options.max_norm / (length + 1e-7);
  }
}

Tensor Embedding::operator()(const Tensor& indices, SourceLocation at) const {
  const OpScope scope("Embedding", at);
  if (options.max_norm) cap_norms(indices);
  return observed(
      *this, indices,
      embedding(weight, indices,
                {.padding_idx = options.padding_idx, .scale_grad_by_freq = options.scale_grad_by_freq}, at));
}

std::string Embedding::describe() const {
  return fmt::format("{}, {}{}{}{}", weight.size(0), weight.size(1),
                     options.padding_idx ? fmt::format(", padding_idx={}", *options.padding_idx) : "",
                     options.max_norm ? fmt::format(", max_norm={}", *options.max_norm) : "",
                     options.scale_grad_by_freq ? ", scale_grad_by_freq=true" : "");
}

}  // namespace gradus::nn
