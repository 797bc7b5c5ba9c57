#pragma once

#include <gradus/autograd/tensor.hpp>

namespace gradus {

/// Writes the values of `source` into `target`, broadcast and converted; any strides. Unrecorded, not counted
/// as a change: for kernels and results under construction. The two must not overlap in memory.
void copy_values(const Tensor& source, const Tensor& target);

}  // namespace gradus
