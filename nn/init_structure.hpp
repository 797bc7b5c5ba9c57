#pragma once

#include <gradus/autograd/random.hpp>
#include <gradus/autograd/tensor.hpp>

/// Further first values, in place and unrecorded; each returns `tensor`.
namespace gradus::nn::init {

/// From the normal distribution as far as it lies in [low, high], by the inverse of its distribution
/// function. Throws ValueError unless std > 0, low < high, and the interval holds a millionth of the
/// distribution.
Tensor trunc_normal_(Tensor tensor, double mean = 0, double std = 1, double low = -2, double high = 2,
                     Generator* generator = nullptr, SourceLocation at = SourceLocation::current());

/// Ones on the diagonal of a matrix, zeros elsewhere: a linear layer that gives its input back. Throws
/// ShapeError for another rank.
Tensor eye_(Tensor tensor, SourceLocation at = SourceLocation::current());

/// The weight [out, in, ..] of a convolution that gives its input's channels back: 1 at the middle of filter
/// i for channel i, zeros elsewhere, in each of `groups` blocks of filters. Throws ShapeError unless there
/// are 3 to 5 dimensions, ValueError unless groups divides `out`.
Tensor dirac_(Tensor tensor, std::int64_t groups = 1, SourceLocation at = SourceLocation::current());

/// A matrix from the normal distribution with a share of `sparsity` zeros, rounded up, in every column, at
/// random places (Martens 2010). Throws ShapeError for another rank, ValueError unless 0 <= sparsity <= 1.
Tensor sparse_(Tensor tensor, double sparsity, double std = 0.01, Generator* generator = nullptr,
               SourceLocation at = SourceLocation::current());

}  // namespace gradus::nn::init
