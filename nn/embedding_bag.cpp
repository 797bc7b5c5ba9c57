#include <gradus/nn/embedding_bag.hpp>

#include <fmt/format.h>

#include <gradus/autograd/ops/view.hpp>
#include <gradus/nn/init.hpp>
#include <gradus/nn/observe.hpp>

namespace gradus::nn {

EmbeddingBag::EmbeddingBag(std::int64_t count, std::int64_t size, const EmbeddingBagOptions& options)
    : options(options) {
  require(count >= 0 && size >= 0, "EmbeddingBag: count = {}, size = {}; must not be negative", count, size);
  weight = empty({count, size}, options.dtype);
  init::normal_(weight);
  if (options.padding_idx) init::zeros_(select(weight.detach(), 0, *options.padding_idx));
}

Tensor EmbeddingBag::operator()(const Tensor& indices, const Tensor& offsets,
                                const Tensor& per_sample_weights, SourceLocation at) const {
  return observed(*this, indices,
                  embedding_bag(weight, indices, offsets,
                                {.mode = options.mode,
                                 .per_sample_weights = per_sample_weights,
                                 .include_last_offset = options.include_last_offset,
                                 .padding_idx = options.padding_idx},
                                at));
}

std::string EmbeddingBag::describe() const {
  const std::string_view mode = options.mode == BagMode::sum   ? "sum"
                                : options.mode == BagMode::max ? "max"
                                                               : "mean";
  return fmt::format("{}, {}, mode={}{}", weight.size(0), weight.size(1), mode,
                     options.padding_idx ? fmt::format(", padding_idx={}", *options.padding_idx) : "");
}

}  // namespace gradus::nn
