#pragma once

#include <initializer_list>
#include <vector>

#include <gradus/autograd/tensor.hpp>

namespace gradus {

/// Joining tensors and cutting them up. Dimensions count from the end when negative; one out of range throws
/// IndexError.

/// The tensors one behind the other along `dim`. Throws ValueError for none, DTypeError unless all have one
/// dtype, ShapeError unless their shapes agree in all other dimensions.
Tensor cat(const std::vector<Tensor>& tensors, std::int64_t dim = 0,
           SourceLocation at = SourceLocation::current());
/// The tensors, all of one shape (ShapeError), along a new dimension at `dim` of the result.
Tensor stack(const std::vector<Tensor>& tensors, std::int64_t dim = 0,
             SourceLocation at = SourceLocation::current());

/// Views of `size` elements each along `dim`, the last one perhaps shorter. Throws ValueError unless
/// size >= 1 (0 will do where the dimension is empty).
std::vector<Tensor> split(const Tensor& x, std::int64_t size, std::int64_t dim = 0,
                          SourceLocation at = SourceLocation::current());
/// Views of the given sizes along `dim`. Throws ShapeError unless they add up to the size of the dimension.
std::vector<Tensor> split(const Tensor& x, const std::vector<std::int64_t>& sizes, std::int64_t dim = 0,
                          SourceLocation at = SourceLocation::current());
std::vector<Tensor> split(const Tensor& x, std::initializer_list<std::int64_t> sizes, std::int64_t dim = 0,
                          SourceLocation at = SourceLocation::current());
/// `chunks` views of equal size along `dim`, ceil(n / chunks); the last may be shorter, and there are fewer
/// where that size covers the dimension sooner. Throws ValueError unless chunks >= 1.
std::vector<Tensor> chunk(const Tensor& x, std::int64_t chunks, std::int64_t dim = 0,
                          SourceLocation at = SourceLocation::current());

}  // namespace gradus
