#pragma once

#include <gradus/autograd/tensor.hpp>

namespace gradus {

/// The stretches of `size` elements of dimension `dim` that begin every `step` of them, as a new last
/// dimension (PyTorch: Tensor.unfold): [.., n, ..] -> [.., (n - size) / step + 1, .., size]. A view, in which
/// windows that overlap share memory; for every dtype. Throws ValueError unless 0 <= size <= n and step >= 1,
/// IndexError for a dim out of range.
Tensor sliding_window(const Tensor& x, std::int64_t dim, std::int64_t size, std::int64_t step = 1,
                      SourceLocation at = SourceLocation::current());

}  // namespace gradus
