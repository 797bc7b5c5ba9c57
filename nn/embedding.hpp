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
  /// Before rows are looked up, those of them whose norm is above this are scaled down to it, in place.
  std::optional<double> max_norm = {};
  double norm_type = 2;             ///< of that norm
  bool scale_grad_by_freq = false;  ///< divide a row's gradient by how often the indices name it
};

/// A learned row of `size` numbers for each of `count` indices: int64 of any shape to that shape and then
/// size. weight is [count, size] and starts standard normal.
class Embedding {
 public:
  /// Throws ValueError for a negative size or max_norm, or a norm_type that is not above 0; IndexError for a
  /// padding_idx that is none of the rows.
  Embedding(std::int64_t count, std::int64_t size, const EmbeddingOptions& options = {});
  /// With a copy of a table [count, size] of its dtype, which is learned further unless `freeze`. Throws
  /// ShapeError for another rank, and as above.
  static Embedding from_pretrained(const Tensor& table, bool freeze = true, EmbeddingOptions options = {});

  Tensor operator()(const Tensor& indices, SourceLocation at = SourceLocation::current()) const;

  void visit(auto& v) { v("weight", weight); }
  std::string describe() const;

  Parameter weight;
  EmbeddingOptions options;

 private:
  void cap_norms(const Tensor& indices) const;
};

}  // namespace gradus::nn
