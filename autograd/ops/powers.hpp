#pragma once

#include <gradus/autograd/operand.hpp>
#include <gradus/autograd/ops/create.hpp>

namespace gradus {

/// Powers in sequence, and of 2.

/// `count` values from base^start to base^stop, both included, whose exponents are evenly spaced. Throws
/// ValueError for a negative count.
Tensor logspace(double start, double stop, std::int64_t count, double base = 10,
                const TensorOptions& options = {});

/// Options of `vander`.
struct VanderOptions {
  std::int64_t columns = -1;  ///< the length of x unless given
  bool increasing = false;
};
/// The matrix of Vandermonde: x^(columns - 1), .., x, 1, for x [.., n] and any dtype but bool; in the other
/// order if increasing. [.., n, columns]. Throws ShapeError for a 0-d tensor, ValueError for fewer than 0
/// columns.
Tensor vander(const Tensor& x, const VanderOptions& options = {},
              SourceLocation at = SourceLocation::current());

/// x 2^exponent, broadcast, for a floating x (DTypeError). The exponent, a number or a tensor of any dtype,
/// need not be whole; as in PyTorch the power is a number of the dtype of x, and may overflow where the
/// product would not.
Tensor ldexp(const Tensor& x, const Operand& exponent);

}  // namespace gradus
