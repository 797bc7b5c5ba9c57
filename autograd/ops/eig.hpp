#pragma once

#include <gradus/autograd/tensor.hpp>

namespace gradus {

/// Complex numbers as pairs, real part first, in a last dimension of size 2.
struct Eig {
  Tensor values;   ///< [.., n, 2], in no order; those that are not real come in conjugate pairs
  Tensor vectors;  ///< the columns of [.., n, n, 2], of length 1, each but for a factor of magnitude 1
};
/// Eigenvalues and eigenvectors of any square a [.., n, n] of a floating dtype (DTypeError), in double; for
/// symmetric ones there is `eigh`. Throws ShapeError unless square, ValueError for elements that are not
/// finite. The gradient (Boeddeker et al., "On the computation of complex-valued gradients with application
/// to statistically optimum beamforming", 2017) holds for functions that do not depend on those factors, as
/// magnitudes do not. Through the vectors it divides by differences of values, so that equal ones make it
/// infinite or NaN, and through either it is of no use for a matrix without n independent vectors.
Eig eig(const Tensor& a, SourceLocation at = SourceLocation::current());
/// The values alone.
Tensor eigvals(const Tensor& a, SourceLocation at = SourceLocation::current());

}  // namespace gradus
