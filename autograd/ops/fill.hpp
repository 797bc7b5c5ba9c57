#pragma once

#include <gradus/autograd/tensor.hpp>

/// For writers of ops.
namespace gradus {

/// Writes `value` to every element of x, of any strides. Unrecorded, not counted as a change: for results
/// under construction. Throws DTypeError unless the dtype holds exactly that number.
void fill_values(const Tensor& x, double value);

}  // namespace gradus
