#pragma once

#include <gradus/autograd/operand.hpp>

namespace gradus {

/// Ops on whole numbers: int64, uint8 and, for those bit by bit but not shifts, bool (DTypeError otherwise).
/// Broadcast, each side a tensor or a number, of one dtype. Nothing to differentiate.

/// Bit by bit; negative numbers are in two's complement.
Tensor bitwise_and(const Operand& a, const Operand& b);
Tensor bitwise_or(const Operand& a, const Operand& b);
Tensor bitwise_xor(const Operand& a, const Operand& b);
Tensor bitwise_not(const Tensor& x, SourceLocation at = SourceLocation::current());
/// The bits moved by b places towards the higher or the lower ones; those beyond the ends are lost, and a
/// negative number stays negative on the way to the right. Throws ValueError unless 0 <= b < the number of
/// bits.
Tensor bitwise_left_shift(const Operand& a, const Operand& b);
Tensor bitwise_right_shift(const Operand& a, const Operand& b);

/// The greatest common divisor, 0 of two zeros, and the least common multiple, 0 if either is 0. Neither is
/// negative, unless int64 cannot hold it: there it wraps around. A multiple beyond 255 of uint8 is cut off.
Tensor gcd(const Operand& a, const Operand& b);
Tensor lcm(const Operand& a, const Operand& b);

}  // namespace gradus
