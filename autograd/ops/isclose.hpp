#pragma once

#include <gradus/autograd/ops/compare.hpp>

namespace gradus {

/// Whether each pair of elements is close, as `allclose` asks of all; broadcast, a bool tensor.
Tensor isclose(const Tensor& a, const Tensor& b, const CloseOptions& options = {},
               SourceLocation at = SourceLocation::current());

}  // namespace gradus
