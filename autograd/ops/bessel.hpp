#pragma once

#include <gradus/autograd/tensor.hpp>

namespace gradus {

/// Modified Bessel functions of the first kind, of each element of a float32 or float64 tensor (DTypeError
/// otherwise), computed in double.

/// I_0(x), even, and I_1(x), odd; infinite where they are beyond the dtype, from |x| of about 713 (float32:
/// 91) on.
Tensor i0(const Tensor& x, SourceLocation at = SourceLocation::current());
Tensor i1(const Tensor& x, SourceLocation at = SourceLocation::current());
/// The same times e^-|x|, which stays finite. The derivative of `i0e` at 0, where there is a kink, is 0.
Tensor i0e(const Tensor& x, SourceLocation at = SourceLocation::current());
Tensor i1e(const Tensor& x, SourceLocation at = SourceLocation::current());

}  // namespace gradus
