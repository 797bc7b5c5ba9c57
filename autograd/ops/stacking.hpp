#pragma once

#include <vector>

#include <gradus/autograd/tensor.hpp>

namespace gradus {

/// Putting tensors together and taking them apart, beyond `cat` and `split`; for every dtype, and all of one
/// (DTypeError). Throws ShapeError for shapes that do not fit, ValueError for no tensors.

/// Side by side: along the first dimension of vectors, the second one of others.
Tensor hstack(const std::vector<Tensor>& tensors, SourceLocation at = SourceLocation::current());
/// One above the other: along the first dimension, vectors being rows.
Tensor vstack(const std::vector<Tensor>& tensors, SourceLocation at = SourceLocation::current());
/// One behind the other: along the third dimension, vectors being rows of one plane.
Tensor dstack(const std::vector<Tensor>& tensors, SourceLocation at = SourceLocation::current());
/// Side by side, vectors being columns.
Tensor column_stack(const std::vector<Tensor>& tensors, SourceLocation at = SourceLocation::current());
/// A matrix of zeros with the given matrices along its diagonal; vectors are rows, numbers 1 x 1.
Tensor block_diag(const std::vector<Tensor>& matrices, SourceLocation at = SourceLocation::current());

/// Views of `sections` parts of dimension `dim`, the first ones longer by one where it does not divide
/// evenly. Throws ValueError unless sections >= 1.
std::vector<Tensor> tensor_split(const Tensor& x, std::int64_t sections, std::int64_t dim = 0,
                                 SourceLocation at = SourceLocation::current());
/// Views of what lies before, between and behind the places `cuts`, which are cut to the size as in `slice`.
std::vector<Tensor> tensor_split(const Tensor& x, const std::vector<std::int64_t>& cuts, std::int64_t dim = 0,
                                 SourceLocation at = SourceLocation::current());

/// counts[d] copies along each dimension d, counted from the last one: of fewer counts than dimensions, the
/// first are 1. Otherwise as `repeat`.
Tensor tile(const Tensor& x, const Dims& counts, SourceLocation at = SourceLocation::current());
/// Turned `times` quarters from the first of two dimensions towards the second.
Tensor rot90(const Tensor& x, std::int64_t times = 1, const Dims& dims = {0, 1},
             SourceLocation at = SourceLocation::current());
/// Views of all tensors in the shape that they broadcast to.
std::vector<Tensor> broadcast_tensors(const std::vector<Tensor>& tensors,
                                      SourceLocation at = SourceLocation::current());

/// All combinations of an element of each vector, the last one's running fastest: [n0 n1 .., count]. Of one
/// vector, itself.
Tensor cartesian_prod(const std::vector<Tensor>& vectors, SourceLocation at = SourceLocation::current());
/// All selections of r elements of a vector, in its order: [count, r]; with `with_replacement`, of elements
/// that may repeat. Throws ValueError for a negative r.
Tensor combinations(const Tensor& x, std::int64_t r = 2, bool with_replacement = false,
                    SourceLocation at = SourceLocation::current());

/// Rows and columns of the elements on and below (tril) or above (triu) a diagonal of a `rows` x `columns`
/// matrix, in row-major order: [2, count], int64. Throws ValueError for a negative size.
Tensor tril_indices(std::int64_t rows, std::int64_t columns, std::int64_t diagonal = 0,
                    SourceLocation at = SourceLocation::current());
Tensor triu_indices(std::int64_t rows, std::int64_t columns, std::int64_t diagonal = 0,
                    SourceLocation at = SourceLocation::current());

}  // namespace gradus
