#pragma once

#include <gradus/autograd/kernels/reduce.hpp>
#include <gradus/autograd/tensor.hpp>

/// For writers of reductions.
namespace gradus::reduction {

/// `shape` without the reduced dims (wrapped and ascending), or with size 1 in their place.
Shape reduced_shape(const Shape& shape, const Dims& dims, bool keepdim);

/// How many elements of `shape` each result over `dims` (wrapped) is computed from.
std::int64_t reduced_count(const Shape& shape, const Dims& dims);

/// How to reduce `dims` (wrapped) of x into a row-major result.
kernels::Reduction plan(const Tensor& x, const Dims& dims);

/// A result over `dims` (wrapped), or a gradient of its shape, with the reduced dimensions back at size 1.
Tensor restore_dims(const Tensor& result, const Shape& from, const Dims& dims);

}  // namespace gradus::reduction
