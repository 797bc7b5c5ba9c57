#pragma once

#include <gradus/autograd/random.hpp>
#include <gradus/autograd/tensor.hpp>

namespace gradus {

/// `count` draws from each row of weights [.., k], which need not add up to 1: indices [.., count], int64.
/// With replacement, draw by draw; without, the draws of a row differ, and come in the order in which they
/// would be drawn one after the other. Takes one call of `generator` (null means `default_generator()`); the
/// draws do not depend on threads or memory layout. Throws ValueError for a weight that is negative or not
/// finite, a row without enough weights above 0, or a negative count; ShapeError unless there are one or two
/// dimensions, DTypeError unless floating.
Tensor multinomial(const Tensor& weights, std::int64_t count, bool replacement = false,
                   Generator* generator = nullptr, SourceLocation at = SourceLocation::current());

}  // namespace gradus
