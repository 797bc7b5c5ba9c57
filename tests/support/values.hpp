#pragma once

#include <initializer_list>

#include <gradus/autograd/ops/create.hpp>

namespace gradus::test {

/// A float64 or int64 tensor written out.
inline Tensor doubles(std::initializer_list<Nested> values) { return tensor(values, {.dtype = float64}); }
inline Tensor integers(std::initializer_list<Nested> values) { return tensor(values, {.dtype = int64}); }

}  // namespace gradus::test
