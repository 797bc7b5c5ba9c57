#pragma once

#include <gradus/autograd/tensor.hpp>

/// For writers of functions that change a tensor in place, or add up what nobody else looks at.
namespace gradus {

enum class Arithmetic { add, sub, mul, div };

/// x = x op y by `name`, which is counted as a change. y broadcasts to x and has its dtype, and may look at
/// the memory of x. Throws what `Tensor::mark_written` does, and DTypeError for a dtype without `op`.
void update(const char* name, const SourceLocation& at, const Tensor& x, Arithmetic op, const Tensor& y);

/// a + b, both of which the caller gives up: in the memory of one of them, if both lie alike and nobody else
/// knows it.
Tensor taken_sum(Tensor a, Tensor b);

}  // namespace gradus
