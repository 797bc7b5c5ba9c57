#pragma once

#include <vector>

#include <gradus/autograd/tensor.hpp>

namespace gradus {

/// The elements of a tensor moved, repeated or dealt out, for every dtype. Dimensions count from the end when
/// negative; one out of range throws IndexError, one given twice ValueError.

/// Moved by shifts[i] places along dims[i]; what leaves at the end enters at the beginning. Without `dims`
/// the one shift is along the flattened tensor. Throws ShapeError unless there is a shift for each dimension.
Tensor roll(const Tensor& x, const Dims& shifts, const Dims& dims = {},
            SourceLocation at = SourceLocation::current());
/// counts[d] copies one behind the other along each dimension d; more counts than dimensions make new ones in
/// front. Throws ShapeError for fewer, ValueError for a negative count.
Tensor repeat(const Tensor& x, const Dims& counts, SourceLocation at = SourceLocation::current());
/// Each slice of `dim` `count` times in a row. Throws ValueError for a negative count.
Tensor repeat_interleave(const Tensor& x, std::int64_t count, std::int64_t dim,
                         SourceLocation at = SourceLocation::current());
/// Slice i of `dim` counts[i] times in a row; `counts` is int64 (DTypeError) with one number for each slice
/// (ShapeError), none negative (ValueError).
Tensor repeat_interleave(const Tensor& x, const Tensor& counts, std::int64_t dim,
                         SourceLocation at = SourceLocation::current());

/// A view with dimensions from[i] at places to[i] of the result, and the others in their order. Throws
/// ShapeError unless there are as many of both.
Tensor movedim(const Tensor& x, const Dims& from, const Dims& to,
               SourceLocation at = SourceLocation::current());
/// A view of a matrix with rows and columns exchanged; of a vector or number, itself. Throws ShapeError for
/// more dimensions.
Tensor t(const Tensor& x, SourceLocation at = SourceLocation::current());
/// Views of the slices of `dim`, without that dimension.
std::vector<Tensor> unbind(const Tensor& x, std::int64_t dim = 0,
                           SourceLocation at = SourceLocation::current());

/// Which of the first two dimensions of a grid the first axis runs along: the first (matrix rows), or, as in
/// pictures, the second.
enum class GridIndexing { ij, xy };
/// The coordinates of all points of a grid, as one view for each axis, each of shape [n0, n1, ...] for axes
/// [n0], [n1], ... (numbers count as axes of one point). Throws ValueError for no axes, ShapeError for one
/// that has more than one dimension, DTypeError unless all have one dtype.
std::vector<Tensor> meshgrid(const std::vector<Tensor>& axes, GridIndexing indexing = GridIndexing::ij,
                             SourceLocation at = SourceLocation::current());

}  // namespace gradus
