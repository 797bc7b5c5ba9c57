#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include <gradus/autograd/ops/embedding_bag.hpp>
#include <gradus/nn/parameter.hpp>

namespace gradus::nn {

/// Options of `EmbeddingBag`.
struct EmbeddingBagOptions {
  BagMode mode = BagMode::mean;
  bool include_last_offset = false;
  /// A row that starts as zeros, does not count and is never learned; negative ones count from the end.
  std::optional<std::int64_t> padding_idx = {};
  DType dtype = float32;
};

/// `embedding_bag` with a weight [count, size] of its own, which starts standard normal.
class EmbeddingBag {
 public:
  /// Throws ValueError for a negative size, IndexError for a padding_idx that is none of the rows.
  EmbeddingBag(std::int64_t count, std::int64_t size, const EmbeddingBagOptions& options = {});

  Tensor operator()(const Tensor& indices, const Tensor& offsets = {}, const Tensor& per_sample_weights = {},
                    SourceLocation at = SourceLocation::current()) const;

  void visit(auto& v) { v("weight", weight); }
  std::string describe() const;

  Parameter weight;
  EmbeddingBagOptions options;
};

}  // namespace gradus::nn
