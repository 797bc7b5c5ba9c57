#pragma once

#include <gradus/autograd/kernels/reduce.hpp>
#include <gradus/autograd/tensor.hpp>

/// For writers of reductions.
namespace gradus::reduction {

/// `shape` without the reduced dims (wrapped and ascending), or with size 1 in their place.
Shape reduced_shape(const Shape& shape, const Dims& dims, bool keepdim);

/// How to reduce `dims` (wrapped) of x into a row-major result.
kernels::Reduction plan(const Tensor& x, const Dims& dims);

}  // namespace gradus::reduction
