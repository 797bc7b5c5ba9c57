#pragma once

#include <optional>

#include <gradus/autograd/tensor.hpp>

namespace gradus {

/// What becomes of the rows of a bag.
enum class BagMode { sum, mean, max };

/// Options of `embedding_bag`.
struct EmbeddingBagOptions {
  BagMode mode = BagMode::mean;
  /// A factor for each index, of the shape of the indices; for sums only.
  Tensor per_sample_weights = {};
  /// Whether offsets end with the number of indices.
  bool include_last_offset = false;
  /// A row that does not count and gets no gradient; negative ones count from the end.
  std::optional<std::int64_t> padding_idx = {};
};

/// Sum, mean or largest elements of bags of rows of `weight` [count, size], named by int64 indices: [bags, n]
/// without offsets, or all of them one behind the other, [n], with the int64 `offsets` at which bags start.
/// Gives [bags, size]; an empty bag gives 0. Of equal largest elements the first gets the gradient. Throws
/// ShapeError, DTypeError, IndexError for an index that is no row, ValueError for offsets that do not ascend
/// from 0 or weights where there is no sum.
Tensor embedding_bag(const Tensor& weight, const Tensor& indices, const Tensor& offsets = {},
                     const EmbeddingBagOptions& options = {}, SourceLocation at = SourceLocation::current());

}  // namespace gradus
