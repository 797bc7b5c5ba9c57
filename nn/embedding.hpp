#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include <gradus/nn/parameter.hpp>

namespace gradus::nn {

/// Options of `Embedding`.
struct EmbeddingOptions {
  /// A row that starts as zeros and is never learned; negative ones count from the end.
  std::optional<std::int64_t> padding_idx = {};
  DType dtype = float32;
};

/// A learned row of `size` numbers for each of `count` indices: int64 of any shape to that shape and then
/// size. weight is [count, size] and starts standard normal.
class Embedding {
 public:
  /// Throws ValueError for a negative size, IndexError for a padding_idx that is none of the rows.
  Embedding(std::int64_t count, std::int64_t size, const EmbeddingOptions& options = {});

  Tensor operator()(const Tensor& indices, SourceLocation at = SourceLocation::current()) const;

  void visit(auto& v) { v("weight", weight); }
  std::string describe() const;

  Parameter weight;
  std::optional<std::int64_t> padding_idx;
};

}  // namespace gradus::nn
