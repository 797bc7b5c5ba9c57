#pragma once

#include <gradus/autograd/operand.hpp>

namespace gradus {

/// base^exponent, broadcast as in NumPy, as std::pow has it: pow(0, 0) is 1, a negative base with an exponent
/// that is not whole gives NaN. Each is a tensor or a number; two tensors must have one dtype (DTypeError).
/// Integer tensors can be raised to whole numbers from 0 on (ValueError); all else needs floating dtypes.
///
/// Where the limit of the derivative does not exist it is taken as PyTorch does: with respect to a base of 0
/// it is 0 for exponent 0; with respect to the exponent it is 0 for a base of 0 and an exponent >= 0.
/// Exponents 2, 0.5, -0.5 and -1 that are numbers run as square, sqrt, rsqrt and reciprocal.
Tensor pow(const Operand& base, const Operand& exponent);

}  // namespace gradus
