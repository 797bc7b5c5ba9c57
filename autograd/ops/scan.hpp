#pragma once

#include <gradus/autograd/tensor.hpp>

namespace gradus {

/// Sums of the elements up to each one, itself included, along `dim`. float32 is added up in double; bool and
/// uint8 add up to int64.
Tensor cumsum(const Tensor& x, std::int64_t dim, SourceLocation at = SourceLocation::current());

}  // namespace gradus
