#pragma once

#include <gradus/autograd/random.hpp>
#include <gradus/autograd/tensor.hpp>

namespace gradus {

/// Dropout (Srivastava et al. 2014): in training, each element becomes 0 with probability p, independently of
/// the others, and the rest is multiplied by 1 / (1 - p), so that the mean stays; otherwise the result is x
/// itself. With p = 1 all is 0. Takes one call of `generator` (null means `default_generator()`) if training
/// and p > 0; what is dropped does not depend on threads or memory layout. Throws ValueError unless
/// 0 <= p <= 1, DTypeError unless floating.
Tensor dropout(const Tensor& x, double p = 0.5, bool training = true, Generator* generator = nullptr,
               SourceLocation at = SourceLocation::current());

}  // namespace gradus
