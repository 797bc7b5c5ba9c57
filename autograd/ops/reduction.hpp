#pragma once

#include <gradus/autograd/kernels/reduce.hpp>
#include <gradus/autograd/tensor.hpp>

/// For writers of reductions.
namespace gradus::reduction {

/// `shape` without the reduced dims (wrapped and ascending), or with size 1 in their place.
Shape reduced_shape(const Shape& shape, const Dims& dims, bool keepdim);

/// How many elements of `shape` each result over `dims` (wrapped) is computed from.
std::int64_t reduced_count(const Shape& shape, const Dims& dims);

/// Dimensions below `rank` that are not in `dims`.
Dims others(std::size_t rank, const Dims& dims);

/// The sizes, or strides, of these dimensions.
Dims pick(const Dims& all, const Dims& dims);

/// How many of `dims` (wrapped), the first ones, tell the rows that a reduction of an array of `shape` is
/// made of; the others are in each.
std::size_t outer_dims(const Shape& shape, const Dims& dims);

/// How to reduce `dims` (wrapped and ascending) of arrays of `shape` with these strides into a row-major
/// result.
template <class... S>
kernels::Reduction<sizeof...(S)> plan(const Shape& shape, const Dims& dims, const S&... strides) {
  const auto walk = [&](const Dims& some) {
    const Shape sizes = pick(shape, some);
    return kernels::plan_walk(sizes, contiguous_strides(sizes), pick(strides, some)...);
  };
  const std::size_t outer = outer_dims(shape, dims);
  Dims rows, row;
  for (std::size_t i = 0; i < dims.size(); ++i) (i < outer ? rows : row).push_back(dims[i]);
  return {walk(others(shape.size(), dims)), walk(rows), walk(row)};
}

/// How to reduce `dims` (wrapped) of x into a row-major result.
inline kernels::Reduction<1> plan(const Tensor& x, const Dims& dims) {
  return plan(x.shape(), dims, x.strides());
}

/// A result over `dims` (wrapped), or a gradient of its shape, with the reduced dimensions back at size 1.
Tensor restore_dims(const Tensor& result, const Shape& from, const Dims& dims);

}  // namespace gradus::reduction
