#pragma once

#include <vector>

#include <gradus/autograd/tensor.hpp>

namespace gradus::optim {

/// All elements of the tensors in one vector, one tensor behind the other, each in row-major order. A copy,
/// differentiable. Throws ValueError for none, DTypeError unless all have one dtype.
Tensor parameters_to_vector(const std::vector<Tensor>& parameters,
                            SourceLocation at = SourceLocation::current());
/// The reverse: gives the tensors, in place, the values of such a vector. Throws ShapeError unless it has as
/// many elements as they have together.
void vector_to_parameters(const Tensor& vector, const std::vector<Tensor>& parameters,
                          SourceLocation at = SourceLocation::current());

}  // namespace gradus::optim
