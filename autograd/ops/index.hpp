#pragma once

#include <gradus/autograd/tensor.hpp>

namespace gradus {

/// Reading and writing at places named by int64 tensors. An index below 0 or beyond the end throws IndexError
/// with its value and position, always; one of another dtype DTypeError. Where several sources meet at one
/// place, they are combined in the order of their indices, so that results and gradients are the same bits
/// for any number of threads. Dimensions count from the end when negative.

/// The slices index[0], index[1], ... of dimension `dim`; `index` is 1-d.
Tensor index_select(const Tensor& x, std::int64_t dim, const Tensor& index,
                    SourceLocation at = SourceLocation::current());
/// `x` with slice i of `source` added to slice index[i] of dimension `dim`. `source` has the shape of `x` but
/// for `dim`, where it has as many as `index`, which is 1-d.
Tensor index_add(const Tensor& x, std::int64_t dim, const Tensor& index, const Tensor& source,
                 SourceLocation at = SourceLocation::current());

/// y[i][j][k] = x[i][index[i][j][k]][k], here for dim = 1. The result has the shape of `index`, which has the
/// rank of `x` and, but for `dim`, no larger sizes.
Tensor gather(const Tensor& x, std::int64_t dim, const Tensor& index,
              SourceLocation at = SourceLocation::current());
/// `x` with y[i][index[i][j][k]][k] += source[i][j][k], here for dim = 1. `index` has the rank of both and
/// sizes no larger than those of `source` and, but for `dim`, of `x`.
Tensor scatter_add(const Tensor& x, std::int64_t dim, const Tensor& index, const Tensor& source,
                   SourceLocation at = SourceLocation::current());
/// As `scatter_add`, with = in place of +=. Where several sources meet, the last along `dim` stays, and only
/// that one gets a gradient.
Tensor scatter(const Tensor& x, std::int64_t dim, const Tensor& index, const Tensor& source,
               SourceLocation at = SourceLocation::current());

}  // namespace gradus
