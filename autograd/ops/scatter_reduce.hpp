#pragma once

#include <gradus/autograd/tensor.hpp>

namespace gradus {

/// How `scatter_reduce` combines what meets at one place.
enum class Reduce { sum, prod, mean, amax, amin };

/// `x` with source[i][j][k] combined into y[i][index[i][j][k]][k], here for dim = 1; places that no source
/// goes to keep their value. Without `include_self` the values of `x` are not combined with the sources that
/// replace them. `index` has the rank of both and sizes no larger than those of `source` and, but for `dim`,
/// of `x` (ShapeError); it is int64 (DTypeError) and within the dimension (IndexError). sum and prod take
/// every dtype but bool, the others floating ones. Equal largest or smallest values share the gradient
/// evenly; that of a product holds where factors are 0, too. A product takes one pass over x for each source
/// at the busiest place.
Tensor scatter_reduce(const Tensor& x, std::int64_t dim, const Tensor& index, const Tensor& source,
                      Reduce reduce, bool include_self = true, SourceLocation at = SourceLocation::current());

}  // namespace gradus
