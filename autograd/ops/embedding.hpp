#pragma once

#include <optional>

#include <gradus/autograd/tensor.hpp>

namespace gradus {

/// Options of `embedding`.
struct EmbeddingOptions {
  /// A row that gets no gradient; negative ones count from the end.
  std::optional<std::int64_t> padding_idx = {};
  /// Divide the gradient of each row by how often the indices name it.
  bool scale_grad_by_freq = false;
};

/// The rows of `weight`, [count, size], that the int64 `indices` of any shape name; the result has their
/// shape and then `size`. Throws IndexError, naming the weight, for an index out of range or a `padding_idx`
/// that is none of the rows.
Tensor embedding(const Tensor& weight, const Tensor& indices, const EmbeddingOptions& options = {},
                 SourceLocation at = SourceLocation::current());

/// int64 of shape [..., classes] with a 1 at each of the int64 indices and zeros elsewhere; `classes` -1
/// means the largest index + 1. Throws IndexError for an index out of range, ValueError for -1 without any
/// index.
Tensor one_hot(const Tensor& indices, std::int64_t classes = -1,
               SourceLocation at = SourceLocation::current());

}  // namespace gradus
