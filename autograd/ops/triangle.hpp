#pragma once

#include <gradus/autograd/tensor.hpp>

namespace gradus {

/// The last two dimensions of `x`, [..., rows, columns], with zeros above (tril) or below (triu) a diagonal:
/// 0 is the main one, k > 0 lies k places above it, k < 0 below. Throws ShapeError for less than two
/// dimensions.
Tensor tril(const Tensor& x, std::int64_t diagonal = 0, SourceLocation at = SourceLocation::current());
Tensor triu(const Tensor& x, std::int64_t diagonal = 0, SourceLocation at = SourceLocation::current());

}  // namespace gradus
